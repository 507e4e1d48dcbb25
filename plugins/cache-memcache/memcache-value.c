/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All parts are on the server of the head: one that is away makes fewer values incomplete so. What
 * a deleted or overwritten head referred to is left to expire or to be pushed out. */
#include "memcache-value.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/random.h>

#include "memcache-record.h"

/* What a server needs beside our bytes: its own head, at most 250 bytes of name, line ends. */
#define ITEM_OVERHEAD 456
#define MOST_PARTS 1024

/* How many bytes of a value an item takes. */
static gsize
get_room (const MemcacheValue *self)
{
  return self->item_size - ITEM_OVERHEAD - MEMCACHE_RECORD_SIZE;
}

static gboolean
is_kept (gint64 keep_until, gint64 now)
{
  return keep_until == 0 || keep_until >= now;
}

/* The item of that name, with a record of this key at its beginning. */
static GBytes *
get_item (const MemcacheValue *self, const char *name, gsize most, MemcacheRecord *record)
{
  g_auto (MemcacheReply) reply = { MEMCACHE_MISSING };
  const MemcacheCommand command
      = { .verb = MEMCACHE_GET, .name = name, .most = most + MEMCACHE_RECORD_SIZE };
  const guint8 *bytes;
  gsize len;

  if (!memcache_server_ask (self->server, &command, self->deadline, &reply, NULL)
      || reply.word != MEMCACHE_FOUND)
    return NULL;
  bytes = g_bytes_get_data (reply.data, &len);
  if (!memcache_record_read (record, &self->key, bytes, len))
    return NULL;
  return g_bytes_new_from_bytes (reply.data, MEMCACHE_RECORD_SIZE, len - MEMCACHE_RECORD_SIZE);
}

/* Appends one part of the value that @head speaks of. */
static gboolean
get_part (const MemcacheValue *self, const MemcacheRecord *head, guint number, GByteArray *value)
{
  char name[MEMCACHE_KEY_SIZE];
  MemcacheRecord record;
  g_autoptr (GBytes) part = NULL;
  gsize len;
  const guint8 *bytes;

  memcache_key_name_part (&self->key, head->nonce, number, name);
  part = get_item (self, name, head->length - value->len, &record);
  if (part == NULL || record.kind != MEMCACHE_RECORD_PART || record.number != number
      || record.nonce != head->nonce || record.length != head->length || record.sum != head->sum)
    return FALSE;
  bytes = g_bytes_get_data (part, &len);
  /* An empty one could go on for ever, and nobody writes it. */
  if (len == 0 || len > head->length - value->len)
    return FALSE;
  g_byte_array_append (value, bytes, len);
  return TRUE;
}

static GBytes *
get_parts (const MemcacheValue *self, const MemcacheRecord *head)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();

  if (head->length > self->max_size || head->number > MOST_PARTS)
    return NULL;
  for (guint i = 0; i < head->number; i++)
    if (!get_part (self, head, i, value))
      return NULL;
  if (value->len != head->length)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&value));
}

GBytes *
memcache_value_get (const MemcacheValue *self)
{
  MemcacheRecord record;
  g_autoptr (GBytes) item = get_item (self, self->key.name, self->max_size, &record);
  g_autoptr (GBytes) value = NULL;
  gsize len;
  const void *bytes;

  if (item == NULL || !is_kept (record.keep_until, self->now))
    return NULL;
  if (record.kind == MEMCACHE_RECORD_WHOLE)
    value = g_bytes_ref (item);
  else if (record.kind == MEMCACHE_RECORD_HEAD && g_bytes_get_size (item) == 0)
    value = get_parts (self, &record);
  if (value == NULL)
    return NULL;
  bytes = g_bytes_get_data (value, &len);
  if (len != record.length || memcache_record_add_sum (0, bytes, len) != record.sum)
    return NULL;
  return g_steal_pointer (&value);
}

static gboolean
set_item (const MemcacheValue *self,
          const char *name,
          const MemcacheRecord *record,
          guint32 expiry,
          const void *data,
          gsize len,
          GError **error)
{
  guint8 head[MEMCACHE_RECORD_SIZE];
  g_auto (MemcacheReply) reply = { MEMCACHE_MISSING };
  const MemcacheCommand command = { .verb = MEMCACHE_SET,
                                    .name = name,
                                    .expiry = expiry,
                                    .head = head,
                                    .head_len = sizeof head,
                                    .data = data,
                                    .data_len = len };

  memcache_record_write (record, &self->key, head);
  if (!memcache_server_ask (self->server, &command, self->deadline, &reply, error))
    return FALSE;
  if (reply.word == MEMCACHE_DONE)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("memcached refused the value: %s"),
               reply.text);
  return FALSE;
}

static gboolean
make_nonce (guint64 *nonce, GError **error)
{
  gssize n;

  do
    n = getrandom (nonce, sizeof *nonce, 0);
  while (n < 0 && errno == EINTR);
  if (n == sizeof *nonce)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

/* Parts first: a head is never there without them, but for those that the server has pushed out. */
static gboolean
set_parts (const MemcacheValue *self,
           MemcacheRecord *record,
           guint32 expiry,
           const guint8 *data,
           GError **error)
{
  gsize room = get_room (self), len = record->length;
  guint n_parts = (len + room - 1) / room;

  if (!make_nonce (&record->nonce, error))
    return FALSE;
  record->kind = MEMCACHE_RECORD_PART;
  for (guint i = 0; i < n_parts; i++)
    {
      char name[MEMCACHE_KEY_SIZE];

      record->number = i;
      memcache_key_name_part (&self->key, record->nonce, i, name);
      if (!set_item (self, name, record, expiry, data + i * room, MIN (room, len - i * room),
                     error))
        return FALSE;
    }
  record->kind = MEMCACHE_RECORD_HEAD;
  record->number = n_parts;
  return set_item (self, self->key.name, record, expiry, NULL, 0, error);
}

gboolean
memcache_value_set (const MemcacheValue *self, GBytes *value, gint64 keep_until, GError **error)
{
  gsize room = get_room (self), len;
  const void *data = g_bytes_get_data (value, &len);
  MemcacheRecord record
      = { .kind = MEMCACHE_RECORD_WHOLE, .length = len, .keep_until = keep_until };
  guint32 expiry;

  if (len > MIN (self->max_size, room * MOST_PARTS)
      || !memcache_record_get_expiry (keep_until, self->now, &expiry))
    return memcache_value_delete (self, error);
  record.sum = memcache_record_add_sum (0, data, len);
  if (len <= room ? set_item (self, self->key.name, &record, expiry, data, len, error)
                  : set_parts (self, &record, expiry, data, error))
    return TRUE;
  /* The old value is not right any more; who cannot be reached is asked in vain. */
  memcache_value_delete (self, NULL);
  return FALSE;
}

gboolean
memcache_value_delete (const MemcacheValue *self, GError **error)
{
  g_auto (MemcacheReply) reply = { MEMCACHE_MISSING };
  const MemcacheCommand command = { .verb = MEMCACHE_DELETE, .name = self->key.name };

  if (!memcache_server_ask (self->server, &command, self->deadline, &reply, error))
    return FALSE;
  if (reply.word == MEMCACHE_DONE)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("memcached refused to delete: %s"),
               reply.text);
  return FALSE;
}
