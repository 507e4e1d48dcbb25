/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "book.h"

Book own, desktop;

void
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

void
book_hang (Book *book)
{
  g_mutex_lock (&book->lock);
  book->hangs = TRUE;
  g_mutex_unlock (&book->lock);
}

/* It hears of the cancellation soon. */
static char **
book_ask (Book *book, const char *uri, GCancellable *cancellable, GError **error)
{
  char **answer;

  g_mutex_lock (&book->lock);
  while (book->hangs && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&book->changed, &book->lock, g_get_monotonic_time () + 5000);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_mutex_unlock (&book->lock);
      return NULL;
    }
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
  return book_ask (TEST_RESOLVER (resolver)->is_own ? &own : &desktop, uri, cancellable, error);
}

/* Answers from the context of who asked, a little later; or never. */
static gboolean
on_later (gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  char **answer = book_ask (&own, g_task_get_task_data (task), NULL, &error);

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
  return book_ask (&own, uri, cancellable, error);
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

GProxyResolver *
book_new_resolver (void)
{
  TestResolver *resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);

  resolver->is_own = TRUE;
  return G_PROXY_RESOLVER (resolver);
}

GProxyResolver *
book_new_half_resolver (void)
{
  return g_object_new (HALF_TYPE_RESOLVER, NULL);
}

void
book_install_desktop (void)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "tern-test", TRUE);
  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, TEST_TYPE_RESOLVER,
                                  "tern-test", 1000);
}
