/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Large bodies on their way through the cache, and stores that fail in the middle of one: who reads
 * gets every byte or an error that says what happened. */

#include "crowd.h"
#include "engine/tern-cache-flight.h"
#include "engine/tern-cache-window.h"
#include "entries.h"

#include <string.h>

#define MIB ((gsize)1024 * 1024)

typedef struct
{
  Session session;
  TestEntries *store;
  Gate gate;
} Stream;

static void
stream_init (Stream *self, gboolean async, TernCacheStoreFlags flags)
{
  memset (self, 0, sizeof *self);
  session_init (&self->session, async);
  self->store = test_entries_new (flags);
  tern_client_set_cache_store (self->session.client, TERN_CACHE_STORE (self->store));
  gate_init (&self->gate, self->session.origin);
}

static void
stream_clear (Stream *self)
{
  guint n_waiting;

  gate_clear (&self->gate);
  g_assert_cmpuint (tern_cache_flights_count (&n_waiting), ==, 0);
  session_clear (&self->session);
  g_object_unref (self->store);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

#define SHARED (TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD)

static void
assert_bytes (const char *where, GBytes *content, guint64 first, gsize size)
{
  const guint8 *data = g_bytes_get_data (content, NULL);

  if (g_bytes_get_size (content) != size)
    g_error ("%s: %" G_GSIZE_FORMAT " bytes", where, g_bytes_get_size (content));
  for (gsize i = 0; i < size; i++)
    if (data[i] != gate_byte (first + i))
      g_error ("%s: byte %" G_GSIZE_FORMAT " is wrong", where, i);
}

static void
fetch_range (const char *where, Stream *self, const char *range, guint64 first, gsize size)
{
  session_ask (&self->session, "GET", "/gate");
  if (range)
    session_header (&self->session, "Range", range);
  session_fetch (&self->session);
  g_assert_no_error (self->session.error);
  session_assert_at (where, &self->session, range ? 206 : 200, NULL);
  assert_bytes (where, self->session.content, first, size);
}

/* Of any size, and of a slice its own bytes alone are read. */
static void
test_large (gboolean async, gconstpointer flags)
{
  g_auto (Stream) s;

  stream_init (&s, async, GPOINTER_TO_UINT (flags));
  s.gate.size = 9 * MIB + 17;
  s.gate.first = MIB;
  for (guint i = 0; i < 2; i++)
    fetch_range (G_STRLOC, &s, NULL, 0, s.gate.size);
  g_assert_cmpuint (gate_get_n_asked (&s.gate), ==, 1);
  g_assert_cmpint (test_entries_size (s.store, "/gate"), ==, (gint64)s.gate.size);
  for (guint i = 0; i < 2; i++)
    {
      fetch_range (G_STRLOC, &s, "bytes=9000000-9000999", 9000000, 1000);
      fetch_range (G_STRLOC, &s, "bytes=-17", s.gate.size - 17, 17);
      s.store->unseekable = TRUE;
    }
  g_assert_cmpuint (gate_get_n_asked (&s.gate), ==, 1);
}

/* A stored body that fails on the way is an error of the cache's, and then it is gone. */
static void
test_damaged (gboolean async, gconstpointer flags)
{
  g_auto (Stream) s;

  stream_init (&s, async, GPOINTER_TO_UINT (flags));
  fetch_range (G_STRLOC, &s, NULL, 0, s.gate.size);
  s.store->damage_at = 5000;
  fetch_range (G_STRLOC, &s, "bytes=100-199", 100, 100); /* what is whole is good */
  session_ask (&s.session, "GET", "/gate");
  session_fetch (&s.session);
  session_assert_error (&s.session, TERN_ERROR, TERN_ERROR_CACHE, "a block is damaged");
  g_assert_cmpuint (test_entries_count (s.store), ==, 0);
  s.store->damage_at = 0;
  fetch_range (G_STRLOC, &s, NULL, 0, s.gate.size);
  g_assert_cmpuint (gate_get_n_asked (&s.gate), ==, 2);
}

/* The meta that is replaced by a 304 is the one that was validated, or none. */
static void
test_other_meta (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  Visitor *visitor;
  g_auto (Stream) s;

  stream_init (&s, async, SHARED);
  s.gate.fields = "Cache-Control: max-age=0\r\nETag: \"1\"\r\n";
  fetch_range (G_STRLOC, &s, NULL, 0, s.gate.size);
  gate_open (&s.gate, 1, G_MAXUINT);
  visitor = visitor_new (s.session.client, s.session.origin, "/gate", async);
  visitor_start (visitor);
  gate_wait_asked (&s.gate, 2);
  test_entries_change_meta (s.store, "/gate", other);
  gate_open (&s.gate, G_MAXUINT, G_MAXUINT);
  visitor_assert_whole (visitor, s.gate.size);
  g_assert_true (visitor->from_cache);
  visitor_free (visitor);
  fetch_range (G_STRLOC, &s, NULL, 0, s.gate.size); /* nobody can read the other */
  g_assert_cmpuint (gate_get_n_asked (&s.gate), ==, 3);
}

/* The disk is full: one reader goes on, and so do several as long as they stay together. */
static void
test_full (gboolean async, gconstpointer n_readers)
{
  const guint n = GPOINTER_TO_UINT (n_readers);
  Visitor *visitors[4];
  g_auto (Stream) s;

  stream_init (&s, async, SHARED);
  s.store->room = 100 * 1000;
  s.gate.size = 3 * MIB;
  s.gate.first = 50 * 1000;
  gate_open (&s.gate, 0, 0);
  for (guint i = 0; i < n; i++)
    {
      visitors[i] = visitor_new (s.session.client, s.session.origin, "/gate",
                                 i % 2 == 0 ? async : !async);
      visitor_start (visitors[i]);
      if (i == 0)
        gate_wait_asked (&s.gate, 1);
    }
  crowd_wait_waiting (n - 1);
  gate_open (&s.gate, G_MAXUINT, 0);
  for (guint i = 0; i < n; i++)
    visitor_wait_head (visitors[i]);
  gate_open (&s.gate, G_MAXUINT, G_MAXUINT);
  for (guint i = 0; i < n; i++)
    {
      visitor_assert_whole (visitors[i], s.gate.size);
      visitor_free (visitors[i]);
    }
  g_assert_cmpuint (gate_get_n_asked (&s.gate), ==, 1);
  g_assert_cmpuint (test_entries_count (s.store), ==, 0);
}

/* Who waits for a body does so by his own clocks, whatever the store makes of it. */
static void
test_clocks (gboolean async, gconstpointer room)
{
  g_auto (Stream) s;

  stream_init (&s, async, SHARED);
  s.store->room = GPOINTER_TO_SIZE (room);
  s.gate.size = 2000;
  s.gate.first = 1000;
  gate_open (&s.gate, G_MAXUINT, 0);
  tern_client_set_timeout (s.session.client, 0.3);
  session_ask (&s.session, "GET", "/gate");
  session_fetch (&s.session);
  session_assert_error (&s.session, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  g_assert_cmpuint (test_entries_count (s.store), ==, 0);
}

/* Who is left behind by more than the window holds is told so; who goes on is not held up. */
static void
test_left_behind (gboolean async, gconstpointer some)
{
  const gsize size = 12 * MIB;
  Visitor *slow, *fast;
  g_auto (Stream) s;

  stream_init (&s, async, SHARED);
  s.store->room = 100 * 1000;
  s.gate.size = size;
  s.gate.first = 50 * 1000;
  gate_open (&s.gate, 0, 0);
  slow = visitor_new (s.session.client, s.session.origin, "/gate", async);
  slow->manner = VISITOR_PAUSES;
  slow->some = GPOINTER_TO_SIZE (some);
  visitor_start (slow);
  gate_wait_asked (&s.gate, 1);
  fast = visitor_new (s.session.client, s.session.origin, "/gate", !async);
  visitor_start (fast);
  crowd_wait_waiting (1);
  gate_open (&s.gate, G_MAXUINT, 0);
  visitor_wait_paused (slow);
  visitor_wait_head (fast);
  gate_open (&s.gate, G_MAXUINT, G_MAXUINT);
  visitor_assert_whole (fast, size);
  visitor_join (slow);
  g_assert_error (slow->error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_cmpuint (slow->body->len, <=, 100 * 1000); /* what the store had */
  visitor_free (slow);
  visitor_free (fast);
}

/* ---- the window ---- */

static void
test_window (void)
{
  g_autofree guint8 *piece = g_malloc (TERN_CACHE_WINDOW_MAX + 5);
  TernCacheWindow window;
  guint8 got[4];

  for (gsize i = 0; i < TERN_CACHE_WINDOW_MAX + 5; i++)
    piece[i] = gate_byte (i);
  tern_cache_window_init (&window, 100);
  g_assert_cmpuint (tern_cache_window_copy (&window, 100, got, 4), ==, 0);
  tern_cache_window_append (&window, "abcdef", 6);
  g_assert_cmpuint (tern_cache_window_copy (&window, 99, got, 4), ==, 0);
  g_assert_cmpuint (tern_cache_window_copy (&window, 106, got, 4), ==, 0);
  g_assert_cmpuint (tern_cache_window_copy (&window, 104, got, 4), ==, 2);
  g_assert_cmpmem (got, 2, "ef", 2);
  tern_cache_window_trim (&window, 99);
  tern_cache_window_trim (&window, 103);
  g_assert_cmpuint (tern_cache_window_copy (&window, 102, got, 4), ==, 0);
  g_assert_cmpuint (tern_cache_window_copy (&window, 103, got, 4), ==, 3);
  g_assert_cmpmem (got, 3, "def", 3);
  tern_cache_window_append (&window, "gh", 2);
  tern_cache_window_trim (&window, 107);
  g_assert_cmpuint (tern_cache_window_copy (&window, 107, got, 4), ==, 1);
  tern_cache_window_trim (&window, 108);
  g_assert_null (window.bytes);
  tern_cache_window_append (&window, "ij", 2);
  g_assert_cmpuint (tern_cache_window_copy (&window, 108, got, 4), ==, 2);
  /* It holds so much and no more, also of one piece. */
  tern_cache_window_append (&window, piece, TERN_CACHE_WINDOW_MAX - 2);
  g_assert_cmpuint (tern_cache_window_copy (&window, 108, got, 2), ==, 2);
  tern_cache_window_append (&window, "k", 1);
  g_assert_cmpuint (tern_cache_window_copy (&window, 108, got, 2), ==, 0);
  g_assert_cmpuint (window.start, ==, 109);
  tern_cache_window_append (&window, piece, TERN_CACHE_WINDOW_MAX + 5);
  g_assert_cmpuint (window.start, ==, 109 + TERN_CACHE_WINDOW_MAX + 5);
  g_assert_cmpuint (tern_cache_window_copy (&window, window.start, got, 1), ==, 1);
  g_assert_cmpuint (got[0], ==, gate_byte (5));
  tern_cache_window_clear (&window);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/cache-stream/large", test_large, GUINT_TO_POINTER (SHARED));
  tern_test_add_both ("/cache-stream/large/own", test_large, GUINT_TO_POINTER (0));
  tern_test_add_both ("/cache-stream/damaged", test_damaged, GUINT_TO_POINTER (SHARED));
  tern_test_add_both ("/cache-stream/damaged/own", test_damaged, GUINT_TO_POINTER (0));
  tern_test_add_both ("/cache-stream/other-meta", test_other_meta, NULL);
  tern_test_add_both ("/cache-stream/full/1", test_full, GUINT_TO_POINTER (1));
  tern_test_add_both ("/cache-stream/full/4", test_full, GUINT_TO_POINTER (4));
  tern_test_add_both ("/cache-stream/clocks/kept", test_clocks, GSIZE_TO_POINTER (10000));
  tern_test_add_both ("/cache-stream/clocks/full", test_clocks, GSIZE_TO_POINTER (500));
  tern_test_add_both ("/cache-stream/clocks/refused", test_clocks, GSIZE_TO_POINTER (0));
  tern_test_add_both ("/cache-stream/left-behind/head", test_left_behind, GSIZE_TO_POINTER (0));
  tern_test_add_both ("/cache-stream/left-behind/body", test_left_behind, GSIZE_TO_POINTER (700));
  g_test_add_func ("/cache-stream/window", test_window);
  return g_test_run ();
}
