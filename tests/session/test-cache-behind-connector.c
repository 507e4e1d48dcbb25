/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked behind a stale answer, and the connector of the program's own through which it
 * would go. */

#include <tern/tern-connector.h>

#include "behind.h"

#define TEST_TYPE_DIALER (test_dialer_get_type ())
G_DECLARE_FINAL_TYPE (TestDialer, test_dialer, TEST, DIALER, GObject)

struct _TestDialer
{
  GObject parent;
  TernConnectorFlags flags;
  GThread *owner; /* who may call, unless ANY_THREAD */
};

static void test_dialer_iface_init (TernConnectorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestDialer,
                               test_dialer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CONNECTOR, test_dialer_iface_init))

static GIOStream *
test_dialer_open (TernConnector *connector,
                  const char *scheme,
                  const char *host,
                  guint16 port,
                  GCancellable *cancellable,
                  GError **error)
{
  TestDialer *self = TEST_DIALER (connector);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_assert_true ((self->flags & TERN_CONNECTOR_ANY_THREAD) || g_thread_self () == self->owner);
  return G_IO_STREAM (g_socket_client_connect_to_host (client, host, port, cancellable, error));
}

static TernConnectorFlags
test_dialer_get_flags (TernConnector *connector)
{
  return TEST_DIALER (connector)->flags;
}

static void
test_dialer_iface_init (TernConnectorInterface *iface)
{
  iface->open_stream = test_dialer_open;
  iface->get_flags = test_dialer_get_flags;
}

static void
test_dialer_class_init (TestDialerClass *klass)
{
}

static void
test_dialer_init (TestDialer *self)
{
  self->owner = g_thread_self ();
}

/* One that may be called in its own thread only is asked there, before the answer. */
static void
test_connector (gboolean async, gconstpointer kind)
{
  static const TernConnectorFlags flags[] = { TERN_CONNECTOR_NONE, TERN_CONNECTOR_ANY_THREAD };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (TestDialer) dialer = g_object_new (TEST_TYPE_DIALER, NULL);
      g_auto (Page) p;

      dialer->flags = flags[i];
      page_init (&p, async, GPOINTER_TO_UINT (kind));
      tern_client_set_connector (p.session.client, TERN_CONNECTOR (dialer));
      behind_fill (&p);
      tern_client_close (p.session.client); /* so that one is needed again */
      page_set (&p, 200, NEW_TWO, "two");
      if (flags[i] & TERN_CONNECTOR_ANY_THREAD)
        {
          behind_get (&p, "/page");
          behind_wait ();
          page_get (&p, "two", 0);
        }
      else
        {
          page_get (&p, "two", 1);
          page_assert_cache (&p, FALSE, "tern; fwd=stale; fwd-status=200; stored");
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/cache/behind/connector", test_connector, GUINT_TO_POINTER (STORE_MEMORY));
  return g_test_run ();
}
