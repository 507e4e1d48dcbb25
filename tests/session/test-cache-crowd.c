/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many who ask for the same at the same time, in threads and main contexts of their own: the origin
 * is asked once, and nobody depends on anybody else's pace or end. */

#include "crowd.h"
#include "engine/tern-cache-flight.h"
#include "entries.h"

#include <string.h>

#define CROWD 8
#define FRESH "Cache-Control: max-age=60\r\n"

typedef struct
{
  Session session;
  TestEntries *store;
  Gate gate;
  Visitor *visitors[CROWD];
  guint n;
} Crowd;

static void
crowd_init (Crowd *self, gboolean async)
{
  memset (self, 0, sizeof *self);
  session_init (&self->session, async);
  self->store = test_entries_new (TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD);
  tern_client_set_cache_store (self->session.client, TERN_CACHE_STORE (self->store));
  gate_init (&self->gate, self->session.origin);
}

/* Nothing is left in the air, and no writer or stream of the store is. */
static void
crowd_clear (Crowd *self)
{
  guint n_waiting;

  gate_clear (&self->gate);
  for (guint i = 0; i < self->n; i++)
    visitor_free (self->visitors[i]);
  g_assert_cmpuint (tern_cache_flights_count (&n_waiting), ==, 0);
  g_assert_cmpuint (n_waiting, ==, 0);
  session_clear (&self->session);
  g_assert_cmpint (g_atomic_int_get (&self->store->n_writers), ==, 0);
  g_object_unref (self->store);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crowd, crowd_clear)

/* The first comes as the test does, and then they take turns. */
static Visitor *
add (Crowd *self, VisitorManner manner)
{
  const gboolean async = self->n % 2 == 0 ? self->session.async : !self->session.async;
  Visitor *visitor = visitor_new (self->session.client, self->session.origin, "/gate", async);

  visitor->manner = manner;
  visitor->some = 1000;
  self->visitors[self->n++] = visitor;
  return visitor;
}

/* One who leads, with the head's gate shut, and others who wait for him. */
static Visitor *
gather (Crowd *self, VisitorManner manner, guint n_others)
{
  Visitor *leader = add (self, manner);

  gate_open (&self->gate, 0, 0);
  visitor_start (leader);
  gate_wait_asked (&self->gate, 1);
  for (guint i = 0; i < n_others; i++)
    visitor_start (add (self, VISITOR_READS));
  crowd_wait_waiting (n_others);
  return leader;
}

static void
assert_all_whole (Crowd *self, guint from)
{
  for (guint i = from; i < self->n; i++)
    visitor_assert_whole (self->visitors[i], self->gate.size);
}

/* ---- one request for all ---- */

static void
test_together (gboolean async, gconstpointer chunked)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.chunked = chunked != NULL;
  gather (&c, VISITOR_READS, CROWD - 1);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
  g_assert_false (c.visitors[0]->from_cache);
  g_assert_cmpstr (c.visitors[0]->cache_status, ==, "tern; fwd=uri-miss; fwd-status=200; stored");
  for (guint i = 1; i < CROWD; i++)
    {
      g_assert_true (c.visitors[i]->from_cache);
      g_assert_cmpstr (c.visitors[i]->cache_status, ==,
                       "tern; fwd=uri-miss; fwd-status=200; collapsed");
    }
  g_assert_cmpint (test_entries_size (c.store, "/gate"), ==, (gint64)c.gate.size);
  session_get (&c.session, "/gate", 200, NULL);
  g_assert_true (tern_response_get_from_cache (c.session.response));
}

/* Without any order at all: whoever comes first leads, whoever comes late finds it stored. */
static void
test_rush (gboolean async, gconstpointer data)
{
  for (guint turn = 0; turn < 10; turn++)
    {
      g_auto (Crowd) c;

      crowd_init (&c, async);
      c.gate.size = turn % 2 == 0 ? 20 : 300000;
      c.gate.first = c.gate.size / 2;
      for (guint i = 0; i < CROWD; i++)
        add (&c, VISITOR_READS);
      for (guint i = 0; i < CROWD; i++)
        visitor_start (c.visitors[i]);
      assert_all_whole (&c, 0);
      g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
    }
}

