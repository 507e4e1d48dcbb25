/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a request's proxy comes from: the environment as it is now, the program's resolver in the
 * thread that asks, the desktop's in another one. */

#include "ask.h"
#include "book.h"
#include "names.h"
#include "relay.h"
#include "session.h"

#include <string.h>
#include <tern/tern-environment-proxy-resolver.h>

#include "io/tern-worker.h"

#define FAR "http://far.example.test"

/* ---- two proxies and one origin ---- */

typedef struct
{
  Session s;
  Relay one;
  Relay two;
  char *one_uri;
  char *two_uri;
} Finding;

static void
finding_init (Finding *self, gboolean async)
{
  session_init (&self->s, async);
  relay_init (&self->one);
  relay_init (&self->two);
  self->one_uri = relay_uri (&self->one, NULL);
  self->two_uri = relay_uri (&self->two, NULL);
  book_set (&desktop, "direct://");
}

static void
finding_clear (Finding *self)
{
  static const char *const names[]
      = { "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
  session_clear (&self->s);
  relay_clear (&self->one);
  relay_clear (&self->two);
  g_free (self->one_uri);
  g_free (self->two_uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Finding, finding_clear)

/* How many requests came by each way since the last time: through one, through two, directly. */
static void
assert_ways (const char *where, Finding *self, guint one, guint two, guint direct)
{
  TernOrigin *const origins[] = { self->one.origin, self->two.origin, self->s.origin };
  const guint wanted[] = { one, two, direct };

  for (guint i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      if (tern_origin_n_requests (origins[i]) != wanted[i])
        g_error ("%s: %u requests went the way %u, not %u", where,
                 tern_origin_n_requests (origins[i]), i, wanted[i]);
      tern_origin_clear_log (origins[i]);
    }
}

#define assert_ways(self, one, two, direct) assert_ways (G_STRLOC, (self), (one), (two), (direct))

/* ---- the environment ---- */

/* Read anew for each request, of loopback origins too; they stand before the desktop. */
static void
test_environment (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&desktop, f.two_uri);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
  g_setenv ("http_proxy", f.one_uri, TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 2, 0, 0);
  g_setenv ("http_proxy", f.two_uri, TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 1, 0);
  g_setenv ("no_proxy", "127.0.0.0/8", TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  session_get (&f.s, FAR "/", 200, NULL);
  assert_ways (&f, 0, 1, 1);
  g_unsetenv ("no_proxy");
  g_setenv ("http_proxy", "", TRUE); /* says: none */
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
  g_assert_cmpuint (desktop.n_sync, ==, 0);
}

/* A CGI program's HTTP_PROXY is a client's field Proxy. */
static void
test_cgi (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  g_setenv ("HTTP_PROXY", f.one_uri, TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 1, 0, 0);
  g_setenv ("REQUEST_METHOD", "GET", TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
}

static void
test_bad_environment (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  g_setenv ("all_proxy", "gopher://me:secret@127.0.0.1", TRUE);
  session_ask (&f.s, "GET", "/echo");
  session_fetch (&f.s);
  session_assert_error (&f.s, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE, "all_proxy");
  g_assert_null (strstr (f.s.error->message, "secret"));
  assert_ways (&f, 0, 0, 0);
}

/* A proxy, and a resolver, of the program's own stand before it. */
static void
test_order (gboolean async, gconstpointer data)
{
  const char *none[] = { NULL };
  g_autoptr (GProxyResolver) resolver = NULL;
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Finding) f;

  finding_init (&f, async);
  g_setenv ("http_proxy", f.one_uri, TRUE);
  resolver = g_simple_proxy_resolver_new (f.two_uri, (char **)none);
  tern_client_set_proxy_resolver (f.s.client, resolver);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 1, 0);
  proxy = tern_proxy_new_from_uri (f.one_uri, NULL);
  tern_client_set_proxy (f.s.client, proxy);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 1, 0, 0);
  tern_client_set_proxy (f.s.client, NULL);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 1, 0);
}

static void
test_environment_resolver (gboolean async, gconstpointer data)
{
  g_autoptr (TernEnvironmentProxyResolver) resolver = tern_environment_proxy_resolver_new ();
  g_autoptr (GProxyResolver) same = NULL;
  g_auto (Finding) f;

  finding_init (&f, async);
  g_object_set (f.s.client, "proxy-resolver", resolver, NULL);
  g_object_get (f.s.client, "proxy-resolver", &same, NULL);
  g_assert_true (same == G_PROXY_RESOLVER (resolver));
  session_get (&f.s, "/echo", 200, NULL);
  g_setenv ("http_proxy", f.one_uri, TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 1, 0, 1);
  g_setenv ("no_proxy", "127.0.0.1", TRUE);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
}

/* ---- the program's resolver ---- */

static void
use_own (Finding *self, const char *answer)
{
  g_autoptr (GProxyResolver) resolver = book_new_resolver ();

  book_set (&own, answer);
  tern_client_set_proxy_resolver (self->s.client, resolver);
}

/* Asked for each request, by the call of its kind, in the thread of the request; it is told the
 * origin and no more. */
