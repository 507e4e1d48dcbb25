/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes entries. Small ones are kept in memory until they are published by one write; of others
 * all but the end lies in a file that has no name of a record yet. Nobody sees anything before the
 * commit, and what fails or dies leaves nothing. */
#pragma once

#include "file-store.h"

#define FILE_TYPE_WRITER (file_writer_get_type ())
G_DECLARE_FINAL_TYPE (TernFileWriter, file_writer, FILE, WRITER, GObject)

/* NULL with an error: nothing can be kept under that key, or no such meta. */
TernFileWriter *file_writer_new (FileStore *store, const char *key, GBytes *meta, GError **error);
/* Of the file of the entry. */
const char *file_writer_get_name (TernFileWriter *self);
gboolean file_writer_write (TernFileWriter *self, const void *data, gsize len, GError **error);
gboolean file_writer_commit (TernFileWriter *self, GBytes *meta, gint64 keep_until, GError **error);

/* A value whole, with no meta: as above, but the body is not copied. */
gboolean file_writer_put (
    FileStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error);
