/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stored responses as a program is told of them, over a store of its own: one of entries and one of
 * plain values. */
#include <tern/tern-cache-entry.h>
#include <tern/tern-error.h>

#include "policy/tern-cache-key.h"
#include "policy/tern-cache-variants.h"
#include "policy/tern-cache-vary.h"
#include "shelf.h"
#include "test-fields.h"

#define FRESH "Cache-Control: max-age=60\nContent-Type: text/plain"

/* What is stored of one request; @slot NULL is the home slot. */
typedef struct
{
  const char *uri;
  const char *partition;
  const char *asked;
  const char *fields;
  const char *body;
  gint64 age;
} Stored;

static TernCacheStore *
store_new (gconstpointer kind)
{
  return g_object_new (GPOINTER_TO_INT (kind) ? TYPE_ENTRY_SHELF : TYPE_SHELF, NULL);
}

static gboolean
takes_entries (TernCacheStore *store)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (store, TYPE_ENTRY_SHELF);
}

static void
put_record (TernCacheStore *store,
            const char *key,
            const char *slot,
            TernCacheRecord *record,
            const char *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (GBytes) meta = NULL;
  g_autofree char *first = NULL, *second = NULL;

  record->body_length = strlen (body);
  if (!takes_entries (store))
    record->body_checksum = tern_cache_checksum (0, body, strlen (body));
  meta = tern_cache_record_serialize (record);
  if (takes_entries (store))
    {
      first = tern_cache_slot_key (key, slot);
      shelf_put (store, first, meta, bytes);
      return;
    }
  first = tern_cache_meta_key (key, slot);
  second = tern_cache_body_key (key, slot);
  shelf_put (store, first, NULL, meta);
  shelf_put (store, second, NULL, bytes);
}

static TernCacheRecord *
record_new (const Stored *stored)
{
  g_autoptr (TernUri) uri = tern_uri_parse (stored->uri, NULL);
  g_autoptr (TernHeaders) asked = fields_new (stored->asked);
  g_autoptr (TernHeaders) fields = fields_new (stored->fields);
  const TernCacheRequest request = { "GET", uri, stored->partition, asked, NULL };
  const gint64 when = g_get_real_time () / G_USEC_PER_SEC - stored->age;

  return tern_cache_record_new (&request, 200, "OK", 11, fields, when, when);
}

/* As the stage does it: the home slot, then siblings with a line in it. */
static void
put (TernCacheStore *store, const Stored *stored, guint n_stored)
{
  g_autoptr (TernUri) uri = tern_uri_parse (stored->uri, NULL);
  g_autofree char *key = tern_cache_key (uri, stored->partition);
  g_autoptr (TernCacheRecord) home = record_new (&stored[0]);

  for (guint i = 1; i < n_stored; i++)
    {
      g_autoptr (TernCacheRecord) record = record_new (&stored[i]);
      g_autoptr (TernHeaders) asked = fields_new (stored[i].asked);
      const TernCacheRequest request = { "GET", uri, stored->partition, asked, NULL };
      g_auto (TernCachePlace) place;

      tern_cache_place (&place, home, &request, record);
      g_assert_nonnull (place.slot);
      put_record (store, key, place.slot, record, stored[i].body);
      g_clear_pointer (&home->siblings, g_ptr_array_unref);
      home->siblings = g_steal_pointer (&place.siblings);
    }
  put_record (store, key, NULL, home, stored->body);
}

static const Stored variants[] = {
  { "http://a.example/page?x", NULL, "Accept-Language: de", FRESH "\nVary: Accept-Language",
    "eins" },
  { "http://a.example/page?x", NULL, "Accept-Language: fr", FRESH "\nVary: Accept-Language",
    "un deux", 3600 },
  { "http://a.example/page?x", NULL, "", FRESH "\nVary: Accept-Language", "one" },
};