/* While the body comes, others still may come. */
static void
test_late (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  gate_open (&c.gate, G_MAXUINT, 0);
  visitor_start (add (&c, VISITOR_READS));
  visitor_wait_head (c.visitors[0]);
  visitor_start (add (&c, VISITOR_READS));
  visitor_start (add (&c, VISITOR_POLLS));
  visitor_wait_head (c.visitors[1]);
  visitor_wait_head (c.visitors[2]);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
}

static void
test_two_clients (gboolean async, gconstpointer data)
{
  g_autoptr (TernClient) other = tern_client_new ();
  g_auto (Crowd) c;

  crowd_init (&c, async);
  tern_client_set_cache_store (other, TERN_CACHE_STORE (c.store));
  gather (&c, VISITOR_READS, 1);
  g_set_object (&add (&c, VISITOR_READS)->client, other);
  visitor_start (c.visitors[2]);
  crowd_wait_waiting (2);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
}

/* Who asks for something else, or in another way, is not held up. */
static void
test_others (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *name, *value, *path;
    gsize size;
  } rows[] = {
    { "Accept-Language", "de", "/gate", 100000 },
    { "Cache-Control", "no-cache", "/gate", 100000 },
    { "Cache-Control", "no-store", "/gate", 100000 },
    { NULL, NULL, "/gate/other", 100000 },
    { "Cache-Control", "only-if-cached", "/gate", 0 },
  };
  g_auto (Crowd) c;

  crowd_init (&c, async);
  gather (&c, VISITOR_READS, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Visitor) v = visitor_new (c.session.client, c.session.origin, rows[i].path, async);

      v->name = rows[i].name;
      v->value = rows[i].value;
      visitor_start (v);
      if (rows[i].size > 0)
        {
          gate_wait_asked (&c.gate, 2 + i);
          gate_open (&c.gate, 0, 0);
          /* It asked by itself, and gets its answer while the first waits on. */
        }
      gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
      visitor_join (v);
      g_assert_no_error (v->error);
      g_assert_cmpuint (v->body->len, ==, rows[i].size);
    }
}

/* ---- paces and ends ---- */

/* Who leads does not read: the others have all of it, and he has it afterwards. */
static void
test_slow_leader (gboolean async, gconstpointer data)
{
  Visitor *leader;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.size = 3 * 1000 * 1000; /* more than the sockets hold */
  leader = gather (&c, VISITOR_PAUSES, 3);
  leader->some = GPOINTER_TO_SIZE (data);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  visitor_wait_paused (leader);
  assert_all_whole (&c, 1);
  g_assert_cmpint (test_entries_size (c.store, "/gate"), ==, (gint64)c.gate.size);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
}

/* He is cancelled before there is an answer: each of the others goes by himself. */
static void
test_cancelled_in_head (gboolean async, gconstpointer data)
{
  Visitor *leader;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  leader = gather (&c, VISITOR_READS, 3);
  g_cancellable_cancel (leader->cancellable);
  visitor_join (leader);
  g_assert_error (leader->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  gate_wait_asked (&c.gate, 4);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 1);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 4);
}

/* He is cancelled, closes or drops in the middle of the body: the others read on. */
static void
test_gone_in_body (gboolean async, gconstpointer manner)
{
  Visitor *leader;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  leader = gather (&c, GPOINTER_TO_UINT (manner), 3);
  gate_open (&c.gate, G_MAXUINT, 0);
  for (guint i = 0; i < c.n; i++)
    visitor_wait_head (c.visitors[i]);
  if (leader->manner == VISITOR_READS)
    g_cancellable_cancel (leader->cancellable);
  else if (leader->manner == VISITOR_CLOSES)
    visitor_wait_paused (leader);
  if (leader->manner != VISITOR_CLOSES) /* who closed has his response still */
    visitor_join (leader);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 1);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
  g_assert_cmpint (test_entries_size (c.store, "/gate"), ==, (gint64)c.gate.size);
}

/* Any of them may go at any time. */
static void
test_all_go (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  gather (&c, VISITOR_READS, 4);
  gate_open (&c.gate, G_MAXUINT, 0);
  for (guint i = 0; i < c.n; i++)
    {
      visitor_wait_head (c.visitors[i]);
      g_cancellable_cancel (c.visitors[i]->cancellable);
      visitor_join (c.visitors[i]);
    }
  g_assert_cmpuint (test_entries_count (c.store), ==, 0);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  session_get (&c.session, "/gate", 200, NULL);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 2);
}

