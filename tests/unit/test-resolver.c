/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups: what is answered in place, what runs on a worker, and what a dropped one leaves
 * behind. */
#include "io/tern-resolver.h"

#include <arpa/inet.h>
#include <string.h>
#include <tern/tern-error.h>

#include "io/tern-drive.h"

static gboolean
is_family (const GArray *addresses, guint i, int family)
{
  return g_array_index (addresses, TernAddress, i).addr.any.sa_family == family;
}

static gboolean
has_ipv6_loopback (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GInetAddress) ip = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (ip, 0);

  return socket && g_socket_bind (socket, address, FALSE, NULL);
}

static void
test_literals (void)
{
  static const struct
  {
    const char *host;
    const char *shown; /* NULL: not a literal */
  } cases[] = {
    { "127.0.0.1", "127.0.0.1:80" },
    { "255.255.255.255", "255.255.255.255:80" },
    { "::1", "[::1]:80" },
    { "2001:DB8:0:0::7", "[2001:db8::7]:80" },
    { "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:80" },
    { "[::1]", NULL },
    { "127.1", NULL },
    { "0x7f.0.0.1", NULL },
    { "127.0.0.1.", NULL },
    { "256.0.0.1", NULL },
    { "127.0.0.1 ", NULL },
    { "1", NULL },
    { "", NULL },
    { "localhost", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = NULL;
      TernAddress address;
      const gboolean is_literal = tern_address_from_literal (cases[i].host, 80, &address);

      g_assert_cmpint (is_literal, ==, cases[i].shown != NULL);
      if (!is_literal)
        continue;
      shown = tern_address_to_string (&address);
      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

/* A driver's wake for look-ups that must not need one. */
static TernWake *
no_wake (gpointer driver)
{
  g_assert_not_reached ();
}

static GArray *
must_not_run (const char *host, guint16 port, gpointer data, GError **error)
{
  g_assert_not_reached ();
}

static void
test_literal_needs_no_job (void)
{
  g_autoptr (TernLookup) lookup = tern_lookup_new ("127.0.0.1", 8080, must_not_run, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = NULL;
  TernWait wait;

  tern_wait_init (&wait, no_wake, NULL);
  g_assert_cmpint (tern_lookup_step (lookup, &wait, &error), ==, TERN_STEP_DONE);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_lookup_get_addresses (lookup)->len, ==, 1);
  shown = tern_address_to_string (
    &g_array_index (tern_lookup_get_addresses (lookup), TernAddress, 0));
  g_assert_cmpstr (shown, ==, "127.0.0.1:8080");
  g_assert_cmpint (tern_lookup_step (lookup, &wait, &error), ==, TERN_STEP_DONE);
  tern_wait_clear (&wait);
}

static void
test_localhost (void)
{
  static const char *const names[] = { "localhost", "LocalHost", "localhost.", "a.b.localhost",
                                       ".localhost" };
  const guint n = has_ipv6_loopback () ? 2 : 1;

  if (n == 1)
    g_test_message ("there is no ::1 here: only 127.0.0.1 is looked for");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TernLookup) lookup = tern_lookup_new (names[i], 80, tern_lookup_system, NULL);
      g_autofree char *last = NULL;
      GArray *addresses;
      TernWait wait;

      tern_wait_init (&wait, no_wake, NULL);
      g_assert_cmpint (tern_lookup_step (lookup, &wait, NULL), ==, TERN_STEP_DONE);
      addresses = tern_lookup_get_addresses (lookup);
      g_assert_cmpuint (addresses->len, ==, n);
      if (n == 2)
        g_assert_true (is_family (addresses, 0, AF_INET6));
      last = tern_address_to_string (&g_array_index (addresses, TernAddress, n - 1));
      g_assert_cmpstr (last, ==, "127.0.0.1:80");
      tern_wait_clear (&wait);
    }
}

/* Names that only look like it, asked of a function so that nothing leaves this host. */
static GArray *
not_found (const char *host, guint16 port, gpointer data, GError **error)
{
  g_atomic_int_inc ((int *) data);
  g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, "no %s port %u", host, port);
  return NULL;
}

