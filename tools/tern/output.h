/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a body goes: standard output, a file that appears complete or not at all, or a spool. */
#pragma once

#include <gio/gio.h>

typedef struct _Output Output;

/* @is_guarded: control characters are escaped, because a person reads it on a terminal. */
Output *output_new_stdout (gboolean is_guarded);
Output *output_new_file (const char *path, GError **error);
/* Takes the descriptor. */
Output *output_new_for_fd (int fd);

gboolean output_write (Output *self, const void *data, gsize length, GError **error);

/* To be called when all was written: only then the file gets its name. */
gboolean output_commit (Output *self, GError **error);

/* Leaves nothing behind of a file that was not committed. */
void output_free (Output *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Output, output_free)
