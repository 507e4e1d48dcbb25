/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people type for a URL, and the URL that they mean. */
#pragma once

#include <glib.h>

/* Adds what is missing: https in front of a bare host, http for this machine, localhost for a bare
 * port. Whether the result is a URL at all is the library's to say. */
char *target_complete (const char *argument);

/* "host:port" of a URL, for credentials that are for that server alone; NULL if it is none. */
char *target_server (const char *url);

/* The URL as it may be shown and kept, in UTF-8: with *** in place of a password. */
char *target_hide_password (const char *url);
