/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of entries in files share. They call the slots as the core does, but without its
 * wrappers, which are no one else's. */
#pragma once

#include <tern/plugin/tern-cache-store.h>

#include "file-store.h"

/* An entry as it was opened. */
typedef struct
{
  GBytes *meta;
  GBytes *body;
  GInputStream *stream;
} FileParts;

static inline void
file_parts_clear (FileParts *parts)
{
  g_clear_pointer (&parts->meta, g_bytes_unref);
  g_clear_pointer (&parts->body, g_bytes_unref);
  g_clear_object (&parts->stream);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FileParts, file_parts_clear)

static inline gboolean
file_open (TernCacheStore *store, const char *key, FileParts *parts)
{
  g_autoptr (GError) error = NULL;
  gboolean found = TERN_CACHE_STORE_GET_IFACE (store)->open_entry (
      store, key, &parts->meta, &parts->body, &parts->stream, &error);

  g_assert_no_error (error);
  g_assert_true (!found || parts->meta != NULL);
  g_assert_true (!found || (parts->body != NULL) != (parts->stream != NULL));
  return found;
}

/* The body whole; NULL where it is damaged. */
static inline GBytes *
file_read_body (FileParts *parts)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint8 buffer[50000];
  gssize n;

  if (parts->body != NULL)
    return g_bytes_ref (parts->body);
  while ((n = g_input_stream_read (parts->stream, buffer, sizeof buffer, NULL, &error)) > 0)
    g_byte_array_append (body, buffer, n);
  if (n < 0)
    g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  return n == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&body)) : NULL;
}

/* Bytes that differ everywhere. */
static inline GBytes *
file_make_body (gsize len, guint seed)
{
  guint8 *data = g_malloc (MAX (len, 1));

  for (gsize i = 0; i < len; i++)
    data[i] = (guint8)(seed + i * 7 + i / 251 + i / 65536);
  return g_bytes_new_take (data, len);
}

static inline TernCacheWriter *
file_create (TernCacheStore *store, const char *key, const char *meta)
{
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));
  g_autoptr (GError) error = NULL;
  TernCacheWriter *writer
      = TERN_CACHE_STORE_GET_IFACE (store)->create_entry (store, key, bytes, &error);

  g_assert_no_error (error);
  g_assert_nonnull (writer);
  return writer;
}

static inline gboolean
file_write (TernCacheWriter *writer, GBytes *bytes, gsize at, gsize len, GError **error)
{
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  return TERN_CACHE_WRITER_GET_IFACE (writer)->write (writer, data + at, len, error);
}

static inline gboolean
file_commit (TernCacheWriter *writer, const char *meta, gint64 keep_until, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));

  return TERN_CACHE_WRITER_GET_IFACE (writer)->commit (writer, bytes, keep_until, error);
}

static inline void
file_store_entry (TernCacheStore *store, const char *key, const char *meta, GBytes *body)
{
  g_autoptr (TernCacheWriter) writer = file_create (store, key, meta);
  g_autoptr (GError) error = NULL;

  g_assert_true (file_write (writer, body, 0, g_bytes_get_size (body), &error));
  g_assert_true (file_commit (writer, meta, 0, &error));
  g_assert_no_error (error);
}

static inline void
file_set_meta (TernCacheStore *store, const char *key, const char *before, const char *meta)
{
  g_autoptr (GBytes) old = g_bytes_new (before, strlen (before));
  g_autoptr (GBytes) new = g_bytes_new (meta, strlen (meta));
  g_autoptr (GError) error = NULL;

  g_assert_true (TERN_CACHE_STORE_GET_IFACE (store)->set_meta (store, key, old, new, 0, &error));
  g_assert_no_error (error);
}

static inline gboolean
file_is_text (GBytes *bytes, const char *text)
{
  gsize len;
  const char *data = g_bytes_get_data (bytes, &len);

  return len == strlen (text) && (len == 0 || memcmp (data, text, len) == 0);
}

static inline void
file_assert_entry (TernCacheStore *store, const char *key, const char *meta, GBytes *body)
{
  g_auto (FileParts) parts = { NULL };
  g_autoptr (GBytes) kept = NULL;

  g_assert_true (file_open (store, key, &parts));
  g_assert_true (file_is_text (parts.meta, meta));
  kept = file_read_body (&parts);
  g_assert_nonnull (kept);
  g_assert_true (g_bytes_equal (kept, body));
}

static inline void
file_assert_no_entry (TernCacheStore *store, const char *key)
{
  g_auto (FileParts) parts = { NULL };

  g_assert_false (file_open (store, key, &parts));
}

static inline void
file_count_damage (const char *name, const char *what, gpointer data)
{
  guint *n = data;

  g_test_message ("damaged: %s: %s", name, what);
  (*n)++;
}

/* How much tern_cache_store_verify() finds. */
static inline guint
file_verify (TernCacheStore *store)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_true (tern_cache_store_verify (store, file_count_damage, &n, &error));
  g_assert_no_error (error);
  return n;
}

static inline void
file_read (const char *path, guint8 **data, gsize *len)
{
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, (char **)data, len, &error);
  g_assert_no_error (error);
}

/* Nothing that is half-made lies about. */
static inline void
file_assert_no_temp (FileFixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (name, "tmp-"));
}
