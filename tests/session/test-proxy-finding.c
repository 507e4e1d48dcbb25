/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a request's proxy comes from: the environment as it is now, the program's resolver in the
 * thread that asks, the desktop's in another one. */

#include "relay.h"
#include "session.h"

#include <string.h>
#include <tern/tern-environment-proxy-resolver.h>

#define FAR "http://far.example.test"

/* ---- a resolver as programs write them, and as desktops have them ---- */

typedef struct
{
  GMutex lock;
  GCond changed;
  char **answer; /* NULL: an error */
  gboolean hangs;
  guint n_sync;
  guint n_async;
  char *asked; /* the last URI */
  GThread *thread;
  GCancellable *cancellable;
} Book;

/* One for the program's resolvers, one for the desktop's: the latter lives as long as the process.
 */
static Book own, desktop;

static void
book_set (Book *book, const char *uris)
{
  g_mutex_lock (&book->lock);
  g_strfreev (book->answer);
  book->answer = uris ? g_strsplit (uris, "|", -1) : NULL;
  if (book->answer && !*uris)
    g_clear_pointer (&book->answer[0], g_free);
  book->n_sync = book->n_async = 0;
  book->hangs = FALSE;
  g_cond_broadcast (&book->changed);
  g_mutex_unlock (&book->lock);
}

static char **
book_ask (Book *book, const char *uri, GError **error)
{
  char **answer;

  g_mutex_lock (&book->lock);
  while (book->hangs)
    g_cond_wait (&book->changed, &book->lock);
  book->n_sync++;
  book->thread = g_thread_self ();
  g_free (book->asked);
  book->asked = g_strdup (uri);
  answer = g_strdupv (book->answer);
  g_mutex_unlock (&book->lock);
  if (!answer)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the book is closed");
  return answer;
}

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GObject)

struct _TestResolver
{
  GObject parent;
  gboolean is_own;
};

static void test_resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestResolver,
                               test_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      test_resolver_iface_init))

static gboolean
test_resolver_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
test_resolver_lookup (GProxyResolver *resolver,
                      const char *uri,
                      GCancellable *cancellable,
                      GError **error)
{
  return book_ask (TEST_RESOLVER (resolver)->is_own ? &own : &desktop, uri, error);
}

/* Answers from the context of who asked, a little later; or never. */
static gboolean
on_later (gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  char **answer = book_ask (&own, g_task_get_task_data (task), &error);

  own.n_sync--;
  own.n_async++;
  if (answer)
    g_task_return_pointer (task, answer, (GDestroyNotify)g_strfreev);
  else
    g_task_return_error (task, error);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_task_return_new_error (data, G_IO_ERROR, G_IO_ERROR_CANCELLED, "given up");
}

static void
test_resolver_lookup_async (GProxyResolver *resolver,
                            const char *uri,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = g_task_new (resolver, NULL, callback, data);
  g_autoptr (GSource) source = NULL;

  g_assert_true (TEST_RESOLVER (resolver)->is_own); /* a desktop is never asked in a loop */
  g_task_set_task_data (task, g_strdup (uri), g_free);
  if (own.hangs)
    {
      g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled), task,
                             (GClosureNotify)(void (*) (void))g_object_unref, 0);
      return;
    }
  source = g_timeout_source_new (5);
  g_source_set_callback (source, on_later, task, g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static char **
test_resolver_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = test_resolver_is_supported;
  iface->lookup = test_resolver_lookup;
  iface->lookup_async = test_resolver_lookup_async;
  iface->lookup_finish = test_resolver_lookup_finish;
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
}

static void
test_resolver_init (TestResolver *self)
{
}

/* The same without an async face, as a program may leave it. */
#define HALF_TYPE_RESOLVER (half_resolver_get_type ())
G_DECLARE_FINAL_TYPE (HalfResolver, half_resolver, HALF, RESOLVER, GObject)

struct _HalfResolver
{
  GObject parent;
};

static char **
half_resolver_lookup (GProxyResolver *resolver,
                      const char *uri,
                      GCancellable *cancellable,
                      GError **error)
{
  return book_ask (&own, uri, error);
}

static void
half_resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->lookup = half_resolver_lookup;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HalfResolver,
                               half_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      half_resolver_iface_init))

static void
half_resolver_class_init (HalfResolverClass *klass)
{
}

static void
half_resolver_init (HalfResolver *self)
{
}

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
  g_autoptr (TestResolver) resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);

  resolver->is_own = TRUE;
  book_set (&own, answer);
  tern_client_set_proxy_resolver (self->s.client, G_PROXY_RESOLVER (resolver));
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
  book_set (&own, "");
  session_get (&f.s, "/echo", 200, NULL);
  assert_ways (&f, 0, 0, 2);
  g_assert_cmpuint (desktop.n_sync, ==, 0);
}

static void
test_half (gboolean async, gconstpointer data)
{
  g_autoptr (HalfResolver) resolver = g_object_new (HALF_TYPE_RESOLVER, NULL);
  g_auto (Finding) f;

  finding_init (&f, async);
  book_set (&own, f.two_uri);
  tern_client_set_proxy_resolver (f.s.client, G_PROXY_RESOLVER (resolver));
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

/* An answer that never comes: the deadline holds, and who looks is told to stop. */
static void
test_own_hangs (void)
{
  g_auto (Finding) f;

  finding_init (&f, TRUE);
  use_own (&f, f.one_uri);
  own.hangs = TRUE;
  tern_client_set_connect_timeout (f.s.client, 0.1);
  session_ask (&f.s, "GET", FAR "/");
  session_fetch (&f.s);
  session_assert_error (&f.s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "far.example.test");
  own.hangs = FALSE;
  assert_ways (&f, 0, 0, 0);
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
  desktop.hangs = TRUE;
  tern_client_set_connect_timeout (f.s.client, 0.1);
  session_ask (&f.s, "GET", FAR "/");
  session_fetch (&f.s);
  session_assert_error (&f.s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "far.example.test");
  g_assert_cmpint (tern_failure_get_phase (session_failure (&f.s)), ==, TERN_PHASE_RESOLVE);
  book_set (&desktop, f.one_uri);
  tern_client_set_connect_timeout (f.s.client, 20);
  session_get (&f.s, FAR "/", 200, NULL);
}

/* Before anything asks for the desktop's resolver: GIO makes it once. */
static void
install_desktop (void)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "tern-test", TRUE);
  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, TEST_TYPE_RESOLVER,
                                  "tern-test", 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  install_desktop ();
  tern_test_add_both ("/proxy-finding/environment", test_environment, NULL);
  tern_test_add_both ("/proxy-finding/cgi", test_cgi, NULL);
  tern_test_add_both ("/proxy-finding/bad-environment", test_bad_environment, NULL);
  tern_test_add_both ("/proxy-finding/order", test_order, NULL);
  tern_test_add_both ("/proxy-finding/environment-resolver", test_environment_resolver, NULL);
  tern_test_add_both ("/proxy-finding/own", test_own, NULL);
  tern_test_add_both ("/proxy-finding/half", test_half, NULL);
  tern_test_add_both ("/proxy-finding/unavailable", test_unavailable, NULL);
  tern_test_add_both ("/proxy-finding/list", test_list, NULL);
  g_test_add_func ("/proxy-finding/own-hangs/async", test_own_hangs);
  tern_test_add_both ("/proxy-finding/desktop", test_desktop, NULL);
  tern_test_add_both ("/proxy-finding/desktop-fails", test_desktop_fails, NULL);
  tern_test_add_both ("/proxy-finding/desktop-hangs", test_desktop_hangs, NULL);
  return g_test_run ();
}
