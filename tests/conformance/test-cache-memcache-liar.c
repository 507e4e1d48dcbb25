/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers that lie, stall, break off and never end: always a miss in bounded time and memory, never
 * a wrong value. Every case has a store of its own, for a server that lied is left alone. */
#include "memcache-fake.h"
#include "memcache-store.h"

/* The item "key" under the prefix "p:". */
#define NAME "p:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"

/* Puts @to in place of the first @from; there are NULs before it. */
static void
replace (GString *text, const char *from, const char *to)
{
  const char *at = memmem (text->str, text->len, from, strlen (from));
  gssize where;

  g_assert_nonnull (at);
  where = at - text->str;
  g_string_erase (text, where, strlen (from));
  g_string_insert (text, where, to);
}

typedef struct
{
  const char *what;
  const char *from; /* NULL: the whole answer */
  const char *to;
} Lie;

static const Lie meta_lies[] = {
  { "another key", " k" NAME, " kp:other" },
  { "no key", " k" NAME, "" },
  { "no opaque", " O", " o" },
  { "another opaque", " O", " O1" },
  { "a smaller size", "VA 61 ", "VA 60 " },
  { "a larger size", "VA 61 ", "VA 62 " },
  { "no size", "VA 61 ", "VA " },
  { "a negative size", "VA 61 ", "VA -61 " },
  { "a size with a sign", "VA 61 ", "VA +61 " },
  { "a size of 2^64+61", "VA 61 ", "VA 18446744073709551677 " },
  { "a size of 2^64-1", "VA 61 ", "VA 18446744073709551615 " },
  { "a size of 2^63", "VA 61 ", "VA 9223372036854775808 " },
  { "a size of 4 GiB", "VA 61 ", "VA 4294967296 " },
  { "two blanks", "VA 61 ", "VA  61 " },
  { "a bare LF", "\r\n", "\n" },
  { "a bare CR", "\r\n", "\r" },
  { "a miss and the item", "VA 61 ", "EN\r\nVA 61 " },
  { "two items", "VA 61 ", "VA 0 k" NAME " O0\r\n\r\nVA 61 " },
  { "a changed value", "value", "vALUE" },
  { "a changed record", "tern", "turn" },
  { "a miss of another key", NULL, "EN kp:other\r\n" },
  { "success without an item", NULL, "HD k" NAME "\r\n" },
  { "the other dialect", NULL, "VALUE " NAME " 0 5\r\nvalue\r\nEND\r\n" },
  { "an error", NULL, "ERROR\r\n" },
  { "an error of the client's", NULL, "CLIENT_ERROR bad command line format\r\n" },
  { "an error of the server's", NULL, "SERVER_ERROR out of memory\r\n" },
  { "HTTP", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nvalue" },
  { "control bytes", NULL, "\x1b[2J\x07\x7f\r\n" },
  { "bytes of 8 bits", NULL, "\xff\xfe\x80\r\n" },
  { "an empty line", NULL, "\r\n" },
};

static const Lie classic_lies[] = {
  { "another key", "VALUE " NAME, "VALUE p:other" },
  { "a smaller size", " 61\r\n", " 60\r\n" },
  { "a larger size", " 61\r\n", " 62\r\n" },
  { "a negative size", " 61\r\n", " -61\r\n" },
  { "a huge size", " 61\r\n", " 99999999999999999999\r\n" },
  { "bad flags", " 0 61\r\n", " x 61\r\n" },
  { "no flags", " 0 61\r\n", " 61\r\n" },
  { "no end", "END\r\n", "EN\r\n\r" },
  { "two items", "END\r\n", "VALUE p:other 0 1\r\nx\r\nEND\r\n" },
  { "two ends", "END\r\n", "END\r\nEND\r\n" },
  { "a changed value", "value", "vALUE" },
  { "the other dialect", NULL, "VA 5 k" NAME "\r\nvalue\r\n" },
  { "an error", NULL, "ERROR\r\n" },
  { "an error of the server's", NULL, "SERVER_ERROR no\r\n" },
  { "garbage", NULL, "}\r\n{\r\n" },
};

static void
tell_lie (GString *answer, const char *verb, const char *name, gconstpointer data)
{
  const Lie *lie = data;

  if (!g_str_equal (verb, "mg") && !g_str_equal (verb, "get"))
    return;
  if (lie->from != NULL)
    replace (answer, lie->from, lie->to);
  else
    g_string_assign (answer, lie->to);
}

static guint
count_gets (MemcacheFake *fake)
{
  return memcache_fake_count (fake, "mg") + memcache_fake_count (fake, "get");
}

/* A lie that makes the client wait for what does not come ends with its patience. */
static void
tell_lies (gboolean meta, const Lie *lies, gsize n_lies)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (meta);
  g_autoptr (TernCacheStore) honest = memcache_open_port (memcache_fake_get_port (fake), "");

  g_assert_true (memcache_set (honest, "key", "value"));
  for (gsize i = 0; i < n_lies; i++)
    {
      guint n_asked = count_gets (fake);

      memcache_fake_set_twist (fake, tell_lie, &lies[i]);
      /* On a loaded machine the client's patience may end before it has asked. */
      while (count_gets (fake) == n_asked)
        {
          g_autoptr (TernCacheStore) store
              = memcache_open_port (memcache_fake_get_port (fake), "timeout=0.2");
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) value = tern_cache_store_get (store, "key", &error);

          g_assert_no_error (error);
          if (value != NULL)
            g_error ("%s was taken for an answer", lies[i].what);
        }
      memcache_fake_set_twist (fake, NULL, NULL);
    }
  /* And it was there all the time. */
  g_assert_true (memcache_has (honest, "key", "value"));
}

