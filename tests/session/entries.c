/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store: see the header. */

#include "entries.h"

#include <string.h>

typedef struct
{
  GBytes *meta;
  GBytes *body;
} Entry;

static Entry *
entry_new (GBytes *meta, GBytes *body)
{
  Entry *self = g_new (Entry, 1);

  *self = (Entry){ g_bytes_ref (meta), g_bytes_ref (body) };
  return self;
}

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_bytes_unref (self->meta);
  g_bytes_unref (self->body);
  g_free (self);
}

/* ---- a stream that may fail on the way ---- */

#define TEST_TYPE_BODY (test_body_get_type ())
G_DECLARE_FINAL_TYPE (TestBody, test_body, TEST, BODY, GInputStream)

struct _TestBody
{
  GInputStream parent;

  TestEntries *store;
  GBytes *body;
  guint64 at;
};

static void test_body_seekable_init (GSeekableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBody,
                               test_body,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, test_body_seekable_init))

/* With the lock held: whoever may call. */
static void
check_thread (TestEntries *self)
{
  g_assert_true ((self->flags & TERN_CACHE_STORE_ANY_THREAD) || g_thread_self () == self->owner);
}

static gssize
test_body_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TestBody *self = TEST_BODY (stream);
  const guint64 size = g_bytes_get_size (self->body);
  guint64 end, n;

  g_mutex_lock (&self->store->lock);
  check_thread (self->store);
  end = self->store->damage_at ? MIN (size, self->store->damage_at) : size;
  g_mutex_unlock (&self->store->lock);
  if (self->at >= end && end < size)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a block is damaged");
      return -1;
    }
  n = self->at < end ? MIN (count, end - self->at) : 0;
  if (n > 0)
    memcpy (buffer, (const char *)g_bytes_get_data (self->body, NULL) + self->at, n);
  self->at += n;
  return (gssize)n;
}

static goffset
test_body_tell (GSeekable *seekable)
{
  return (goffset)TEST_BODY (seekable)->at;
}

static gboolean
test_body_can_seek (GSeekable *seekable)
{
  return !TEST_BODY (seekable)->store->unseekable;
}

static gboolean
test_body_seek (
    GSeekable *seekable, goffset offset, GSeekType type, GCancellable *cancellable, GError **error)
{
  TestBody *self = TEST_BODY (seekable);

  g_assert_cmpint (type, ==, G_SEEK_SET);
  g_assert_false (self->store->unseekable);
  g_assert_cmpint (offset, <=, (goffset)g_bytes_get_size (self->body));
  self->at = (guint64)offset;
  return TRUE;
}

static gboolean
test_body_can_truncate (GSeekable *seekable)
{
  return FALSE;
}

static void
test_body_seekable_init (GSeekableIface *iface)
{
  iface->tell = test_body_tell;
  iface->can_seek = test_body_can_seek;
  iface->seek = test_body_seek;
  iface->can_truncate = test_body_can_truncate;
}

static void
test_body_finalize (GObject *object)
{
  TestBody *self = TEST_BODY (object);

  g_atomic_int_add (&self->store->n_streams, -1);
  g_object_unref (self->store);
  g_bytes_unref (self->body);
  G_OBJECT_CLASS (test_body_parent_class)->finalize (object);
}

static void
test_body_class_init (TestBodyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_body_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_body_read;
}

static void
test_body_init (TestBody *self)
{
}

/* ---- a writer ---- */

#define TEST_TYPE_WRITER (test_writer_get_type ())
G_DECLARE_FINAL_TYPE (TestWriter, test_writer, TEST, WRITER, GObject)

struct _TestWriter
{
  GObject parent;

  TestEntries *store;
  char *key;
  GMutex lock; /* reads come beside writes */
  GByteArray *body;
  gboolean failed;
  gboolean over;
};

static void test_writer_iface_init (TernCacheWriterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestWriter,
                               test_writer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_WRITER,
                                                      test_writer_iface_init))

static void
check_writer (TestWriter *self)
{
  g_mutex_lock (&self->store->lock);
  check_thread (self->store);
  g_mutex_unlock (&self->store->lock);
}