/* Who waits has clocks of his own. */
static void
test_impatient (gboolean async, gconstpointer data)
{
  Visitor *second;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  gather (&c, VISITOR_READS, 0);
  second = add (&c, VISITOR_READS);
  second->timeout = 0.2;
  visitor_start (second);
  gate_wait_asked (&c.gate, 2); /* by himself */
  visitor_join (second);
  g_assert_error (second->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  visitor_assert_whole (c.visitors[0], c.gate.size);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 2);
}

/* The time of who leads is not that of the others. */
static void
test_impatient_leader (gboolean async, gconstpointer data)
{
  Visitor *leader;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  leader = add (&c, VISITOR_READS);
  leader->timeout = 0.3;
  gate_open (&c.gate, G_MAXUINT, 0);
  visitor_start (leader);
  visitor_wait_head (leader);
  visitor_start (add (&c, VISITOR_READS));
  visitor_wait_head (c.visitors[1]);
  visitor_join (leader);
  g_assert_error (leader->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  visitor_assert_whole (c.visitors[1], c.gate.size);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
}

/* ---- what comes of the leader's request ---- */

static void
test_not_modified (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.fields = "Cache-Control: max-age=0\r\nETag: \"1\"\r\n";
  session_get (&c.session, "/gate", 200, NULL);
  c.gate.fields = "Cache-Control: max-age=60\r\nETag: \"1\"\r\n";
  gate_open (&c.gate, 1, G_MAXUINT);
  visitor_start (add (&c, VISITOR_READS));
  gate_wait_asked (&c.gate, 2);
  for (guint i = 0; i < 4; i++)
    visitor_start (add (&c, VISITOR_READS));
  crowd_wait_waiting (4);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 2);
  g_assert_cmpuint (gate_get_n_conditional (&c.gate), ==, 1);
  for (guint i = 1; i < c.n; i++)
    g_assert_true (g_str_has_prefix (c.visitors[i]->cache_status, "tern; hit"));
}

/* Answers that are for one alone: all the others ask, at the same time. */
static void
test_not_shared (gboolean async, gconstpointer fields)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.fields = fields;
  gather (&c, VISITOR_READS, 4);
  gate_open (&c.gate, 1, 1);
  visitor_assert_whole (c.visitors[0], c.gate.size);
  gate_wait_asked (&c.gate, 5);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 5);
}

static void
test_no_answer (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  tern_client_set_retries (c.session.client, 0);
  c.gate.n_dying = 1;
  gather (&c, VISITOR_READS, 3);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  visitor_join (c.visitors[0]);
  g_assert_nonnull (c.visitors[0]->error);
  assert_all_whole (&c, 1);
}

static void
test_truncated (gboolean async, gconstpointer chunked)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.chunked = chunked != NULL;
  c.gate.n_cut = 1;
  gather (&c, VISITOR_READS, 3);
  gate_open (&c.gate, G_MAXUINT, 0);
  for (guint i = 0; i < c.n; i++)
    visitor_wait_head (c.visitors[i]);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  for (guint i = 0; i < c.n; i++)
    {
      visitor_join (c.visitors[i]);
      g_assert_error (c.visitors[i]->error, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ);
      g_assert_cmpuint (c.visitors[i]->body->len, ==, c.gate.first);
    }
  g_assert_cmpuint (test_entries_count (c.store), ==, 0);
  session_get (&c.session, "/gate", 200, NULL);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 2);
}

/* A body of no bytes is stored before anybody could read it. */
static void
test_empty (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  c.gate.size = c.gate.first = 0;
  gather (&c, VISITOR_READS, 3);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 0);
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 1);
}

/* What was asked for before a change is not kept after it, and nobody new is given it. */
static void
test_changed (gboolean async, gconstpointer data)
{
  g_auto (Crowd) c;

  crowd_init (&c, async);
  tern_origin_add_reply (c.session.origin, "/gate/change", 200, "Location: /gate\r\n", "ok");
  gather (&c, VISITOR_READS, 1);
  if (data) /* the head is there */
    {
      gate_open (&c.gate, G_MAXUINT, 0);
      visitor_wait_head (c.visitors[1]);
    }
  session_ask (&c.session, "POST", "/gate/change");
  session_fetch (&c.session);
  session_assert (&c.session, 200, "ok");
  visitor_start (add (&c, VISITOR_READS));
  gate_wait_asked (&c.gate, 2);
  gate_open (&c.gate, 1, 1);
  visitor_assert_whole (c.visitors[0], c.gate.size);
  visitor_assert_whole (c.visitors[1], c.gate.size);
  g_assert_cmpuint (test_entries_count (c.store), ==, 0);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  assert_all_whole (&c, 2);
  g_assert_cmpuint (test_entries_count (c.store), ==, 1);
}

