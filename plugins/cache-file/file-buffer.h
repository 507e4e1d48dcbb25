/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for what is read of a file. Small entries are read and let go of all the time, and are
 * just too large for what malloc() keeps at hand: it would put its house in order for each of them.
 * So a few buffers are kept. It must never keep more than FILE_BUFFER_KEPT of each size.
 * Thread-safe. */
#pragma once

#include <glib.h>

#define FILE_BUFFER_KEPT 4

guint8 *file_buffer_new (gsize len);
/* The first bytes of the old one, which is freed. */
guint8 *file_buffer_grow (guint8 *self, gsize have, gsize len);
/* Takes NULL, too. */
void file_buffer_free (gpointer self);