static gboolean
test_writer_write (TernCacheWriter *writer, const guint8 *data, gsize len, GError **error)
{
  TestWriter *self = TEST_WRITER (writer);
  gboolean fits;

  check_writer (self);
  g_mutex_lock (&self->lock);
  g_assert_false (self->over || self->failed);
  fits = self->body->len + len <= self->store->room;
  if (fits)
    g_byte_array_append (self->body, data, len);
  self->failed = !fits;
  g_mutex_unlock (&self->lock);
  if (!fits)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the store is full");
  return fits;
}

static gssize
test_writer_read (
    TernCacheWriter *writer, guint64 offset, guint8 *buffer, gsize len, GError **error)
{
  TestWriter *self = TEST_WRITER (writer);
  gsize n;

  check_writer (self);
  g_mutex_lock (&self->lock);
  n = offset < self->body->len ? MIN (len, self->body->len - offset) : 0;
  if (n > 0)
    memcpy (buffer, self->body->data + offset, n);
  g_mutex_unlock (&self->lock);
  return (gssize)n;
}

static gboolean
test_writer_commit (TernCacheWriter *writer, GBytes *meta, gint64 keep_until, GError **error)
{
  TestWriter *self = TEST_WRITER (writer);
  g_autoptr (GBytes) body = NULL;

  check_writer (self);
  g_mutex_lock (&self->lock);
  g_assert_false (self->over || self->failed);
  self->over = TRUE;
  body = g_bytes_new (self->body->data, self->body->len);
  g_mutex_unlock (&self->lock);
  g_mutex_lock (&self->store->lock);
  self->store->n_commits++;
  g_hash_table_replace (self->store->entries, g_strdup (self->key), entry_new (meta, body));
  g_mutex_unlock (&self->store->lock);
  return TRUE;
}

static void
test_writer_abort (TernCacheWriter *writer)
{
  TestWriter *self = TEST_WRITER (writer);

  check_writer (self);
  g_mutex_lock (&self->lock);
  g_assert_false (self->over);
  self->over = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
test_writer_iface_init (TernCacheWriterInterface *iface)
{
  iface->write = test_writer_write;
  iface->read = test_writer_read;
  iface->commit = test_writer_commit;
  iface->abort = test_writer_abort;
}

static void
test_writer_finalize (GObject *object)
{
  TestWriter *self = TEST_WRITER (object);

  g_atomic_int_add (&self->store->n_writers, -1);
  g_object_unref (self->store);
  g_free (self->key);
  g_byte_array_unref (self->body);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (test_writer_parent_class)->finalize (object);
}

static void
test_writer_class_init (TestWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_writer_finalize;
}

static void
test_writer_init (TestWriter *self)
{
  g_mutex_init (&self->lock);
  self->body = g_byte_array_new ();
}

/* ---- the store ---- */

static void test_entries_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestEntries,
                               test_entries,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      test_entries_iface_init))

static void
begin (TestEntries *self, guint *count)
{
  g_mutex_lock (&self->lock);
  check_thread (self);
  if (count)
    (*count)++;
}

/* A plain value is an entry without a meta. */
static GBytes *
test_entries_get (TernCacheStore *store, const char *key, GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);
  Entry *entry;
  GBytes *value;

  begin (self, NULL);
  entry = g_hash_table_lookup (self->entries, key);
  value = entry ? g_bytes_ref (entry->body) : NULL;
  g_mutex_unlock (&self->lock);
  return value;
}

static gboolean
test_entries_set (
    TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  g_assert_true (g_str_has_prefix (key, "tern:"));
  begin (self, NULL);
  g_hash_table_replace (self->entries, g_strdup (key), entry_new (nothing, value));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
test_entries_delete (TernCacheStore *store, const char *key, GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);

  begin (self, &self->n_deletes);
  g_hash_table_remove (self->entries, key);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static TernCacheStoreFlags
test_entries_get_flags (TernCacheStore *store)
{
  return TEST_ENTRIES (store)->flags;
}

static gboolean
test_entries_open (TernCacheStore *store,
                   const char *key,
                   GBytes **meta,
                   GBytes **body,
                   GInputStream **stream,
                   GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);
  Entry *entry;

  begin (self, &self->n_opens);
  entry = g_hash_table_lookup (self->entries, key);
  if (entry)
    *meta = g_bytes_ref (entry->meta);
  if (entry && g_bytes_get_size (entry->body) <= self->whole)
    *body = g_bytes_ref (entry->body);
  else if (entry)
    {
      TestBody *opened = g_object_new (TEST_TYPE_BODY, NULL);

      opened->store = g_object_ref (self);
      opened->body = g_bytes_ref (entry->body);
      g_atomic_int_inc (&self->n_streams);
      *stream = G_INPUT_STREAM (opened);
    }
  g_mutex_unlock (&self->lock);
  return entry != NULL;
}

