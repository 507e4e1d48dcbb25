/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The page and the store: see the header. */

#include "page.h"

#include <string.h>

/* ---- the store ---- */

static void test_store_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestStore, test_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE, test_store_iface_init))

/* What every call has in common; FALSE with the error where it has to fail. */
static gboolean
begin (TestStore *self, guint *count, GError **error)
{
  guint delay;
  gboolean fails;

  g_mutex_lock (&self->lock);
  (*count)++;
  delay = self->delay_ms;
  fails = self->fails;
  g_assert_true ((self->flags & TERN_CACHE_STORE_ANY_THREAD) || g_thread_self () == self->owner);
  g_mutex_unlock (&self->lock);
  g_usleep (delay * 1000);
  while (g_atomic_int_get (&self->hangs))
    g_usleep (1000);
  if (fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the store is on fire");
  return !fails;
}

static GBytes *
test_store_get (TernCacheStore *store, const char *key, GError **error)
{
  TestStore *self = TEST_STORE (store);
  GBytes *value = NULL;

  if (!begin (self, &self->n_gets, error))
    return NULL;
  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->values, key);
  if (value)
    g_bytes_ref (value);
  g_mutex_unlock (&self->lock);
  return value;
}

static gboolean
test_store_set (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until,
                GError **error)
{
  TestStore *self = TEST_STORE (store);

  g_assert_cmpint (keep_until, >=, 0);
  if (!begin (self, &self->n_sets, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->values, g_strdup (key), g_bytes_ref (value));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
test_store_delete (TernCacheStore *store, const char *key, GError **error)
{
  TestStore *self = TEST_STORE (store);

  if (!begin (self, &self->n_deletes, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->values, key);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static TernCacheStoreFlags
test_store_get_flags (TernCacheStore *store)
{
  return TEST_STORE (store)->flags;
}

static void
test_store_iface_init (TernCacheStoreInterface *iface)
{
  iface->get = test_store_get;
  iface->set = test_store_set;
  iface->delete = test_store_delete;
  iface->get_flags = test_store_get_flags;
}

static void
test_store_finalize (GObject *object)
{
  TestStore *self = TEST_STORE (object);

  g_hash_table_unref (self->values);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (test_store_parent_class)->finalize (object);
}

static void
test_store_class_init (TestStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_store_finalize;
}

static void
test_store_init (TestStore *self)
{
  g_mutex_init (&self->lock);
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  self->owner = g_thread_self ();
}

TestStore *
test_store_new (TernCacheStoreFlags flags)
{
  TestStore *self = g_object_new (TEST_TYPE_STORE, NULL);

  self->flags = flags;
  return self;
}

guint
test_store_count (TestStore *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_size (self->values);
  g_mutex_unlock (&self->lock);
  return n;
}

/* With the lock held. */
static const char *
find_key (TestStore *self, const char *suffix)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_suffix (key, suffix))
      return key;
  g_error ("no key ends in %s", suffix);
}

void
test_store_damage (TestStore *self, const char *suffix, GBytes *value)
{
  const char *key;

  g_mutex_lock (&self->lock);
  key = find_key (self, suffix);
  if (value)
    g_hash_table_replace (self->values, g_strdup (key), g_bytes_ref (value));
  else
    g_hash_table_remove (self->values, key);
  g_mutex_unlock (&self->lock);
}

GByteArray *
test_store_peek (TestStore *self, const char *suffix)
{
  GByteArray *copy = g_byte_array_new ();
  GBytes *value;

  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->values, find_key (self, suffix));
  g_byte_array_append (copy, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  g_mutex_unlock (&self->lock);
  return copy;
}

/* ---- the page ---- */

/* Whether @fields has "NAME: VALUE" with the value that the request names. */
static gboolean
is_named (const TernOriginRequest *request, const char *condition, const char *fields,
          const char *name)
{
  const char *value = tern_origin_request_header (request, condition);
  g_autofree char *line = value ? g_strdup_printf ("%s: %s\r\n", name, value) : NULL;

  return line && fields && strstr (fields, line);
}

static void
on_page (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Page *self = data;
  g_autofree char *fields = NULL;
  g_autofree char *body = NULL;
  guint status;

  g_mutex_lock (&self->lock);
  self->n_asked++;
  status = self->status;
  fields = g_strdup (self->fields);
  body = g_strdup (self->body);
  g_mutex_unlock (&self->lock);
  if (status == 200
      && (is_named (request, "If-None-Match", fields, "ETag")
          || is_named (request, "If-Modified-Since", fields, "Last-Modified")))
    status = 304;
  tern_origin_reply (conn, status, NULL, fields, body);
}

static void
open_store (Page *self, StoreKind kind)
{
  g_autofree char *uri = NULL;

  switch (kind)
    {
    case STORE_NONE:
      return;
    case STORE_OWN:
      self->store = TERN_CACHE_STORE (test_store_new (TERN_CACHE_STORE_NONE));
      return;
    case STORE_SLOW:
      self->store = TERN_CACHE_STORE (test_store_new (TERN_CACHE_STORE_ANY_THREAD));
      TEST_STORE (self->store)->delay_ms = 2;
      return;
    case STORE_ENTRIES:
      self->store = TERN_CACHE_STORE (
          test_entries_new (TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD));
      return;
    case STORE_ENTRIES_OWN:
      self->store = TERN_CACHE_STORE (test_entries_new (TERN_CACHE_STORE_NONE));
      return;
    case STORE_ENTRIES_SLOW:
      self->store = TERN_CACHE_STORE (test_entries_new (TERN_CACHE_STORE_ANY_THREAD));
      return;
    default:
      uri = shelf_make_uri (kind, &self->dir);
      self->store = shelf_open (uri);
    }
}

void
page_init (Page *self, gboolean async, StoreKind kind)
{
  *self = (Page){ .status = 200 };
  g_mutex_init (&self->lock);
  session_init (&self->session, async);
  open_store (self, kind);
  tern_client_set_cache_store (self->session.client, self->store);
  tern_origin_add_route (self->session.origin, "/page", on_page, self);
}

void
page_clear (Page *self)
{
  session_clear (&self->session);
  g_clear_object (&self->store);
  if (self->dir)
    tern_test_remove_dir (self->dir);
  g_free (self->dir);
  g_free (self->fields);
  g_free (self->body);
  g_mutex_clear (&self->lock);
}

void
page_set (Page *self, guint status, const char *fields, const char *body)
{
  g_mutex_lock (&self->lock);
  self->status = status;
  g_free (self->fields);
  self->fields = g_strdup (fields);
  g_free (self->body);
  self->body = g_strdup (body);
  g_mutex_unlock (&self->lock);
}

guint
page_get_n_asked (Page *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_asked;
  g_mutex_unlock (&self->lock);
  return n;
}

void
page_get_at (const char *where, Page *self, const char *field, const char *value, const char *body,
             guint n_asked)
{
  const guint before = page_get_n_asked (self);
  guint asked;

  session_ask (&self->session, "GET", "/page");
  if (field)
    session_header (&self->session, field, value);
  session_fetch (&self->session);
  if (self->session.error)
    g_error ("%s: failed: %s", where, self->session.error->message);
  if (body)
    tern_test_assert_bytes_at (where, g_bytes_get_data (self->session.content, NULL),
                               (gssize)g_bytes_get_size (self->session.content), body, -1);
  asked = page_get_n_asked (self) - before;
  if (asked != n_asked)
    g_error ("%s: the origin was asked %u times, not %u (%s)", where, asked, n_asked,
             tern_response_get_cache_status (self->session.response));
}

void
page_assert_cache_at (const char *where, Page *self, gboolean from_cache, const char *text)
{
  const char *found = tern_response_get_cache_status (self->session.response);

  if (tern_response_get_from_cache (self->session.response) != from_cache)
    g_error ("%s: from cache is not %d (%s)", where, from_cache, found);
  if (text ? !found || !g_str_has_prefix (found, text) : found != NULL)
    g_error ("%s: cache status is “%s”, not “%s…”", where, found, text);
}

gboolean
page_asks_behind (Page *self)
{
  return (tern_cache_store_get_flags (self->store) & TERN_CACHE_STORE_ANY_THREAD) != 0;
}

static void
add_test (const char *path, void (*func) (gboolean async, gconstpointer kind), gboolean any_thread)
{
  for (guint kind = STORE_MEMORY; kind < N_STORES; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, shelf_get_name (kind));
      const gboolean is_owned = kind == STORE_OWN || kind == STORE_ENTRIES_OWN;

      if (shelf_has (kind) && !(any_thread && is_owned))
        tern_test_add_both (full, func, GUINT_TO_POINTER (kind));
    }
}

void
page_add_test (const char *path, void (*func) (gboolean async, gconstpointer kind))
{
  add_test (path, func, FALSE);
}

void
page_add_test_any_thread (const char *path, void (*func) (gboolean async, gconstpointer kind))
{
  add_test (path, func, TRUE);
}
