/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How one entry lies in its file: a head, the key, two areas for the meta, the body, and a table
 * with one sum for each block of the body. A record proves itself: whoever reads a part of it knows
 * that the part is whole, undamaged and of that key, or takes it for nothing. Pure.
 *
 * The meta changes while the body stays, so it is written in turns into one area and the other: a
 * writer that dies in the middle leaves the older one, which is whole. The areas are larger than
 * the first meta, for the next ones may be larger, too. A plain value is an entry with no meta. */
#pragma once

#include <glib.h>

#define FILE_RECORD_HEAD_SIZE 64
/* When it was last used, as far as was noted: the one thing that no sum is over. */
#define FILE_RECORD_USED_AT 56
#define FILE_RECORD_USED_SIZE 8
#define FILE_RECORD_AREA_HEAD_SIZE 32
#define FILE_RECORD_BLOCK_SIZE (64 * 1024)

/* More is no record, whatever a head says; what is read at once stays bounded. */
#define FILE_RECORD_MAX_KEY (1024 * 1024)
#define FILE_RECORD_MAX_META (8 * 1024 * 1024)

typedef struct
{
  guint64 key_len;
  guint64 meta_room; /* bytes of one area behind its head */
  guint64 body_len;
  guint64 nonce; /* seeds the sums, so that no part of another record fits in */
} FileRecord;

/* The newest meta that is whole; @data points into what was read. */
typedef struct
{
  guint area; /* 0 or 1 */
  guint64 number;
  gint64 keep_until;
  const guint8 *data;
  gsize len;
} FileMeta;

/* A new record, with room for metas that are somewhat larger than the first. */
void file_record_init (FileRecord *self, const char *key, gsize meta_len);
guint64 file_record_make_room (gsize meta_len);

/* Where in the file things are. */
guint64 file_record_get_area_at (const FileRecord *self, guint area);
guint64 file_record_get_body_at (const FileRecord *self);
guint64 file_record_get_table_at (const FileRecord *self);
guint64 file_record_get_size (const FileRecord *self);
guint64 file_record_get_n_blocks (const FileRecord *self);
gsize file_record_get_block_len (const FileRecord *self, guint64 block);

/* All before the body: head, key, the areas with the meta in the first. */
guint8 *file_record_make_front (
    const FileRecord *self, const char *key, gconstpointer meta, gsize meta_len, gint64 keep_until);
void file_record_write_area_head (const FileRecord *self,
                                  guint8 head[FILE_RECORD_AREA_HEAD_SIZE],
                                  const FileMeta *meta);
guint64 file_record_sum_block (const FileRecord *self, guint64 block, const void *data, gsize len);
void file_record_write_sum (guint8 at[8], guint64 sum);
guint64 file_record_read_sum (const guint8 at[8]);

void file_record_write_used (guint8 at[FILE_RECORD_USED_SIZE], gint64 used);
gint64 file_record_read_used (const guint8 *front);

/* Whether it is one of our files at all, of this or another version. */
gboolean file_record_is_ours (const guint8 *data, gsize len);

/* How much lies before the body, of a file that starts like this; 0 where it is none of ours, or
 * has another size than its head says. Nothing of it is proven yet. */
guint64 file_record_peek_front (const guint8 *data, gsize len, guint64 file_size);

/* Proves head and key; @data holds all that lies before the body. */
gboolean file_record_parse (FileRecord *self, const guint8 *data, gsize len, guint64 file_size);
gboolean file_record_find_meta (const FileRecord *self, const guint8 *front, FileMeta *meta);
