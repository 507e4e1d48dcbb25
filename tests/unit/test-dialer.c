/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The race of addresses on loopback, each case with both drivers. A listener with a full backlog
 * is the host that is switched off; a port that is bound and not listened on is the one that
 * refuses. */
#include "net/tern-dialer.h"

#include <netinet/in.h>
#include <string.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "io/tern-drive.h"
#include "tern-dead-listener.h"
#include "tern-test-util.h"

/* --- what the name resolves to --------------------------------------------------------------- */

static void
add_address (GArray *names, const char *ip, guint16 port)
{
  TernAddress address;

  g_assert_true (tern_address_from_literal (ip, port, &address));
  g_array_append_val (names, address);
}

/* A look-up that answers with the test's own array. */
static GArray *
look_up_given (const char *host, guint16 port, gpointer data, GError **error)
{
  return g_array_copy (data);
}

static GArray *
look_up_nothing (const char *host, guint16 port, gpointer data, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, "no such %s", host);
  return NULL;
}

static GSocket *
listen_on (const char *ip, guint16 *port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (ip, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  if (!socket || !g_socket_bind (socket, address, FALSE, NULL) || !g_socket_listen (socket, NULL))
    return NULL;
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&socket);
}

/* Bound and not listening: refuses, and stays nobody else's while it is held. */
static GSocket *
refuse_on (const char *ip, guint16 *port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (ip, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

/* --- dialing with either driver -------------------------------------------------------------- */

typedef struct
{
  gboolean ended;
  GError *error;
} Result;

static void
on_done (gpointer self, GError *error, gpointer data)
{
  Result *result = data;

  result->ended = TRUE;
  result->error = error;
}

static gboolean
dial (TernDialer *dialer, gboolean async, GCancellable *cancellable, GError **error)
{
  Result result = { FALSE, NULL };

  if (!async)
    return tern_drive_sync ((TernStepFunc) tern_dialer_step, dialer, cancellable, error);
  tern_drive_async ((TernStepFunc) tern_dialer_step, dialer, cancellable, on_done, &result);
  tern_test_run_until (&result.ended, 20000);
  if (result.error)
    g_propagate_error (error, result.error);
  return result.error == NULL;
}

/* Both ends are the same connection, and the socket is as the transport wants it. */
static void
assert_connected (TernDialer *dialer, GSocket *listener)
{
  g_autoptr (TernTransport) transport = tern_dialer_steal_transport (dialer);
  g_autoptr (GSocket) accepted = g_socket_accept (listener, NULL, NULL);
  g_autoptr (GSocket) ours = NULL;
  const struct iovec part = { "hello", 5 };
  char buffer[8];
  TernWait wait;
  int nodelay = 0;
  gsize n;

  g_assert_cmpint (tern_dialer_get_phase (dialer), ==, TERN_DIAL_DONE);
  g_assert_nonnull (transport);
  g_assert_null (tern_dialer_steal_transport (dialer));
  g_assert_nonnull (accepted);
  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (tern_transport_write (transport, &part, 1, &n, &wait, NULL), ==, TERN_STEP_DONE);
  tern_wait_clear (&wait);
  g_assert_cmpint (g_socket_receive (accepted, buffer, sizeof buffer, NULL, NULL), ==, 5);
  g_assert_cmpmem (buffer, 5, "hello", 5);

  ours = g_socket_new_from_fd (dup (transport->fd), NULL);
  g_assert_true (g_socket_get_option (ours, IPPROTO_TCP, 1 /* TCP_NODELAY */, &nodelay, NULL));
  g_assert_cmpint (nodelay, ==, 1);
}

static gboolean
is_async (gconstpointer data)
{
  return data != NULL;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void
test_single (gconstpointer data)
{
  guint16 port;
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (TernDialer) dialer = tern_dialer_new ("127.0.0.1", port, look_up_nothing, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tern_dialer_get_phase (dialer), ==, TERN_DIAL_RESOLVE);
  g_assert_true (dial (dialer, is_async (data), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tern_dialer_get_resolve_time (dialer), >=, 0);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), >=, 0);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), <, G_TIME_SPAN_SECOND);
  assert_connected (dialer, listener);
}

/* A connect on loopback needs no round through the driver. */
static void
test_at_once (void)
{
  guint16 port;
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (TernDialer) dialer = tern_dialer_new ("127.0.0.1", port, look_up_nothing, NULL);
  TernWait wait;

  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (tern_dialer_step (dialer, &wait, NULL), ==, TERN_STEP_DONE);
  g_assert_cmpint (tern_dialer_step (dialer, &wait, NULL), ==, TERN_STEP_DONE);
  tern_wait_clear (&wait);
  assert_connected (dialer, listener);
}

static void
test_dead_first (gconstpointer data)
{
  guint16 port;
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new ("127.0.0.2", 0, &error);
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_given, names);
  const guint fds = tern_test_count_fds ();

  if (!dead)
    {
      g_test_skip (error->message);
      return;
    }
  add_address (names, "127.0.0.2", tern_dead_listener_get_port (dead));
  add_address (names, "127.0.0.1", port);
  g_assert_true (dial (dialer, is_async (data), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), >=, TERN_DIAL_DELAY);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), <, 10 * TERN_DIAL_DELAY);
  assert_connected (dialer, listener);
  g_clear_pointer (&dialer, tern_dialer_free);
  /* The drivers keep one eventfd and the main context's own. */
  g_assert_cmpuint (tern_test_count_fds (), <=, fds + 2);
}

