/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes text that a server sent harmless for a terminal. */
#pragma once

#include <glib.h>

/* Appends @data with everything but printable text, tabs and line ends written out as \xNN. Returns
 * how many bytes it took: all of them when @is_last, else perhaps a few less, the beginning of a
 * character, to be given again in front of what follows. */
gsize escape_block (GString *out, const char *data, gsize length, gboolean is_last);

char *escape_text (const char *text);
