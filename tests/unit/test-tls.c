/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TLS handshakes against GnuTLS as a server: versions, names, resumption, and what goes wrong. */
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"
#include "tls-peer.h"

#define ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static TernTestCerts *certs;

static TernTlsSettings *
settings_new (TernTlsVersion minimum, TernTlsVersion maximum)
{
  return tern_tls_settings_new (tern_test_certs_get_ca_file (certs), TRUE, minimum, maximum);
}

static TernTransport *
connect_to (TlsPeer *peer, TernTlsSettings *settings, const char *host, TlsPipe *pipe,
            TlsConn **conn)
{
  g_autoptr (GError) error = NULL;
  TernTransport *transport;
  int fd;

  *conn = tls_peer_accept (peer, NULL, NULL, &fd);
  transport = tls_client_connect (settings, tls_pipe_new (pipe, fd), host, "origin", 20000, &error);
  g_assert_no_error (error);
  return transport;
}

/* Sends and gets back, which also brings TLS 1.3's tickets in. */
static void
echo (TernTransport *transport, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *back = g_malloc0 (strlen (text) + 1);

  tls_client_write (transport, text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpint (tls_client_read (transport, back, strlen (text), &error), ==, strlen (text));
  g_assert_no_error (error);
  g_assert_cmpstr (back, ==, text);
}

static void
test_version (gconstpointer data)
{
  gboolean is_13 = GPOINTER_TO_INT (data) == 13;
  g_autoptr (TlsPeer) peer
      = tls_peer_new (certs, TERN_TEST_CERT_CHAIN, is_13 ? ONLY_13 : ONLY_12);
  g_autoptr (TernTlsSettings) settings
      = settings_new (TERN_TLS_VERSION_UNSET, TERN_TLS_VERSION_UNSET);
  g_autoptr (TlsConn) conn = NULL;
  TlsPipe pipe = { 0 };
  TernTransport *transport = connect_to (peer, settings, "LocalHost.", &pipe, &conn);
  g_autoptr (TernTlsInfo) info = NULL;

  echo (transport, "hello");
  info = tern_transport_get_tls_info (transport);
  tern_transport_free (transport);
  g_assert_true (pipe.is_freed);
  tls_conn_join (conn);

  g_assert_cmpint (tern_tls_info_get_version (info), ==, GPOINTER_TO_INT (data));
  g_assert_nonnull (strstr (tern_tls_info_get_cipher (info), is_13 ? "TLS_AES" : "TLS_ECDHE"));
  g_assert_false (tern_tls_info_get_resumed (info));
  g_assert_cmpuint (tern_tls_info_get_peer_chain (info)->len, ==, 2);
  /* DER of a certificate is a SEQUENCE. */
  GBytes *leaf = g_ptr_array_index (tern_tls_info_get_peer_chain (info), 0);
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (leaf, NULL))[0], ==, 0x30);
  g_assert_cmpstr (conn->sni, ==, "LocalHost");
  g_assert_cmpstr (conn->alpn, ==, "http/1.1");
  g_assert_true (conn->got_bye);
}

static void
test_literal (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, NULL);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TlsConn) conn = NULL;
  TlsPipe pipe = { 0 };
  TernTransport *transport = connect_to (peer, settings, data, &pipe, &conn);

  tern_transport_free (transport);
  tls_conn_join (conn);
  g_assert_null (conn->sni);
}

static void
test_resume (gconstpointer data)
{
  gboolean is_13 = GPOINTER_TO_INT (data) == 13;
  g_autoptr (TlsPeer) peer
      = tls_peer_new (certs, TERN_TEST_CERT_SERVER, is_13 ? ONLY_13 : ONLY_12);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TernTlsSettings) others = settings_new (0, 0);
  /* Name, settings, whether it resumes: a ticket serves the name and the settings that earned it.
   */
  const struct
  {
    const char *host;
    TernTlsSettings *settings;
    gboolean resumes;
  } rounds[] = {
    { "localhost", settings, FALSE }, { "localhost", settings, TRUE },
    { "localhost", settings, TRUE },  { "127.0.0.1", settings, FALSE },
    { "localhost", others, FALSE },   { "localhost", settings, TRUE },
    { "localhost", settings, TRUE },  { "localhost", settings, TRUE },
    { "localhost", settings, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_autoptr (TlsConn) conn = NULL;
      TlsPipe pipe = { 0 };
      TernTransport *transport
          = connect_to (peer, rounds[i].settings, rounds[i].host, &pipe, &conn);
      g_autoptr (TernTlsInfo) info = tern_transport_get_tls_info (transport);

      echo (transport, "ping");
      tern_transport_free (transport);
      tls_conn_join (conn);
      g_assert_cmpint (conn->resumed, ==, rounds[i].resumes);
      g_assert_cmpint (tern_tls_info_get_resumed (info), ==, rounds[i].resumes);
      g_assert_cmpuint (tern_tls_info_get_peer_chain (info)->len, ==, 1);
    }
}

/* The last flight waits for the request: one write for the hello, one for the rest and the request;
 * where TLS 1.2's server has the last word, one more. */