static void
test_meta_lies (void)
{
  tell_lies (TRUE, meta_lies, G_N_ELEMENTS (meta_lies));
}

static void
test_classic_lies (void)
{
  tell_lies (FALSE, classic_lies, G_N_ELEMENTS (classic_lies));
}

static void
greet_badly (GString *answer, const char *verb, const char *name, gconstpointer data)
{
  if (g_str_equal (verb, "mn"))
    g_string_assign (answer, data);
}

static void
test_greetings (void)
{
  static const char *const greetings[]
      = { "MN\n", "MN", "OK\r\n", "MN\r\nMN\r\n", "SSH-2.0-OpenSSH\r\n", "\r\n", "\xff", "EN\r\n" };
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (greetings); i++)
    {
      g_autoptr (TernCacheStore) store
          = memcache_open_port (memcache_fake_get_port (fake), "timeout=0.2");

      memcache_fake_set_twist (fake, greet_badly, greetings[i]);
      g_assert_false (memcache_has (store, "key", ""));
      g_assert_false (memcache_set (store, "key", "value"));
    }
  /* It was never taken for a memcached, and so told nothing. */
  g_assert_cmpuint (memcache_fake_count (fake, "mg") + memcache_fake_count (fake, "get"), ==, 0);
  g_assert_cmpuint (memcache_fake_count (fake, "ms") + memcache_fake_count (fake, "set"), ==, 0);
}

/* An answer that ends after each of its bytes is none; and the whole one is. */
static void
test_cuts (gconstpointer data)
{
  gboolean meta = GPOINTER_TO_INT (data);
  g_autoptr (MemcacheFake) fake = memcache_fake_new (meta);
  g_autoptr (TernCacheStore) honest = memcache_open_port (memcache_fake_get_port (fake), "");
  gsize sent, cut;

  g_assert_true (memcache_set (honest, "key", "value"));
  sent = memcache_fake_count_sent (fake);
  g_assert_true (memcache_has (honest, "key", "value"));
  sent = memcache_fake_count_sent (fake) - sent;
  for (cut = 0; cut < 1000; cut++)
    {
      g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");

      memcache_fake_set_cut (fake, cut);
      if (memcache_has (store, "key", "value"))
        break;
    }
  /* The opaque number may have fewer digits than it had before. */
  g_assert_cmpuint (cut, >, sent - 11);
  g_assert_cmpuint (cut, <=, sent + 11);
}

/* What is written and then not confirmed has failed, and no half of it is ever a value. */
static void
test_cut_writes (gconstpointer data)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (GPOINTER_TO_INT (data));
  g_autofree char *value = memcache_make_value (5000, 1);
  g_autofree char *old = memcache_make_value (4000, 2);

  for (guint cut = 0; cut < 8; cut++)
    {
      g_autoptr (TernCacheStore) store
          = memcache_open_port (memcache_fake_get_port (fake), "item-size=1K");
      g_autoptr (TernCacheStore) other = memcache_open_port (memcache_fake_get_port (fake), "");
      g_autofree char *found = NULL;

      memcache_fake_set_cut (fake, -1);
      g_assert_true (memcache_set (store, "key", old));
      memcache_fake_set_cut (fake, cut);
      g_assert_false (memcache_set (store, "key", value));
      g_assert_false (memcache_delete (store, "key"));
      memcache_fake_set_cut (fake, -1);
      found = memcache_get (other, "key");
      if (found != NULL)
        g_assert_cmpstr (found, ==, old);
    }
}