static TernCacheWriter *
test_entries_create (TernCacheStore *store, const char *key, GBytes *meta, GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);
  TestWriter *writer;

  if (self->room == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room at all");
      return NULL;
    }
  writer = g_object_new (TEST_TYPE_WRITER, NULL);
  begin (self, &self->n_creates);
  writer->store = g_object_ref (self);
  writer->key = g_strdup (key);
  g_atomic_int_inc (&self->n_writers);
  g_mutex_unlock (&self->lock);
  return TERN_CACHE_WRITER (writer);
}

static gboolean
test_entries_set_meta (TernCacheStore *store,
                       const char *key,
                       GBytes *before,
                       GBytes *meta,
                       gint64 keep_until,
                       GError **error)
{
  TestEntries *self = TEST_ENTRIES (store);
  Entry *entry;

  begin (self, &self->n_metas);
  entry = g_hash_table_lookup (self->entries, key);
  if (entry && g_bytes_equal (entry->meta, before))
    {
      g_bytes_unref (entry->meta);
      entry->meta = g_bytes_ref (meta);
    }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
test_entries_iface_init (TernCacheStoreInterface *iface)
{
  iface->get = test_entries_get;
  iface->set = test_entries_set;
  iface->delete = test_entries_delete;
  iface->get_flags = test_entries_get_flags;
  iface->open_entry = test_entries_open;
  iface->create_entry = test_entries_create;
  iface->set_meta = test_entries_set_meta;
}

static void
test_entries_finalize (GObject *object)
{
  TestEntries *self = TEST_ENTRIES (object);

  g_assert_cmpint (g_atomic_int_get (&self->n_writers), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&self->n_streams), ==, 0);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (test_entries_parent_class)->finalize (object);
}

static void
test_entries_class_init (TestEntriesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_entries_finalize;
}

static void
test_entries_init (TestEntries *self)
{
  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->owner = g_thread_self ();
  self->whole = 1024;
  self->room = G_MAXUINT64;
}

TestEntries *
test_entries_new (TernCacheStoreFlags flags)
{
  TestEntries *self = g_object_new (TEST_TYPE_ENTRIES, NULL);

  self->flags = flags;
  return self;
}

guint
test_entries_count (TestEntries *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_size (self->entries) - g_hash_table_contains (self->entries, "tern:salt");
  g_mutex_unlock (&self->lock);
  return n;
}

/* With the lock held. */
static Entry *
find (TestEntries *self, const char *suffix)
{
  GHashTableIter iter;
  gpointer key, entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    if (g_str_has_suffix (key, suffix))
      return entry;
  return NULL;
}

gint64
test_entries_size (TestEntries *self, const char *suffix)
{
  const Entry *entry;
  gint64 size;

  g_mutex_lock (&self->lock);
  entry = find (self, suffix);
  size = entry ? (gint64)g_bytes_get_size (entry->body) : -1;
  g_mutex_unlock (&self->lock);
  return size;
}

void
test_entries_peek (TestEntries *self, const char *suffix, GBytes **meta, GBytes **body)
{
  const Entry *entry;

  g_mutex_lock (&self->lock);
  entry = find (self, suffix);
  g_assert_nonnull (entry);
  *meta = g_bytes_ref (entry->meta);
  *body = g_bytes_ref (entry->body);
  g_mutex_unlock (&self->lock);
}

void
test_entries_change_meta (TestEntries *self, const char *suffix, GBytes *meta)
{
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = find (self, suffix);
  g_assert_nonnull (entry);
  g_bytes_unref (entry->meta);
  entry->meta = g_bytes_ref (meta);
  g_mutex_unlock (&self->lock);
}