static void
fill (TernCacheStore *store)
{
  static const Stored apart
      = { "http://a.example/page?x", "bob smith", "", "Cache-Control: no-cache", "apart" };
  static const Stored other = { "https://b.example/", NULL, "", FRESH, "" };
  g_autoptr (GBytes) note = g_bytes_new ("note", 4);

  put (store, variants, G_N_ELEMENTS (variants));
  put (store, &apart, 1);
  put (store, &other, 1);
  shelf_put (store, "tern:salt", NULL, note);
  shelf_put (store, "a note", NULL, note);
}

/* The list owns it from then on. */
static TernCacheEntry *
item (GListModel *list, guint i)
{
  g_autofree char *name = g_strdup_printf ("item-%u", i);
  TernCacheEntry *entry = g_list_model_get_item (list, i);

  g_assert_nonnull (entry);
  g_object_set_data_full (G_OBJECT (list), name, entry, g_object_unref);
  return TERN_CACHE_ENTRY (entry);
}

static GListModel *
listed (TernCacheStore *store, guint n)
{
  g_autoptr (GError) error = NULL;
  GListModel *list = tern_cache_entries_list (store, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, n);
  g_assert_true (g_list_model_get_item_type (list) == TERN_TYPE_CACHE_ENTRY);
  g_assert_null (g_list_model_get_item (list, n));
  return list;
}

static char *
read_body (TernCacheEntry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = tern_cache_entry_open_body (entry, &error);
  char buffer[64];
  gsize n;

  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, buffer, sizeof buffer, &n, NULL, NULL));
  return g_strndup (buffer, n);
}

static void
test_list (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) list = NULL;
  guint reads;

  fill (store);
  reads = shelf_n_reads (store);
  list = listed (store, 5);
  /* A list reads nothing before an entry is asked for. */
  g_assert_cmpuint (shelf_n_reads (store), ==, reads);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (TernCacheEntry) entry = g_list_model_get_item (list, i);

      g_assert_no_error (tern_cache_entry_get_error (entry));
      g_assert_cmpuint (tern_cache_entry_get_status (entry), ==, 200);
      g_assert_cmpstr (tern_cache_entry_get_reason (entry), ==, "OK");
      g_assert_false (tern_cache_entry_is_orphaned (entry));
      g_assert_true (tern_cache_entry_verify (entry, NULL));
      g_assert_cmpstr (tern_cache_entry_get_uri (entry), ==,
                       i < 4 ? "http://a.example/page?x" : "https://b.example/");
    }
}

static void
test_values (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) found = NULL;
  g_autoptr (TernCacheEntry) fr = NULL, none = NULL;
  g_auto (GStrv) vary = NULL, absent = NULL;
  g_autofree char *body = NULL, *uri = NULL;
  guint64 size;
  guint status;

  fill (store);
  found = tern_cache_entries_find (store, "http://me:pw@A.example:80/page?x#there", NULL, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 3);
  g_assert_true (tern_cache_entry_is_fresh (item (found, 0)));
  fr = g_list_model_get_item (found, 1);
  vary = tern_cache_entry_get_vary (fr);
  g_assert_cmpstr (vary[0], ==, "accept-language: fr");
  g_assert_null (vary[1]);
  g_assert_cmpint (tern_cache_entry_get_lifetime (fr), ==, 60);
  g_assert_cmpint (tern_cache_entry_get_age (fr), >=, 3600);
  g_assert_false (tern_cache_entry_is_fresh (fr));
  g_assert_cmpuint (tern_cache_entry_get_size (fr), ==, 7);
  g_assert_cmpint (tern_cache_entry_get_stored_at (fr), <, g_get_real_time () / G_USEC_PER_SEC);
  g_assert_cmpstr (tern_headers_get (tern_cache_entry_get_headers (fr), "Content-Type"), ==,
                   "text/plain");
  g_assert_null (tern_cache_entry_get_partition (fr));
  g_assert_false (tern_cache_entry_get_part (fr, NULL, NULL, NULL));
  body = read_body (fr);
  g_assert_cmpstr (body, ==, "un deux");
  none = g_list_model_get_item (found, 2);
  absent = tern_cache_entry_get_vary (none);
  g_assert_cmpstr (absent[0], ==, "accept-language");
  g_object_get (fr, "uri", &uri, "status", &status, "size", &size, NULL);
  g_assert_cmpstr (uri, ==, "http://a.example/page?x");
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (size, ==, 7);
}