/* A thread that waits for itself would wait for ever. */
static void
on_never (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernResponse) response G_GNUC_UNUSED
      = tern_client_fetch_finish (TERN_CLIENT (client), result, NULL, &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *)data = TRUE;
}

static void
test_own_thread (gboolean async, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TernRequest) request = NULL;
  g_autofree char *uri = NULL;
  gboolean over = FALSE;
  g_auto (Crowd) c;

  crowd_init (&c, async);
  uri = tern_origin_uri (c.session.origin, "/gate");
  request = tern_request_new ("GET", uri);
  gate_open (&c.gate, 0, G_MAXUINT);
  tern_client_fetch_async (c.session.client, request, cancellable, on_never, &over);
  while (gate_get_n_asked (&c.gate) == 0)
    g_main_context_iteration (NULL, FALSE);
  gate_open (&c.gate, G_MAXUINT, G_MAXUINT);
  session_get (&c.session, "/gate", 200, NULL); /* sync, or in a context of its own */
  g_assert_cmpuint (gate_get_n_asked (&c.gate), ==, 2);
  g_cancellable_cancel (cancellable);
  tern_test_run_until (&over, 10 * 1000);
}

int
main (int argc, char **argv)
{
  static const char *const own[] = { "Cache-Control: no-store\r\n", "X: y\r\n", FRESH "Vary: *\r\n",
                                     "Cache-Control: no-cache\r\nETag: \"1\"\r\n" };

  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/cache-crowd/together", test_together, NULL);
  tern_test_add_both ("/cache-crowd/together/chunked", test_together, "chunked");
  tern_test_add_both ("/cache-crowd/rush", test_rush, NULL);
  tern_test_add_both ("/cache-crowd/late", test_late, NULL);
  tern_test_add_both ("/cache-crowd/two-clients", test_two_clients, NULL);
  tern_test_add_both ("/cache-crowd/others", test_others, NULL);
  tern_test_add_both ("/cache-crowd/slow-leader/head", test_slow_leader, GSIZE_TO_POINTER (0));
  tern_test_add_both ("/cache-crowd/slow-leader/body", test_slow_leader, GSIZE_TO_POINTER (700));
  tern_test_add_both ("/cache-crowd/cancelled-in-head", test_cancelled_in_head, NULL);
  tern_test_add_both ("/cache-crowd/cancelled-in-body", test_gone_in_body,
                      GUINT_TO_POINTER (VISITOR_READS));
  tern_test_add_both ("/cache-crowd/closed-in-body", test_gone_in_body,
                      GUINT_TO_POINTER (VISITOR_CLOSES));
  tern_test_add_both ("/cache-crowd/dropped-in-body", test_gone_in_body,
                      GUINT_TO_POINTER (VISITOR_DROPS));
  tern_test_add_both ("/cache-crowd/all-go", test_all_go, NULL);
  tern_test_add_both ("/cache-crowd/impatient", test_impatient, NULL);
  tern_test_add_both ("/cache-crowd/impatient-leader", test_impatient_leader, NULL);
  tern_test_add_both ("/cache-crowd/not-modified", test_not_modified, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cache-crowd/not-shared/%u", i);

      tern_test_add_both (path, test_not_shared, own[i]);
    }
  tern_test_add_both ("/cache-crowd/no-answer", test_no_answer, NULL);
  tern_test_add_both ("/cache-crowd/truncated", test_truncated, NULL);
  tern_test_add_both ("/cache-crowd/truncated/chunked", test_truncated, "chunked");
  tern_test_add_both ("/cache-crowd/empty", test_empty, NULL);
  tern_test_add_both ("/cache-crowd/changed/pending", test_changed, NULL);
  tern_test_add_both ("/cache-crowd/changed/landed", test_changed, "landed");
  tern_test_add_both ("/cache-crowd/own-thread", test_own_thread, NULL);
  return g_test_run ();
}