/* The families take turns, so the second dead address does not come first. */
static void
test_families (gconstpointer data)
{
  guint16 port, port6;
  g_autoptr (GSocket) listener6 = listen_on ("::1", &port6);
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead
    = tern_dead_listener_new (listener6 ? "::1" : "127.0.0.2", 0, &error);
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_given, names);

  if (!listener6 || !dead)
    {
      g_test_skip (listener6 ? error->message : "there is no ::1 here");
      return;
    }
  for (guint i = 0; i < 3; i++)
    add_address (names, "::1", tern_dead_listener_get_port (dead));
  add_address (names, "127.0.0.1", port);
  g_assert_true (dial (dialer, is_async (data), NULL, &error));
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), >=, TERN_DIAL_DELAY);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), <, 3 * TERN_DIAL_DELAY);
  assert_connected (dialer, listener);
}

/* A refusal does not cost the quarter of a second. */
static void
test_refused_first (gconstpointer data)
{
  guint16 port, refused;
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocket) refuser = refuse_on ("127.0.0.1", &refused);
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_given, names);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (refuser);
  for (guint i = 0; i < 20; i++)
    add_address (names, "127.0.0.1", refused);
  add_address (names, "127.0.0.1", port);
  g_assert_true (dial (dialer, is_async (data), NULL, &error));
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), <, 8 * TERN_DIAL_DELAY);
  assert_connected (dialer, listener);
}

static void
test_all_refused (gconstpointer data)
{
  guint16 refused;
  g_autoptr (GSocket) refuser = refuse_on ("127.0.0.1", &refused);
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_given, names);
  g_autofree char *shown = g_strdup_printf ("a.test (127.0.0.1:%u)", refused);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (refuser);
  add_address (names, "127.0.0.1", refused);
  add_address (names, "127.0.0.1", refused);
  /* Multicast: no TCP, so the kernel says "unreachable" before it sends anything. */
  add_address (names, "224.0.0.1", 80);
  g_assert_false (dial (dialer, is_async (data), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_nonnull (strstr (error->message, shown));
  g_assert_cmpint (tern_dialer_get_phase (dialer), ==, TERN_DIAL_CONNECT);
  g_assert_null (tern_dialer_steal_transport (dialer));
}

static void
test_unreachable (gconstpointer data)
{
  g_autoptr (TernDialer) dialer = tern_dialer_new ("224.0.0.1", 80, look_up_nothing, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dial (dialer, is_async (data), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
}

static void
test_not_found (gconstpointer data)
{
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_nothing, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dial (dialer, is_async (data), NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "no such a.test");
  g_assert_cmpint (tern_dialer_get_phase (dialer), ==, TERN_DIAL_RESOLVE);
}

/* How many descriptors were open at most while the step ran. */
typedef struct
{
  TernDialer *dialer;
  guint most_fds;
  guint most_waited;
} Watched;

static TernStep
watched_step (gpointer self, TernWait *wait, GError **error)
{
  Watched *watched = self;
  const TernStep step = tern_dialer_step (watched->dialer, wait, error);

  watched->most_fds = MAX (watched->most_fds, tern_test_count_fds ());
  watched->most_waited = MAX (watched->most_waited, wait->n_fds);
  return step;
}

/* Six at once, and the oldest gives way to the seventh and the eighth. */
static void
test_many_dead (void)
{
  guint16 port;
  g_autoptr (GSocket) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new ("127.0.0.2", 0, &error);
  g_autoptr (TernDialer) dialer = tern_dialer_new ("a.test", 80, look_up_given, names);
  Watched watched = { .dialer = dialer };
  guint fds;

  if (!dead)
    {
      g_test_skip (error->message);
      return;
    }
  for (guint i = 0; i < 8; i++)
    add_address (names, "127.0.0.2", tern_dead_listener_get_port (dead));
  add_address (names, "127.0.0.1", port);
  fds = tern_test_count_fds ();
  g_assert_true (tern_drive_sync (watched_step, &watched, NULL, &error));
  g_assert_cmpuint (watched.most_waited, ==, TERN_DIAL_MAX);
  g_assert_cmpuint (watched.most_fds, <=, fds + TERN_DIAL_MAX + 1);
  g_assert_cmpint (tern_dialer_get_connect_time (dialer), >=, 8 * TERN_DIAL_DELAY);
  assert_connected (dialer, listener);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

/* Given up in the middle: no socket stays. */
static void
test_cancelled (gconstpointer data)
{
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new ("127.0.0.2", 0, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TernDialer *dialer;
  GThread *thread;
  guint fds;

  if (!dead)
    {
      g_test_skip (error->message);
      return;
    }
  add_address (names, "127.0.0.2", tern_dead_listener_get_port (dead));
  add_address (names, "127.0.0.2", tern_dead_listener_get_port (dead));
  dialer = tern_dialer_new ("a.test", 80, look_up_given, names);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (dial (dialer, is_async (data), cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tern_dialer_get_phase (dialer), ==, TERN_DIAL_CONNECT);
  g_thread_join (thread);
  fds = tern_test_count_fds ();
  tern_dialer_free (dialer);
  g_assert_cmpuint (tern_test_count_fds (), <, fds);
}

static void
add (const char *name, GTestDataFunc func)
{
  g_autofree char *sync = g_strdup_printf ("/dialer/%s/sync", name);
  g_autofree char *async = g_strdup_printf ("/dialer/%s/async", name);

  g_test_add_data_func (sync, NULL, func);
  g_test_add_data_func (async, "async", func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("single", test_single);
  g_test_add_func ("/dialer/at-once", test_at_once);
  add ("dead-first", test_dead_first);
  add ("families", test_families);
  add ("refused-first", test_refused_first);
  add ("all-refused", test_all_refused);
  add ("unreachable", test_unreachable);
  add ("not-found", test_not_found);
  g_test_add_func ("/dialer/many-dead", test_many_dead);
  add ("cancelled", test_cancelled);
  return g_test_run ();
}