/* Bytes that come one by one do not extend the deadline. */
static void
test_drip (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) patient = memcache_open_port (memcache_fake_get_port (fake), "");
  g_autoptr (TernCacheStore) store
      = memcache_open_port (memcache_fake_get_port (fake), "timeout=0.1");
  gint64 begun;

  g_assert_true (memcache_set (patient, "key", "value"));
  memcache_fake_set_drip (fake, 50);
  begun = tern_test_watch_start ();
  g_assert_false (memcache_has (store, "key", "value"));
  g_assert_cmpfloat (tern_test_watch_ms (begun), >=, 100);
  /* About 140 bytes, so it would take seven seconds. */
  g_assert_cmpfloat (tern_test_watch_ms (begun), <, 5000);
  memcache_fake_set_drip (fake, 1);
  g_assert_true (memcache_has (patient, "key", "value"));
}

static void
say_nothing (GString *answer, const char *verb, const char *name, gconstpointer data)
{
  g_string_truncate (answer, 0);
}

/* One question finds out that a server is silent; the next ones are not held up. */
static void
test_silence (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store
      = memcache_open_port (memcache_fake_get_port (fake), "timeout=0.2");
  gint64 begun = tern_test_watch_start ();

  memcache_fake_set_twist (fake, say_nothing, NULL);
  g_assert_false (memcache_has (store, "key", "value"));
  g_assert_cmpfloat (tern_test_watch_ms (begun), >=, 200);
  begun = tern_test_watch_start ();
  for (guint i = 0; i < 10; i++)
    g_assert_false (memcache_has (store, "key", "value"));
  g_assert_false (memcache_set (store, "key", "value"));
  g_assert_false (memcache_delete (store, "key"));
  /* It is left alone for a second, then for two. */
  g_assert_cmpfloat (memcache_fake_count (fake, "mn"), <=, 2 + tern_test_watch_ms (begun) / 1000);
}

typedef struct
{
  gboolean meta;
  const char *text;
} Beginning;

static void
begin (GString *answer, const char *verb, const char *name, gconstpointer data)
{
  const Beginning *beginning = data;

  if (g_str_equal (verb, beginning->meta ? "mg" : "get"))
    g_string_assign (answer, beginning->text);
}