static void
test_own (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  use_own (&f, f.one_uri);
  session_get (&f.s, "http://you:secret@far.example.test:81/a?b", 200, NULL);
  g_assert_cmpstr (own.asked, ==, "http://far.example.test:81/");
  g_assert_true (own.thread == g_thread_self ());
  session_get (&f.s, FAR "/", 200, NULL);
  assert_ways (&f, 2, 0, 0);
  g_assert_cmpuint (own.n_async, ==, async ? 2 : 0);
  g_assert_cmpuint (own.n_sync, ==, async ? 0 : 2);
  book_set (&own, "direct://");
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
  g_assert_cmpuint (desktop.n_sync, ==, 0);
}

static void
test_half (gboolean async, gconstpointer data)
{
  g_autoptr (GProxyResolver) resolver = book_new_half_resolver ();
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&own, f.two_uri);
  tern_client_set_proxy_resolver (f.s.client, resolver);
  session_get (&f.s, FAR "/", 200, NULL);
  assert_ways (&f, 0, 1, 0);
  g_assert_cmpuint (own.n_sync, ==, 1);
  g_assert_true (own.thread == g_thread_self ());
}

static void
assert_unavailable (const char *where, Finding *self, const char *text)
{
  session_ask (&self->s, "GET", "/echo");
  session_fetch (&self->s);
  session_assert_error_at (where, &self->s, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE, text);
  g_assert_cmpint (tern_failure_get_phase (session_failure (&self->s)), ==, TERN_PHASE_RESOLVE);
}

#define assert_unavailable(self, text) assert_unavailable (G_STRLOC, (self), (text))

/* What cannot be used is an error, never a direct connection. */
static void
test_unavailable (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  use_own (&f, NULL);
  assert_unavailable (&f, "the book is closed");
  book_set (&own, "ftp://127.0.0.1|quic://127.0.0.1:1");
  assert_unavailable (&f, "ftp");
  /* Nobody has said that no proxy is to be used. */
  book_set (&own, "");
  assert_unavailable (&f, NULL);
  book_set (&own, "http://bad host/");
  assert_unavailable (&f, NULL);
  assert_ways (&f, 0, 0, 0);
}

/* The first that can be connected to; what is no proxy of ours is left out. */
static void
test_list (gboolean async, gconstpointer data)
{
  g_autofree char *dead = g_strdup_printf ("http://127.0.0.1:%u", tern_test_unused_port ());
  g_autofree char *list = NULL;
  g_autofree char *then_direct = NULL;
  g_auto (Finding) f;

  finding_init (&f, async);
  list = g_strdup_printf ("ftp://127.0.0.1|%s|%s|%s", dead, f.two_uri, f.one_uri);
  use_own (&f, list);
  session_get (&f.s, FAR "/", 200, FAR "/");
  assert_ways (&f, 0, 1, 0);
  then_direct = g_strdup_printf ("%s|direct://", dead);
  book_set (&own, then_direct);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 1);
  book_set (&own, dead);
  session_ask (&f.s, "GET", "/echo");
  session_fetch (&f.s);
  session_assert_error (&f.s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, dead);
  assert_ways (&f, 0, 0, 0);
}

/* An answer that never comes: the deadline holds, and who looks is told to stop; also one that can
 * only be asked in place. */
static void
test_own_hangs (gboolean async, gconstpointer data)
{
  for (guint half = 0; half < 2; half++)
    {
      g_autoptr (GProxyResolver) resolver = half ? book_new_half_resolver () : NULL;
      g_auto (Finding) f;

      finding_init (&f, async);
      use_own (&f, f.one_uri);
      if (half)
        tern_client_set_proxy_resolver (f.s.client, resolver);
      book_hang (&own);
      tern_client_set_connect_timeout (f.s.client, 0.1);
      session_ask (&f.s, "GET", FAR "/");
      session_fetch (&f.s);
      session_assert_error (&f.s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "far.example.test");
      g_assert_cmpint (tern_failure_get_phase (session_failure (&f.s)), ==, TERN_PHASE_RESOLVE);
      book_set (&own, NULL);
      assert_ways (&f, 0, 0, 0);
    }
}

/* The same for who does not want to know any more. */
static void
test_own_cancelled (gboolean async, gconstpointer data)
{
  for (guint half = 0; half < 2; half++)
    {
      g_autoptr (GProxyResolver) resolver = half ? book_new_half_resolver () : book_new_resolver ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;
      g_auto (Ask) ask;

      ask_init (&ask, async, NULL, "GET", FAR "/");
      tern_client_set_proxy_resolver (ask.client, resolver);
      book_hang (&own);
      thread = ask_cancel_later (cancellable, 50);
      g_assert_false (ask_fetch (&ask, cancellable));
      g_thread_join (thread);
      ask_assert_io_error (&ask, CANCELLED, "far.example.test");
      book_set (&own, NULL);
    }
}

/* ---- the desktop's ---- */