static void
test_held (gconstpointer data)
{
  gboolean is_13 = GPOINTER_TO_INT (data) == 13;
  g_autoptr (TlsPeer) peer
      = tls_peer_new (certs, TERN_TEST_CERT_SERVER, is_13 ? ONLY_13 : ONLY_12);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);

  for (guint i = 0; i < 2; i++)
    {
      gboolean is_full_12 = !is_13 && i == 0;
      g_autoptr (TlsConn) conn = NULL;
      TlsPipe pipe = { 0 };
      TernTransport *transport = connect_to (peer, settings, "localhost", &pipe, &conn);

      g_assert_cmpuint (pipe.n_writes, ==, is_full_12 ? 2 : 1);
      echo (transport, "GET / HTTP/1.1\r\n\r\n");
      g_assert_cmpuint (pipe.n_writes, ==, is_full_12 ? 3 : 2);
      tern_transport_free (transport);
      tls_conn_join (conn);
      g_assert_true (conn->got_bye);
    }
}

static void
test_unused (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, ONLY_13);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TlsConn) conn = NULL;
  TlsPipe pipe = { 0 };

  /* Nothing was ever written: the Finished goes out with the close_notify. */
  tern_transport_free (connect_to (peer, settings, "localhost", &pipe, &conn));
  tls_conn_join (conn);
  /* The server may find nobody left to send its tickets to. */
  g_assert_true (conn->result == 0 ? conn->got_bye : conn->result == GNUTLS_E_PUSH_ERROR);
}

static void
test_dribble (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER,
                                           GPOINTER_TO_INT (data) == 13 ? ONLY_13 : ONLY_12);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TlsConn) conn = NULL;
      TlsPipe pipe = { .max_read = 1, .max_write = 7 };
      TernTransport *transport = connect_to (peer, settings, "localhost", &pipe, &conn);

      echo (transport, "one byte at a time, there and back");
      tern_transport_free (transport);
      tls_conn_join (conn);
      g_assert_true (conn->got_bye);
      g_assert_cmpint (conn->resumed, ==, i == 1);
    }
}

/* ---- what goes wrong ---- */

static void
assert_fails (TernTlsSettings *settings, int fd, guint timeout, TernError code, const char *text)
{
  g_autoptr (GError) error = NULL;
  TlsPipe pipe = { 0 };

  g_assert_null (tls_client_connect (settings, tls_pipe_new (&pipe, fd), "localhost", "origin",
                                     timeout, &error));
  tern_test_assert_error (error, TERN_ERROR, code, text);
  g_assert_true (pipe.is_freed);
}

