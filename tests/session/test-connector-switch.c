/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a change of connectors leaves behind: no connection, and no session of TLS. */
#include "fake-connector.h"

static TernTestCerts *certs;

static void
test_connections (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (FakeConnector) one = fake_connector_new (fake_open_tcp);
  g_autoptr (FakeConnector) two = fake_connector_new (fake_open_tcp);
  g_autoptr (TernConnector) found = NULL;
  gpointer const ways[] = { one, two, NULL };
  g_auto (Ask) ask;

  one->port = two->port = tern_origin_get_port (origin);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < 2 * G_N_ELEMENTS (ways); i++)
    {
      if (i % 2 == 0)
        tern_client_set_connector (ask.client, ways[i / 2]);
      ask_again (&ask, origin, "GET", "/");
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, i / 2 + 1);
    }
  tern_client_set_connector (ask.client, TERN_CONNECTOR (one));
  found = tern_client_get_connector (ask.client);
  g_assert_true ((gpointer)found == one);
  g_assert_cmpint (one->n_opened, ==, 1);
  g_assert_cmpint (two->n_opened, ==, 1);
  tern_client_close (ask.client);
  fake_connector_wait_gone (one);
  fake_connector_wait_gone (two);
}

/* A session that began on one way is not resumed on another: it would tell the server that both are
 * the same client. */

static void
test_tickets (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, data, TERN_ORIGIN_TLS_DEFAULT);
  g_autoptr (FakeConnector) one = fake_connector_new (fake_open_tcp);
  g_autoptr (FakeConnector) two = fake_connector_new (fake_open_tcp);
  gpointer const ways[] = { one, one, two, two, NULL, NULL };
  g_auto (Ask) ask;

  one->port = two->port = tern_origin_get_port (origin);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      if (i % 2 == 0)
        tern_client_set_connector (ask.client, ways[i]);
      ask_again (&ask, origin, "GET", "/");
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      tern_client_close (ask.client);
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, i + 1);
      g_assert_cmpint (tern_origin_connection_resumed (origin, i), ==, i % 2);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  tern_test_add_both ("/connector/switch/connections", test_connections, NULL);
  tern_test_add_both ("/connector/switch/tickets/1.2", test_tickets, TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/connector/switch/tickets/1.3", test_tickets, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
