/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry that is not published yet: the record as far as it is known, and the file in which it
 * grows, once there is one. Used by one thread at a time. */
#pragma once

#include "file-record.h"
#include "file-store.h"

typedef struct
{
  FileStore *store;
  char *key;
  char name[FILE_NAMES_SIZE];
  FileRecord record; /* the body is what was appended */
  GByteArray *sums;
  int fd;                           /* -1 as long as nothing was appended */
  char temp[FILE_FOLDER_TEMP_SIZE]; /* empty when it is gone or published */
} FileDraft;

/* FALSE: the key makes no name, or cannot be kept. */
gboolean file_draft_init (
    FileDraft *self, FileStore *store, const char *key, gsize meta_len, GError **error);
/* Removes what was not published. */
void file_draft_clear (FileDraft *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FileDraft, file_draft_clear)
void file_draft_drop (FileDraft *self);

/* What the entry takes with such a meta and @more bytes of body. */
guint64 file_draft_get_size (const FileDraft *self, gsize meta_len, guint64 more);

/* Adds whole blocks to the body. FALSE: see errno. */
gboolean file_draft_append (FileDraft *self, const guint8 *data, gsize len);
/* What was appended can be read, by any thread. */
gssize file_draft_read (const FileDraft *self, guint64 offset, void *buffer, gsize len);

/* Writes what is missing, with the end of the body, and publishes. FALSE: see errno. */
gboolean file_draft_publish (FileDraft *self,
                             gconstpointer meta,
                             gsize meta_len,
                             gint64 keep_until,
                             gconstpointer rest,
                             gsize rest_len);
