/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps a folder within its size. It looks at nothing but files with names of records and of
 * half-made ones, so a folder that was given by mistake loses nothing. */
#pragma once

#include <glib.h>

/* What a file of @size bytes takes on disk. */
guint64 file_sweep_round_up (guint64 size);

/* Where the records take more than @limit, removes the expired and then the least recently used
 * until they take no more than @target; and what writers that died have left behind. */
void file_sweep (int folder_fd, guint64 limit, guint64 target, gint64 now);