static void
test_partition (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) found = NULL, nothing = NULL;

  fill (store);
  found = tern_cache_entries_find (store, "http://a.example/page?x", "bob smith", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
  g_assert_cmpstr (tern_cache_entry_get_partition (item (found, 0)), ==, "bob smith");
  g_assert_cmpstr (tern_cache_entry_get_key (item (found, 0)), ==,
                   "http://a.example/page?x bob%20smith");
  /* no-cache: it is never an answer by itself. */
  g_assert_false (tern_cache_entry_is_fresh (item (found, 0)));
  nothing = tern_cache_entries_find (store, "http://a.example/page?x", "bob", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (nothing), ==, 0);
}

static void
test_part (gconstpointer kind)
{
  static const Stored part
      = { "http://a/", NULL, "", "ETag: \"1\"\nContent-Range: bytes 10-13/100", "part" };
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) found = NULL;
  g_autoptr (TernUri) uri = tern_uri_parse (part.uri, NULL);
  g_autoptr (TernHeaders) fields = fields_new (part.fields);
  g_autoptr (TernHeaders) asked = tern_headers_new ();
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  g_autoptr (TernCacheRecord) record
      = tern_cache_record_new (&request, 206, "Partial Content", 11, fields, 1, 1);
  guint64 first, end, total;

  put_record (store, "http://a/", NULL, record, part.body);
  found = tern_cache_entries_find (store, part.uri, NULL, NULL);
  g_assert_true (tern_cache_entry_get_part (item (found, 0), &first, &end, &total));
  g_assert_cmpuint (first, ==, 10);
  g_assert_cmpuint (end, ==, 14);
  g_assert_cmpuint (total, ==, 100);
  g_assert_cmpuint (tern_cache_entry_get_size (item (found, 0)), ==, 4);
}

static gboolean
on_entry (TernCacheEntry *entry, gpointer data)
{
  g_ptr_array_add (data, g_strdup (tern_cache_entry_get_key (entry)));
  return ((GPtrArray *)data)->len < 4;
}

