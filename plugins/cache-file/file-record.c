/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes and checks records. Numbers are little-endian, so a folder may move to another machine. */
#include "file-record.h"

#include <string.h>

#include "file-hash.h"

/* The last byte is the version: another layout is another magic, and what an older program kept is
 * damaged to a newer one. */
static const char magic[8] = { 'T', 'E', 'R', 'N', 'v', 'a', 'l', FILE_HASH_VERSION };

enum
{
  AT_MAGIC = 0,
  AT_KEY_LEN = 8,
  AT_META_ROOM = 16,
  AT_BODY_LEN = 24,
  AT_BLOCK_SIZE = 32,
  AT_NONCE = 40,
  AT_SUM = 48, /* over the head before it, and the key */
  AT_USED = FILE_RECORD_USED_AT,
};

/* The head of an area. Number 0 is an area that was never written, and as the next of the largest
 * one would never be. */
enum
{
  AT_NUMBER = 0,
  AT_LEN = 8,
  AT_KEEP_UNTIL = 16,
  AT_AREA_SUM = 24, /* over the head before it, and the meta */
};

static void
put (guint8 *at, guint64 number)
{
  number = GUINT64_TO_LE (number);
  memcpy (at, &number, sizeof number);
}

static guint64
take (const guint8 *at)
{
  guint64 number;

  memcpy (&number, at, sizeof number);
  return GUINT64_FROM_LE (number);
}

/* A plain value has no meta and never gets one. */
guint64
file_record_make_room (gsize meta_len)
{
  if (meta_len == 0)
    return 0;
  return (meta_len + meta_len / 4 + 256) / 64 * 64;
}

void
file_record_init (FileRecord *self, const char *key, gsize meta_len)
{
  self->key_len = strlen (key);
  self->meta_room = file_record_make_room (meta_len);
  self->body_len = 0;
  self->nonce = (guint64)g_random_int () << 32 | g_random_int ();
}

guint64
file_record_get_area_at (const FileRecord *self, guint area)
{
  return FILE_RECORD_HEAD_SIZE + self->key_len
         + area * (FILE_RECORD_AREA_HEAD_SIZE + self->meta_room);
}

guint64
file_record_get_body_at (const FileRecord *self)
{
  return file_record_get_area_at (self, 2);
}

guint64
file_record_get_table_at (const FileRecord *self)
{
  return file_record_get_body_at (self) + self->body_len;
}

guint64
file_record_get_n_blocks (const FileRecord *self)
{
  return (self->body_len + FILE_RECORD_BLOCK_SIZE - 1) / FILE_RECORD_BLOCK_SIZE;
}

guint64
file_record_get_size (const FileRecord *self)
{
  return file_record_get_table_at (self) + 8 * file_record_get_n_blocks (self);
}

gsize
file_record_get_block_len (const FileRecord *self, guint64 block)
{
  guint64 left = self->body_len - block * FILE_RECORD_BLOCK_SIZE;

  return MIN (left, FILE_RECORD_BLOCK_SIZE);
}

guint64
file_record_sum_block (const FileRecord *self, guint64 block, const void *data, gsize len)
{
  /* Another seed for each block, or two that changed places would not be noticed. */
  return file_hash_block (data, len, self->nonce + 1 + block);
}

void
file_record_write_sum (guint8 at[8], guint64 sum)
{
  put (at, sum);
}

guint64
file_record_read_sum (const guint8 at[8])
{
  return take (at);
}

static guint64
sum_head (const guint8 *head, const void *key, gsize key_len)
{
  return file_hash (key, key_len, file_hash (head, AT_SUM, 0));
}

static guint64
sum_area (const FileRecord *self, const guint8 *head, const void *meta, gsize len)
{
  return file_hash (meta, len, file_hash (head, AT_AREA_SUM, self->nonce));
}

void
file_record_write_area_head (const FileRecord *self,
                             guint8 head[FILE_RECORD_AREA_HEAD_SIZE],
                             const FileMeta *meta)
{
  put (head + AT_NUMBER, meta->number);
  put (head + AT_LEN, meta->len);
  put (head + AT_KEEP_UNTIL, (guint64)meta->keep_until);
  put (head + AT_AREA_SUM, sum_area (self, head, meta->data, meta->len));
}