static void
test_versions_apart (void)
{
  g_autoptr (TlsPeer) old = tls_peer_new (certs, TERN_TEST_CERT_SERVER, ONLY_12);
  g_autoptr (TlsPeer) new = tls_peer_new (certs, TERN_TEST_CERT_SERVER, NULL);
  g_autoptr (TernTlsSettings) only_13 = settings_new (TERN_TLS_VERSION_1_3, 0);
  g_autoptr (TernTlsSettings) only_12 = settings_new (0, TERN_TLS_VERSION_1_2);
  g_autoptr (TernTlsSettings) none = settings_new (TERN_TLS_VERSION_1_3, TERN_TLS_VERSION_1_2);
  g_autoptr (TlsConn) refused = NULL;
  g_autoptr (TlsConn) taken = NULL;
  g_autoptr (TernTlsInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  TernTransport *transport;
  TlsPipe pipe = { 0 };
  int fd;

  refused = tls_peer_accept (old, NULL, NULL, &fd);
  assert_fails (only_13, fd, 20000, TERN_ERROR_TLS, "localhost");
  tls_conn_join (refused);
  g_assert_cmpint (refused->result, <, 0);

  transport = connect_to (new, only_12, "localhost", &pipe, &taken);
  info = tern_transport_get_tls_info (transport);
  g_assert_cmpint (tern_tls_info_get_version (info), ==, TERN_TLS_VERSION_1_2);
  tern_transport_free (transport);

  g_assert_false (tern_tls_settings_load (none, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_TLS, "version");
}

static void
test_old_server (void)
{
  g_autoptr (TlsPeer) peer
      = tls_peer_new (certs, TERN_TEST_CERT_SERVER, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0");
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TlsConn) conn = NULL;
  int fd;

  conn = tls_peer_accept (peer, NULL, NULL, &fd);
  assert_fails (settings, fd, 20000, TERN_ERROR_TLS, "localhost");
}

static void
serve_text (TlsConn *conn)
{
  char byte;
  const char *text = conn->data;

  if (read (conn->fd, &byte, 1) == 1 && write (conn->fd, text, strlen (text)) < 0)
    g_message ("the client has gone");
}

static void
serve_nothing (TlsConn *conn)
{
  char buffer[4096];

  while (read (conn->fd, buffer, sizeof buffer) > 0)
    continue;
}

static void
test_plain (gconstpointer data)
{
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TlsConn) conn = NULL;
  int fd;

  conn = tls_peer_accept_plain (serve_text, (gpointer) data, &fd);
  assert_fails (settings, fd, 20000, TERN_ERROR_TLS, "localhost does not speak TLS");
}

static void
serve_alert (TlsConn *conn)
{
  static const guint8 alert[] = { 21, 3, 3, 0, 2, 2, 40 };
  char byte;

  if (read (conn->fd, &byte, 1) == 1 && write (conn->fd, alert, sizeof alert) < 0)
    g_message ("the client has gone");
}

static void
serve_end (TlsConn *conn)
{
  char buffer[4096];

  if (read (conn->fd, buffer, sizeof buffer) > 0)
    shutdown (conn->fd, SHUT_WR);
}

/* A socket pair that closes with unread bytes resets. */
static void
serve_reset (TlsConn *conn)
{
  char byte;

  g_assert_cmpint (read (conn->fd, &byte, 1), ==, 1);
}

static void
serve_junk (TlsConn *conn)
{
  static const guint8 junk[] = { 22, 3, 3, 0, 5, 2, 0, 0, 1, 0 };
  char byte;

  if (read (conn->fd, &byte, 1) == 1 && write (conn->fd, junk, sizeof junk) < 0)
    g_message ("the client has gone");
}

static const struct
{
  const char *path;
  TlsServe serve;
  guint timeout;
  TernError code;
  const char *text;
} broken[] = {
  { "/tls/broken/alert", serve_alert, 20000, TERN_ERROR_TLS, "Handshake failed" },
  { "/tls/broken/hang", serve_nothing, 100, TERN_ERROR_NOT_CONNECTED, "late" },
  { "/tls/broken/end", serve_end, 20000, TERN_ERROR_TLS, "localhost closed the connection" },
  { "/tls/broken/reset", serve_reset, 20000, TERN_ERROR_TLS,
    "TLS handshake with localhost failed" },
  { "/tls/broken/junk", serve_junk, 20000, TERN_ERROR_TLS, "TLS handshake with localhost failed" },
};

static void
test_broken (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  g_autoptr (TlsConn) conn = NULL;
  int fd;

  conn = tls_peer_accept_plain (broken[i].serve, NULL, &fd);
  assert_fails (settings, fd, broken[i].timeout, broken[i].code, broken[i].text);
}

/* ---- many threads ---- */

typedef struct
{
  TlsPeer *peer;
  TernTlsSettings *settings;
} Shared;

static void
use_settings (guint number, gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (TlsConn) conn = NULL;
      TlsPipe pipe = { 0 };
      TernTransport *transport = connect_to (shared->peer, shared->settings,
                                             number % 2 ? "localhost" : "127.0.0.1", &pipe, &conn);

      echo (transport, "from a thread");
      tern_transport_free (transport);
    }
}

static void
test_threads (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER,
                                           GPOINTER_TO_INT (data) == 13 ? ONLY_13 : ONLY_12);
  g_autoptr (TernTlsSettings) settings = settings_new (0, 0);
  Shared shared = { peer, settings };

  tern_test_run_threads (8, use_settings, &shared);
}

/* Bytes that moved wind the idle clock, so the step comes back before it waits where it may block.
 */
static void
test_clock (void)
{
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (TernTlsSettings) settings
      = settings_new (TERN_TLS_VERSION_UNSET, TERN_TLS_VERSION_UNSET);
  g_autoptr (TernTlsHandshake) handshake = NULL;
  g_autoptr (GError) error = NULL;
  TernWait wait;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  handshake
      = tern_tls_handshake_new (settings, tern_transport_new_tcp (fds[0]), "localhost", "origin");
  tern_wait_init (&wait, NULL, NULL);
  wait.may_block = TRUE;
  tern_wait_add_deadline (&wait, start + 20 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (tern_tls_handshake_step (handshake, &wait, &error), ==, TERN_STEP_WAIT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  tern_wait_clear (&wait);
  close (fds[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (int version = 12; version <= 13; version++)
    {
      const struct
      {
        const char *name;
        void (*func) (gconstpointer data);
      } cases[] = {
        { "version", test_version }, { "resume", test_resume },   { "held", test_held },
        { "dribble", test_dribble }, { "threads", test_threads },
      };

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autofree char *path = g_strdup_printf ("/tls/%s/1.%d", cases[i].name, version - 10);

          g_test_add_data_func (path, GINT_TO_POINTER (version), cases[i].func);
        }
    }
  g_test_add_data_func ("/tls/literal/ipv4", "127.0.0.1", test_literal);
  g_test_add_data_func ("/tls/literal/ipv6", "::1", test_literal);
  g_test_add_func ("/tls/unused", test_unused);
  g_test_add_func ("/tls/versions-apart", test_versions_apart);
  g_test_add_func ("/tls/old-server", test_old_server);
  g_test_add_func ("/tls/clock", test_clock);
  g_test_add_data_func ("/tls/plain/http", "HTTP/1.1 400 Bad Request\r\n\r\n", test_plain);
  g_test_add_data_func ("/tls/plain/smtp", "220 mail.example ESMTP\r\n", test_plain);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_test_add_data_func (broken[i].path, GUINT_TO_POINTER (i), test_broken);

  int result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
