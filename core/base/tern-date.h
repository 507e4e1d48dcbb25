/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTP dates (RFC 9110 §5.6.7). An invalid date is no date. Pure, but for the century of a
 * year of two digits, which the clock decides. The public functions are declared in
 * tern-util.h; this one is for bounded text. */
#pragma once

#include <glib.h>

/* Seconds since the epoch, or -1 for anything that is not one of the three forms. */
gint64 tern_date_parse_len (const char *text, gsize len);