static void
test_foreach (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  fill (store);
  g_assert_true (tern_cache_entries_foreach (store, NULL, on_entry, keys, &error));
  g_assert_cmpuint (keys->len, ==, 4); /* it was told to stop */
  g_ptr_array_set_size (keys, 0);
  g_assert_true (tern_cache_entries_foreach (store, "https://b.example", on_entry, keys, &error));
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (keys->pdata[0], ==, "https://b.example/");
  g_assert_false (tern_cache_entries_foreach (store, "relative", on_entry, keys, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_RELATIVE_URI);
}

static void
test_delete (gconstpointer kind)
{
  const guint per_entry = GPOINTER_TO_INT (kind) ? 1 : 2;
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) found = NULL, left = NULL;
  guint before, n;

  fill (store);
  before = shelf_count (store);
  found = tern_cache_entries_find (store, variants->uri, NULL, NULL);
  /* One of the others goes alone, the first one takes the rest along. */
  g_assert_true (tern_cache_entry_delete (item (found, 1), NULL));
  g_assert_cmpuint (shelf_count (store), ==, before - per_entry);
  left = tern_cache_entries_find (store, variants->uri, NULL, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (left), ==, 2);
  g_assert_true (tern_cache_entry_delete (item (found, 0), NULL));
  g_assert_cmpuint (shelf_count (store), ==, before - 3 * per_entry);
  g_assert_true (tern_cache_entry_delete (item (found, 0), NULL));
  g_assert_true (tern_cache_entries_remove (store, "https://b.example/", NULL, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (tern_cache_entries_remove (store, "https://b.example/", NULL, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  /* Another partition, and what is not ours, stay. */
  g_assert_cmpuint (shelf_count (store), ==, per_entry + 2);
}

static void
test_orphan (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) list = NULL;

  put (store, variants, 2);
  put (store, variants, 1);
  list = listed (store, 2);
  g_assert_false (tern_cache_entry_is_orphaned (item (list, 0)));
  g_assert_true (tern_cache_entry_is_orphaned (item (list, 1)));
  g_assert_false (tern_cache_entry_is_fresh (item (list, 1)));
}

/* What a server and a program may say is of any encoding; what is told of it is UTF-8. */
static void
test_odd_bytes (gconstpointer kind)
{
  static const Stored odd
      = { "http://a/", NULL, "X-Name: caf\xE9", FRESH "\nVary: X-Name\nX-Say: \xE9", "body" };
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) found = NULL;
  g_autoptr (TernCacheRecord) record = record_new (&odd);
  g_auto (GStrv) vary = NULL;

  tern_cache_record_set_reason (record, "D'\xE9j\xE0 vu");
  put_record (store, odd.uri, NULL, record, odd.body);
  found = tern_cache_entries_find (store, odd.uri, NULL, NULL);
  g_assert_no_error (tern_cache_entry_get_error (item (found, 0)));
  g_assert_true (g_utf8_validate (tern_cache_entry_get_reason (item (found, 0)), -1, NULL));
  vary = tern_cache_entry_get_vary (item (found, 0));
  g_assert_true (g_str_has_prefix (vary[0], "x-name: caf"));
  g_assert_true (g_utf8_validate (vary[0], -1, NULL));
}

/* ---- damage ---- */

static void
on_damage (const char *name, const char *what, gpointer data)
{
  g_ptr_array_add (data, g_strdup_printf ("%s|%s", name, what));
}

static guint
count_damage (TernCacheStore *store)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_entries_verify (store, on_damage, told, &error));
  g_assert_no_error (error);
  return told->len;
}

static const char *
meta_key (gconstpointer kind)
{
  return GPOINTER_TO_INT (kind) ? "https://b.example/" : "https://b.example/#meta";
}

