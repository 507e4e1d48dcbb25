/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a text is JSON. */
#pragma once

#include <glib.h>

/* One value with white space around it (RFC 8259). */
gboolean json_check (const char *text, gsize length);
