/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of several transfers as a terminal shows them. */
#pragma once

#include "progress-line.h"

/* Appends a line for each of @lines (of ProgressLine *) for which there is room, without an end of
 * line after the last; the answer is how many there are, at most @height. */
guint
progress_bars_draw (GString *out, const GPtrArray *lines, guint width, guint height, gint64 now);