/* In another thread, once a minute for each origin, never for this host. */
static void
test_desktop (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&desktop, f.one_uri);
  session_get (&f.s, FAR "/a", 200, NULL);
  session_get (&f.s, FAR "/b", 200, NULL);
  assert_ways (&f, 2, 0, 0);
  g_assert_cmpuint (desktop.n_sync, ==, 1);
  g_assert_true (desktop.thread != g_thread_self ());
  session_get (&f.s, "http://another.example.test/", 200, NULL);
  g_assert_cmpuint (desktop.n_sync, ==, 2);
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 1, 0, 1);
  g_assert_cmpuint (desktop.n_sync, ==, 2);
  /* What was found with other variables does not count. */
  g_setenv ("http_proxy", f.two_uri, TRUE);
  session_get (&f.s, FAR "/a", 200, NULL);
  g_unsetenv ("http_proxy");
  session_get (&f.s, FAR "/a", 200, NULL);
  assert_ways (&f, 1, 1, 0);
  g_assert_cmpuint (desktop.n_sync, ==, 3);
}

static void
test_desktop_fails (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&desktop, NULL);
  session_ask (&f.s, "GET", FAR "/");
  session_fetch (&f.s);
  session_assert_error (&f.s, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE, "the book is closed");
  /* And is not remembered. */
  book_set (&desktop, f.one_uri);
  session_get (&f.s, FAR "/", 200, NULL);
}

static void
test_desktop_hangs (gboolean async, gconstpointer data)
{
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&desktop, f.one_uri);
  book_hang (&desktop);
  tern_client_set_connect_timeout (f.s.client, 0.1);
  session_ask (&f.s, "GET", FAR "/");
  session_fetch (&f.s);
  session_assert_error (&f.s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "far.example.test");
  g_assert_cmpint (tern_failure_get_phase (session_failure (&f.s)), ==, TERN_PHASE_RESOLVE);
  book_set (&desktop, f.one_uri);
  tern_client_set_connect_timeout (f.s.client, 20);
  session_get (&f.s, FAR "/", 200, NULL);
}

#define CROWD 20

static gboolean
is_crowded (gpointer data)
{
  return tern_worker_count (TERN_LANE_PROXY) == CROWD;
}

static void
on_ended (GObject *client, GAsyncResult *result, gpointer n)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_client_fetch_finish (TERN_CLIENT (client), result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ++*(guint *)n;
}

static gboolean
have_all_ended (gpointer n)
{
  return *(guint *)n == CROWD && tern_worker_count (TERN_LANE_PROXY) == 0;
}

/* However many wait for a desktop that hangs, names are looked up. */
static void
test_desktop_crowd (void)
{
  g_autoptr (GProxyResolver) resolver = book_new_resolver ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *uri = names_uri ("/plain");
  g_autoptr (Names) names = NULL;
  guint n = 0;
  g_auto (Finding) f;
  g_auto (Ask) ask;

  finding_init (&f, TRUE);
  book_hang (&desktop);
  for (guint i = 0; i < CROWD; i++)
    {
      g_autofree char *other = g_strdup_printf ("http://%u.example.test/", i);
      g_autoptr (TernRequest) request = tern_request_new ("GET", other);

      tern_client_fetch_async (f.s.client, request, cancellable, on_ended, &n);
    }
  tern_test_run_until_func (is_crowded, NULL, 20000);
  book_set (&own, "direct://");
  ask_init (&ask, TRUE, NULL, "GET", uri);
  tern_client_set_proxy_resolver (ask.client, resolver);
  names = names_new (ask.client);
  names_add (names, "127.0.0.1", tern_origin_get_port (f.s.origin));
  g_assert_true (ask_fetch (&ask, NULL));
  g_cancellable_cancel (cancellable);
  tern_test_run_until_func (have_all_ended, &n, 20000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  book_install_desktop ();
  tern_test_add_both ("/proxy-finding/environment", test_environment, NULL);
  tern_test_add_both ("/proxy-finding/cgi", test_cgi, NULL);
  tern_test_add_both ("/proxy-finding/bad-environment", test_bad_environment, NULL);
  tern_test_add_both ("/proxy-finding/order", test_order, NULL);
  tern_test_add_both ("/proxy-finding/environment-resolver", test_environment_resolver, NULL);
  tern_test_add_both ("/proxy-finding/own", test_own, NULL);
  tern_test_add_both ("/proxy-finding/half", test_half, NULL);
  tern_test_add_both ("/proxy-finding/unavailable", test_unavailable, NULL);
  tern_test_add_both ("/proxy-finding/list", test_list, NULL);
  tern_test_add_both ("/proxy-finding/own-hangs", test_own_hangs, NULL);
  tern_test_add_both ("/proxy-finding/own-cancelled", test_own_cancelled, NULL);
  tern_test_add_both ("/proxy-finding/desktop", test_desktop, NULL);
  tern_test_add_both ("/proxy-finding/desktop-fails", test_desktop_fails, NULL);
  tern_test_add_both ("/proxy-finding/desktop-hangs", test_desktop_hangs, NULL);
  g_test_add_func ("/proxy-finding/desktop-crowd", test_desktop_crowd);
  return g_test_run ();
}
