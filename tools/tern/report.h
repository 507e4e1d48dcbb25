/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said to people on standard error, and the one way in which bytes reach a descriptor. */
#pragma once

#include <glib.h>

/* One line, "tern: …"; control characters are always escaped. */
void report_error (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Text that may be of several lines, as it is but escaped. */
void report_text (const char *text);

/* Text that color_append() has made: it is escaped already. */
void report_raw (const char *text);

/* Called before and after each message, for lines that have to make room; NULL for nothing. */
void report_set_guard (void (*before) (void), void (*after) (void));

/* Writes all of it or says why not. */
gboolean write_fully (int fd, const void *data, gsize length, GError **error);
