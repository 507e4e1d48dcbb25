/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry slots of a store in one line each, called as the core calls them: past the library, for
 * programs have no call for them. */
#pragma once

#include "cache-store.h"

#define CACHE_IFACE(store) TERN_CACHE_STORE_GET_IFACE (store)
#define WRITER_IFACE(writer) TERN_CACHE_WRITER_GET_IFACE (writer)

static inline TernCacheWriter *
cache_create (TernCacheStore *store, const char *key, const char *meta)
{
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));
  g_autoptr (GError) error = NULL;
  TernCacheWriter *writer = CACHE_IFACE (store)->create_entry (store, key, bytes, &error);

  g_assert_no_error (error);
  g_assert_true (TERN_IS_CACHE_WRITER (writer));
  return writer;
}

static inline void
cache_write (TernCacheWriter *writer, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (WRITER_IFACE (writer)->write (writer, data, len, &error));
  g_assert_no_error (error);
}

static inline void
cache_commit_until (TernCacheWriter *writer, const char *meta, gint64 keep_until)
{
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));
  g_autoptr (GError) error = NULL;

  g_assert_true (WRITER_IFACE (writer)->commit (writer, bytes, keep_until, &error));
  g_assert_no_error (error);
}

static inline void
cache_commit (TernCacheWriter *writer, const char *meta)
{
  cache_commit_until (writer, meta, 0);
}

/* A whole entry, written @piece bytes at a time; 0 is all at once. */
static inline void
cache_put (TernCacheStore *store, const char *key, const char *meta, GBytes *body, gsize piece)
{
  g_autoptr (TernCacheWriter) writer = cache_create (store, key, meta);
  gsize len;
  const guint8 *data = g_bytes_get_data (body, &len);

  for (gsize at = 0; at < len; at += piece == 0 ? len : piece)
    cache_write (writer, data + at, piece == 0 ? len : MIN (piece, len - at));
  cache_commit (writer, meta);
}

static inline char *
cache_text (GBytes *bytes)
{
  gsize len;
  const char *data = g_bytes_get_data (bytes, &len);

  return g_strndup (data != NULL ? data : "", len);
}

/* The body of an entry, read to its end where it is a stream; NULL is a miss. */
static inline GBytes *
cache_open (TernCacheStore *store, const char *key, char **meta)
{
  g_autoptr (GBytes) found_meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GOutputStream) sink = NULL;
  g_autoptr (GError) error = NULL;

  *meta = NULL;
  if (!CACHE_IFACE (store)->open_entry (store, key, &found_meta, &body, &stream, &error))
    {
      g_assert_no_error (error);
      g_assert_true (found_meta == NULL && body == NULL && stream == NULL);
      return NULL;
    }
  g_assert_no_error (error);
  g_assert_nonnull (found_meta);
  g_assert_true ((body == NULL) != (stream == NULL));
  *meta = cache_text (found_meta);
  if (body != NULL)
    return g_steal_pointer (&body);
  sink = g_memory_output_stream_new_resizable ();
  g_output_stream_splice (sink, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
}

static inline void
cache_assert_entry (TernCacheStore *store, const char *key, const char *meta, GBytes *body)
{
  g_autofree char *found_meta = NULL;
  g_autoptr (GBytes) found = cache_open (store, key, &found_meta);

  g_assert_nonnull (found);
  g_assert_cmpstr (found_meta, ==, meta);
  g_assert_true (g_bytes_equal (found, body));
}

static inline void
cache_assert_no_entry (TernCacheStore *store, const char *key)
{
  g_autofree char *meta = NULL;
  g_autoptr (GBytes) body = cache_open (store, key, &meta);

  g_assert_null (body);
}

static inline void
cache_set_meta_until (
    TernCacheStore *store, const char *key, const char *before, const char *meta, gint64 keep_until)
{
  g_autoptr (GBytes) old = g_bytes_new (before, strlen (before));
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));
  g_autoptr (GError) error = NULL;

  g_assert_true (CACHE_IFACE (store)->set_meta (store, key, old, bytes, keep_until, &error));
  g_assert_no_error (error);
}

static inline void
cache_set_meta (TernCacheStore *store, const char *key, const char *before, const char *meta)
{
  cache_set_meta_until (store, key, before, meta, 0);
}