static void
run_failing (TernLookupFunc func, gpointer data, const char *host, const char *message)
{
  g_autoptr (TernLookup) lookup = tern_lookup_new (host, 81, func, data);
  g_autoptr (GError) error = NULL;

  g_assert_false (tern_drive_sync ((TernStepFunc) tern_lookup_step, lookup, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_null (tern_lookup_get_addresses (lookup));
}

static void
test_function (void)
{
  int n_calls = 0;

  run_failing (not_found, &n_calls, "localhost", "no localhost port 81");
  run_failing (not_found, &n_calls, "notlocalhost", "no notlocalhost port 81");
  run_failing (not_found, &n_calls, "127.1", "no 127.1 port 81");
  g_assert_cmpint (n_calls, ==, 3);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 0);
}

static GArray *
nothing (const char *host, guint16 port, gpointer data, GError **error)
{
  return data ? g_array_new (FALSE, FALSE, sizeof (TernAddress)) : NULL;
}

/* A function that breaks its contract must not break us. */
static void
test_empty (void)
{
  run_failing (nothing, NULL, "example.test", "Unable to find the server at example.test");
  run_failing (nothing, &no_wake, "example.test", "Unable to find the server at example.test");
}

/* An empty label is no name, so the system says no without asking the network. */
static void
test_system_not_found (void)
{
  g_autoptr (GError) error = NULL;
  GArray *addresses = tern_lookup_system ("..", 80, NULL, &error);

  g_assert_null (addresses);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, " .."));
}

static void
test_system_literal (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) addresses = tern_lookup_system ("::1", 443, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (addresses->len, ==, 1);
  g_assert_true (is_family (addresses, 0, AF_INET6));
}

typedef struct
{
  int started;
  int open;
  int finished;
} Hang;

static GArray *
hang (const char *host, guint16 port, gpointer data, GError **error)
{
  Hang *state = data;

  g_atomic_int_set (&state->started, 1);
  while (!g_atomic_int_get (&state->open))
    g_usleep (500);
  g_atomic_int_set (&state->finished, 1);
  return not_found (host, port, &state->finished, error);
}

static gpointer
cancel_when_started (gpointer data)
{
  gpointer *both = data;
  Hang *state = both[0];

  while (!g_atomic_int_get (&state->started))
    g_usleep (500);
  g_cancellable_cancel (both[1]);
  return NULL;
}

static void
wait_until_empty (void)
{
  const gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (tern_worker_count (TERN_LANE_RESOLVE) > 0 && g_get_monotonic_time () < end)
    g_usleep (500);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 0);
}

/* The operation ends at once, the look-up when it likes; then nothing is left of it. */
static void
test_dropped (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Hang state = { 0 };
  gpointer both[2] = { &state, cancellable };
  TernLookup *lookup = tern_lookup_new ("slow.test", 80, hang, &state);
  GThread *thread = g_thread_new ("cancel", cancel_when_started, both);

  g_assert_false (
    tern_drive_sync ((TernStepFunc) tern_lookup_step, lookup, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_lookup_free (lookup);
  g_thread_join (thread);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&state.finished), ==, 0);
  g_atomic_int_set (&state.open, 1);
  wait_until_empty ();
  g_assert_cmpint (g_atomic_int_get (&state.finished), ==, 2);
}

static void
on_done (gpointer self, GError *error, gpointer data)
{
  GError **result = data;

  *result = error ? error : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_EXISTS, "found");
}

static void
test_async (void)
{
  int n_calls = 0;
  g_autoptr (TernLookup) lookup = tern_lookup_new ("a.test", 80, not_found, &n_calls);
  g_autoptr (GError) error = NULL;

  tern_drive_async ((TernStepFunc) tern_lookup_step, lookup, NULL, on_done, &error);
  while (!error)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resolver/literals", test_literals);
  g_test_add_func ("/resolver/literal-needs-no-job", test_literal_needs_no_job);
  g_test_add_func ("/resolver/localhost", test_localhost);
  g_test_add_func ("/resolver/function", test_function);
  g_test_add_func ("/resolver/empty-answer", test_empty);
  g_test_add_func ("/resolver/system/not-found", test_system_not_found);
  g_test_add_func ("/resolver/system/literal", test_system_literal);
  g_test_add_func ("/resolver/dropped", test_dropped);
  g_test_add_func ("/resolver/async", test_async);
  return g_test_run ();
}