/* Neither a line nor an item is read on and on. */
static void
test_endless (void)
{
  static const Beginning beginnings[] = {
    { TRUE, "" },
    { TRUE, "VA 61 k" },
    { TRUE, "VA 61 k" NAME " O" },
    { TRUE, "EN" },
    { TRUE, "EN\r\n" },
    { TRUE, "SERVER_ERROR " },
    { FALSE, "VALUE " NAME " 0 61\r\n" },
    { FALSE, "VALUE " NAME " 0 8000000\r\n" },
    { FALSE, "VALUE " NAME " 0 9000000\r\n" },
    { FALSE, "END" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr (MemcacheFake) fake = memcache_fake_new (beginnings[i].meta);
      g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");
      gint64 begun = tern_test_watch_start ();

      memcache_fake_set_endless (fake, TRUE);
      memcache_fake_set_twist (fake, begin, &beginnings[i]);
      g_assert_false (memcache_has (store, "key", "value"));
      g_assert_cmpfloat (tern_test_watch_ms (begun), <, 9000);
      memcache_fake_stop (fake);
      /* All but the item is what the kernel holds for a reader that never comes. */
      g_assert_cmpuint (memcache_fake_count_sent (fake), <, 32 << 20);
    }
}

/* The value in parts, and what becomes of it when one of them is another, or gone. */
static void
test_parts (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store
      = memcache_open_port (memcache_fake_get_port (fake), "item-size=1K");
  g_autofree char *value = memcache_make_value (2000, 1);
  g_autofree char *later = memcache_make_value (2000, 2);
  g_auto (GStrv) first = NULL;
  g_auto (GStrv) second = NULL;

  g_assert_true (memcache_set (store, "key", value));
  first = memcache_fake_list (fake);
  g_assert_cmpuint (g_strv_length (first), ==, 5); /* 512 bytes each */
  g_assert_true (memcache_has (store, "key", value));
  for (guint i = 1; i < 5; i++)
    {
      g_autoptr (GBytes) part = memcache_fake_get (fake, first[i]);
      g_autoptr (GBytes) other = memcache_fake_get (fake, first[i % 4 + 1]);
      g_autoptr (GBytes) half = g_bytes_new_from_bytes (part, 0, g_bytes_get_size (part) - 1);
      g_autoptr (GBytes) head = g_bytes_new_from_bytes (part, 0, 56);
      GBytes *const wrong[] = { NULL, other, half, head };

      for (guint j = 0; j < G_N_ELEMENTS (wrong); j++)
        {
          memcache_fake_put (fake, first[i], wrong[j]);
          g_assert_false (memcache_has (store, "key", value));
        }
      memcache_fake_put (fake, first[i], part);
      g_assert_true (memcache_has (store, "key", value));
    }
  /* The parts of one writing under the names of another, as servers never would. */
  g_assert_true (memcache_set (store, "key", later));
  second = memcache_fake_list (fake);
  g_assert_cmpuint (g_strv_length (second), ==, 9);
  for (guint i = 1; i < 5; i++)
    {
      g_autoptr (GBytes) part = memcache_fake_get (fake, first[i]);

      for (guint j = 1; j < 9; j++)
        if (!g_strv_contains ((const char *const *)first, second[j])
            && strcmp (strrchr (second[j], ':'), strrchr (first[i], ':')) == 0)
          memcache_fake_put (fake, second[j], part);
      g_assert_false (memcache_has (store, "key", later));
    }
}

/* The item of another key under this key's name, as an administrator with a script might. */
static void
test_foreign_items (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");
  g_autoptr (GBytes) text = g_bytes_new_static ("value", 5);
  g_autoptr (GBytes) item = NULL;
  g_auto (GStrv) names = NULL;

  g_assert_true (memcache_set (store, "other", "value"));
  names = memcache_fake_list (fake);
  item = memcache_fake_get (fake, names[0]);
  memcache_fake_put (fake, NAME, item);
  g_assert_false (memcache_has (store, "key", ""));
  memcache_fake_put (fake, NAME, text);
  g_assert_false (memcache_has (store, "key", ""));
  g_assert_true (memcache_has (store, "other", "value"));
}

/* Other programs may keep larger values under the same prefix; that is no reason to leave the
 * server alone. */
static void
test_larger_items (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) large = memcache_open_port (memcache_fake_get_port (fake), "");
  g_autoptr (TernCacheStore) split
      = memcache_open_port (memcache_fake_get_port (fake), "item-size=16K");
  g_autoptr (TernCacheStore) small
      = memcache_open_port (memcache_fake_get_port (fake), "max-entry-size=20K");
  g_autofree char *value = memcache_make_value (100000, 1);

  g_assert_true (memcache_set (large, "large", value));
  g_assert_true (memcache_set (split, "split", value));
  g_assert_true (memcache_set (small, "small", "value"));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (memcache_has (small, "large", value));
      g_assert_false (memcache_has (small, "split", value));
      g_assert_true (memcache_has (small, "small", "value"));
    }
  /* How a value was split, only the writer has to know. */
  g_assert_true (memcache_has (large, "split", value));
  g_assert_true (memcache_has (split, "large", value));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memcache/lies/meta", test_meta_lies);
  g_test_add_func ("/cache-memcache/lies/classic", test_classic_lies);
  g_test_add_func ("/cache-memcache/lies/greetings", test_greetings);
  g_test_add_data_func ("/cache-memcache/cuts/meta", GINT_TO_POINTER (TRUE), test_cuts);
  g_test_add_data_func ("/cache-memcache/cuts/classic", GINT_TO_POINTER (FALSE), test_cuts);
  g_test_add_data_func ("/cache-memcache/cut-writes/meta", GINT_TO_POINTER (TRUE), test_cut_writes);
  g_test_add_data_func ("/cache-memcache/cut-writes/classic", GINT_TO_POINTER (FALSE),
                        test_cut_writes);
  g_test_add_func ("/cache-memcache/drip", test_drip);
  g_test_add_func ("/cache-memcache/silence", test_silence);
  g_test_add_func ("/cache-memcache/endless", test_endless);
  g_test_add_func ("/cache-memcache/parts", test_parts);
  g_test_add_func ("/cache-memcache/foreign-items", test_foreign_items);
  g_test_add_func ("/cache-memcache/larger-items", test_larger_items);
  return g_test_run ();
}