guint8 *
file_record_make_front (
    const FileRecord *self, const char *key, gconstpointer meta, gsize meta_len, gint64 keep_until)
{
  guint8 *front = g_malloc0 (file_record_get_body_at (self));
  guint8 *area = front + file_record_get_area_at (self, 0);
  FileMeta first = { .number = 1, .keep_until = keep_until, .data = meta, .len = meta_len };

  memcpy (front + AT_MAGIC, magic, sizeof magic);
  put (front + AT_KEY_LEN, self->key_len);
  put (front + AT_META_ROOM, self->meta_room);
  put (front + AT_BODY_LEN, self->body_len);
  put (front + AT_BLOCK_SIZE, FILE_RECORD_BLOCK_SIZE);
  put (front + AT_NONCE, self->nonce);
  put (front + AT_SUM, sum_head (front, key, self->key_len));
  memcpy (front + FILE_RECORD_HEAD_SIZE, key, self->key_len);
  file_record_write_area_head (self, area, &first);
  if (meta_len > 0)
    memcpy (area + FILE_RECORD_AREA_HEAD_SIZE, meta, meta_len);
  return front;
}

void
file_record_write_used (guint8 at[FILE_RECORD_USED_SIZE], gint64 used)
{
  put (at, (guint64)used);
}

gint64
file_record_read_used (const guint8 *front)
{
  return (gint64)take (front + AT_USED);
}

gboolean
file_record_is_ours (const guint8 *data, gsize len)
{
  return len >= sizeof magic && memcmp (data, magic, sizeof magic - 1) == 0;
}

/* The lengths first, and against what is there: nothing is believed before the sum is right. */
static gboolean
take_head (FileRecord *self, const guint8 *data, gsize len, guint64 file_size)
{
  if (len < FILE_RECORD_HEAD_SIZE || memcmp (data, magic, sizeof magic) != 0
      || take (data + AT_BLOCK_SIZE) != FILE_RECORD_BLOCK_SIZE)
    return FALSE;
  self->key_len = take (data + AT_KEY_LEN);
  self->meta_room = take (data + AT_META_ROOM);
  self->body_len = take (data + AT_BODY_LEN);
  self->nonce = take (data + AT_NONCE);
  return self->key_len <= FILE_RECORD_MAX_KEY && self->meta_room <= 2 * FILE_RECORD_MAX_META
         && self->body_len <= file_size && file_record_get_size (self) == file_size;
}

guint64
file_record_peek_front (const guint8 *data, gsize len, guint64 file_size)
{
  FileRecord record;

  return take_head (&record, data, len, file_size) ? file_record_get_body_at (&record) : 0;
}

gboolean
file_record_parse (FileRecord *self, const guint8 *data, gsize len, guint64 file_size)
{
  return take_head (self, data, len, file_size) && len >= file_record_get_body_at (self)
         && take (data + AT_SUM) == sum_head (data, data + FILE_RECORD_HEAD_SIZE, self->key_len);
}

static guint64
read_number (const FileRecord *self, const guint8 *front, guint area)
{
  return take (front + file_record_get_area_at (self, area) + AT_NUMBER);
}

static gboolean
read_area (const FileRecord *self, const guint8 *front, guint area, FileMeta *meta)
{
  const guint8 *head = front + file_record_get_area_at (self, area);

  *meta = (FileMeta){ .area = area,
                      .number = take (head + AT_NUMBER),
                      .keep_until = (gint64)take (head + AT_KEEP_UNTIL),
                      .data = head + FILE_RECORD_AREA_HEAD_SIZE,
                      .len = take (head + AT_LEN) };
  return meta->number != 0 && meta->number != G_MAXUINT64 && take (head + AT_LEN) <= self->meta_room
         && take (head + AT_AREA_SUM) == sum_area (self, head, meta->data, meta->len);
}

/* The older one is not looked at where the newer one is whole. */
gboolean
file_record_find_meta (const FileRecord *self, const guint8 *front, FileMeta *meta)
{
  const guint newer = read_number (self, front, 1) > read_number (self, front, 0) ? 1 : 0;

  return read_area (self, front, newer, meta) || read_area (self, front, 1 - newer, meta);
}