static void
test_damaged_meta (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GBytes) rubbish = g_bytes_new ("rub", 3);
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  TernCacheEntry *entry;

  fill (store);
  g_assert_cmpuint (count_damage (store), ==, 0);
  shelf_put (store, meta_key (kind), GPOINTER_TO_INT (kind) ? rubbish : NULL, rubbish);
  g_assert_cmpuint (count_damage (store), ==, 1);
  found = tern_cache_entries_find (store, "https://b.example/", NULL, NULL);
  entry = item (found, 0);
  g_assert_error (tern_cache_entry_get_error (entry), TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_cmpstr (tern_cache_entry_get_uri (entry), ==, "https://b.example/");
  g_assert_cmpuint (tern_cache_entry_get_status (entry), ==, 0);
  g_assert_null (tern_cache_entry_get_headers (entry));
  g_assert_false (tern_cache_entry_is_fresh (entry));
  g_assert_null (tern_cache_entry_open_body (entry, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_true (g_str_has_prefix (error->message, "https://b.example/: "));
  g_assert_true (tern_cache_entries_foreach (store, "https://b.example/", on_entry, keys, NULL));
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_true (tern_cache_entry_delete (entry, NULL));
  g_assert_cmpuint (count_damage (store), ==, 0);
}

static void
test_damaged_body (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GBytes) wrong = g_bytes_new ("x", 1);
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GError) error = NULL;

  fill (store);
  found = tern_cache_entries_find (store, "https://b.example/", NULL, NULL);
  if (GPOINTER_TO_INT (kind))
    shelf_put (store, "https://b.example/", shelf_peek_meta (store, "https://b.example/"), wrong);
  else
    shelf_put (store, "https://b.example/#body", NULL, wrong);
  g_assert_cmpuint (count_damage (store), ==, 1);
  g_assert_false (tern_cache_entry_verify (item (found, 0), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
}

/* The record of one URI under the key of another is nobody's. */
static void
test_mixed_up (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (TernCacheRecord) record = record_new (&variants[0]);
  g_autoptr (GListModel) found = NULL;

  put_record (store, "http://elsewhere/", NULL, record, "body");
  found = tern_cache_entries_find (store, "http://elsewhere/", NULL, NULL);
  g_assert_error (tern_cache_entry_get_error (item (found, 0)), TERN_ERROR, TERN_ERROR_CACHE);
}

static void
test_gone (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GError) error = NULL;
  TernCacheEntry *entry;

  put (store, variants, 1);
  list = listed (store, 1);
  g_assert_true (tern_cache_entries_remove (store, variants->uri, NULL, NULL, NULL));
  g_assert_cmpuint (shelf_count (store), ==, 0);
  entry = g_list_model_get_item (list, 0);
  g_assert_error (tern_cache_entry_get_error (entry), TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_false (tern_cache_entry_verify (entry, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_object_unref (entry);
}

static void
test_broken_store (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (GListModel) empty = NULL, found = NULL;
  g_autoptr (GError) error = NULL;

  fill (store);
  shelf_break (store);
  g_assert_null (tern_cache_entries_list (store, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  empty = tern_cache_entries (store);
  g_assert_cmpuint (g_list_model_get_n_items (empty), ==, 0);
  found = tern_cache_entries_find (store, variants->uri, NULL, NULL);
  g_assert_error (tern_cache_entry_get_error (item (found, 0)), TERN_ERROR, TERN_ERROR_CACHE);
}

/* A store of many is told of entry by entry, and none is kept. */
#define MANY (g_getenv ("TERN_TEST_MEMCHECK") ? 1000u : 20000u)

static gboolean
on_one (TernCacheEntry *entry, gpointer data)
{
  TernCacheEntry **last = data;

  if (*last)
    g_assert_cmpuint (G_OBJECT (*last)->ref_count, ==, 1);
  g_set_object (last, entry);
  return TRUE;
}

static void
test_many (gconstpointer kind)
{
  g_autoptr (TernCacheStore) store = store_new (kind);
  g_autoptr (TernCacheEntry) last = NULL;
  g_autoptr (GListModel) list = NULL;

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *uri = g_strdup_printf ("http://host%u.example/%u", i % 7, i);
      const Stored one = { uri, NULL, "", FRESH, "body" };

      put (store, &one, 1);
    }
  g_assert_true (tern_cache_entries_foreach (store, NULL, on_one, &last, NULL));
  g_assert_nonnull (last);
  list = listed (store, MANY);
  g_assert_cmpstr (tern_cache_entry_get_uri (item (list, 0)), ==, "http://host0.example/0");
}

static void
add (const char *name, GTestDataFunc func)
{
  g_autofree char *values = g_strdup_printf ("/cache/entries/%s/values", name);
  g_autofree char *entries = g_strdup_printf ("/cache/entries/%s/entries", name);

  g_test_add_data_func (values, GINT_TO_POINTER (FALSE), func);
  g_test_add_data_func (entries, GINT_TO_POINTER (TRUE), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("list", test_list);
  add ("values", test_values);
  add ("partition", test_partition);
  add ("part", test_part);
  add ("foreach", test_foreach);
  add ("delete", test_delete);
  add ("orphan", test_orphan);
  add ("odd-bytes", test_odd_bytes);
  add ("damaged-meta", test_damaged_meta);
  add ("damaged-body", test_damaged_body);
  add ("mixed-up", test_mixed_up);
  add ("gone", test_gone);
  add ("broken-store", test_broken_store);
  add ("many", test_many);
  return g_test_run ();
}
