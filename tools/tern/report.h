/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said to people on standard error, and the one way in which bytes reach a descriptor. */
#pragma once

#include <glib.h>

/* One line, "tern: …"; control characters are always escaped. */
void report_error (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Text that may be of several lines, as it is but escaped. */
void report_text (const char *text);

/* Writes all of it or says why not. */
gboolean write_fully (int fd, const void *data, gsize length, GError **error);
