/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts each of the servers that others wrote and asks it one thing with plain sockets, so that
 * a test of libtern that fails against one of them need not doubt the server. */

#include "tern-guard.h"
#include "tern-origin.h"
#include "tern-real-server.h"
#include "tern-socks4.h"
#include "tern-test-util.h"
#include "test-client.h"
#include "test-visit.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CREDENTIALS "dXNlcjpzZWNyZXQ="
#define END "Host: h\r\nConnection: close\r\n\r\n"

/* TRUE when the server is there; else the test is skipped with the reason. */
static gboolean
have (gpointer server, GError *error)
{
  if (server)
    return TRUE;
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, NULL);
  g_test_skip (error->message);
  return FALSE;
}

static void
assert_part (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” has no “%s”", text, part);
}

/* What the answer to @head, completed, has in it. */
static void
assert_answer (guint16 port, const char *head, const char *part)
{
  g_autofree char *request = g_strconcat (head, END, NULL);
  g_autofree char *answer = test_exchange (port, request);

  assert_part (answer, part);
}

static void
assert_site (TernRealServer *server, const char *text)
{
  static const char *const cases[][2] = {
    { "GET /hello.txt HTTP/1.1\r\n", "\r\nETag: \"" },
    { "GET /page.html HTTP/1.1\r\nAccept-Encoding: gzip\r\n", "Content-Encoding: gzip" },
    { "HEAD /big.bin HTTP/1.1\r\n", "Content-Length: 1048576\r\n" },
    { "GET /basic/hello.txt HTTP/1.1\r\n", "WWW-Authenticate: Basic realm=\"" },
    { "GET /redirect HTTP/1.1\r\n", "/hello.txt\r\n" },
    { "GET /empty HTTP/1.1\r\n", "HTTP/1.1 204 " },
    { "GET /status/404 HTTP/1.1\r\n", "HTTP/1.1 404 " },
    { "GET /status/503 HTTP/1.1\r\n", "HTTP/1.1 503 " },
  };
  guint16 port = tern_real_server_get_port (server);
  g_autofree char *body = g_strconcat ("\r\n\r\n", text, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_answer (port, cases[i][0], cases[i][1]);
  assert_answer (port, "GET /hello.txt HTTP/1.1\r\n", body);
  assert_answer (port, "GET /basic/hello.txt HTTP/1.1\r\nAuthorization: Basic " CREDENTIALS "\r\n",
                 body);
}

static void
assert_tls (guint16 port, const TernTestCerts *certs, const char *part)
{
  g_auto (Visit) visit = { 0 };

  visit_run (&visit, port, certs, "localhost");
  g_assert_cmpint (visit.handshake, ==, 0);
  g_assert_cmphex (visit.verify, ==, 0);
  assert_part (visit.answer, part);
}

/* Those without a certificate learn it in the handshake (TLS 1.2) or at the first read (1.3). */
static void
assert_mutual (guint16 port, const TernTestCerts *certs, const char *part)
{
  g_auto (Visit) refused = { 0 };
  g_auto (Visit) visit = { .identified = TRUE };

  visit_run (&refused, port, certs, "localhost");
  g_assert_true (refused.handshake < 0 || refused.last < 0);
  g_assert_true (refused.answer == NULL || *refused.answer == '\0');
  visit_run (&visit, port, certs, "localhost");
  g_assert_cmpint (visit.handshake, ==, 0);
  assert_part (visit.answer, part);
}

static void
test_nginx (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernRealServer) nginx = tern_real_server_new_nginx (certs, &error);

  if (!have (nginx, error))
    return;
  assert_site (nginx, TERN_REAL_SERVER_TEXT);
  assert_answer (tern_real_server_get_port (nginx), "GET /cached.txt HTTP/1.1\r\n",
                 "Cache-Control: max-age=60\r\n");
  assert_tls (tern_real_server_get_tls_port (nginx), certs, "HTTP/1.1 ");
}

static void
test_apache (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernRealServer) apache = tern_real_server_new_apache (certs, &error);

  if (!have (apache, error))
    return;
  assert_site (apache, TERN_REAL_SERVER_APACHE_TEXT);
  assert_answer (tern_real_server_get_port (apache), "GET /digest/hello.txt HTTP/1.1\r\n",
                 "WWW-Authenticate: Digest realm=\"nest\"");
  assert_tls (tern_real_server_get_tls_port (apache), certs, "Server: Apache");
  assert_mutual (tern_real_server_get_mutual_port (apache), certs, "Server: Apache");
}

static void
test_gnutls_serv (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernRealServer) server = tern_real_server_new_gnutls (certs, TERN_TEST_CERT_EXPIRED,
                                                                   TERN_ORIGIN_TLS_ONLY_12, &error);

  if (!have (server, error))
    return;
  g_auto (Visit) visit = { 0 };
  visit_run (&visit, tern_real_server_get_tls_port (server), certs, "localhost");
  g_assert_cmpint (visit.handshake, ==, 0);
  g_assert_cmphex (visit.verify & GNUTLS_CERT_EXPIRED, !=, 0);
  g_assert_true (g_str_has_prefix (visit.answer, "HTTP/1.0 200 OK"));

  g_autoptr (TernRealServer) mutual = tern_real_server_new_gnutls_mutual (certs, NULL, &error);
  g_assert_no_error (error);
  assert_mutual (tern_real_server_get_mutual_port (mutual), certs, "HTTP/1.0 200 OK");
}

static TernOrigin *
make_origin (void)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_reply (origin, "/", 200, NULL, "from the origin");
  return origin;
}

static void
test_stunnel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) stunnel = tern_real_server_new_stunnel (
      certs, TERN_TEST_CERT_SERVER, tern_origin_get_port (origin), &error);

  if (have (stunnel, error))
    assert_tls (tern_real_server_get_tls_port (stunnel), certs, "\r\n\r\nfrom the origin");
}

/* Through an HTTP proxy: in absolute form, and in a tunnel. @field is what lets in, or "". */
static void
assert_proxy (guint16 port, TernOrigin *origin, const char *field)
{
  guint16 target = tern_origin_get_port (origin);
  g_autofree char *get
      = g_strdup_printf ("GET http://127.0.0.1:%u/ HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s"
                         "Connection: close\r\n\r\n",
                         target, target, field);
  g_autofree char *answer = test_exchange (port, get);
  g_autofree char *connect = g_strdup_printf (
      "CONNECT 127.0.0.1:%u HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", target, target, field);
  int fd = test_connect (port);

  assert_part (answer, "\r\n\r\nfrom the origin");
  assert_part (answer, "\r\nVia: ");
  test_send (fd, connect);
  g_autofree char *head = test_read_until (fd, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (head, "HTTP/1."));
  assert_part (head, " 200 ");
  test_send (fd, "GET / HTTP/1.1\r\n" END);
  g_autofree char *inner = test_read_until (fd, NULL);
  assert_part (inner, "\r\n\r\nfrom the origin");
  close (fd);
}

/* Nobody comes in without a password. */
static void
assert_closed (guint16 port, const char *scheme)
{
  g_autofree char *part = g_strconcat ("\r\nProxy-Authenticate: ", scheme, NULL);

  assert_answer (port, "GET http://127.0.0.1:9/ HTTP/1.1\r\n", " 407 ");
  assert_answer (port, "GET http://127.0.0.1:9/ HTTP/1.1\r\n", part);
  assert_answer (port, "CONNECT 127.0.0.1:9 HTTP/1.1\r\n", part);
}

static void
test_squid (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) squid
      = tern_real_server_new_squid (certs, TERN_REAL_SERVER_OPEN, &error);

  if (!have (squid, error))
    return;
  assert_proxy (tern_real_server_get_port (squid), origin, "");
  g_autofree char *request = g_strdup_printf ("GET http://127.0.0.1:%u/ HTTP/1.1\r\n" END,
                                              tern_origin_get_port (origin));
  g_auto (Visit) visit = { .request = request };
  visit_run (&visit, tern_real_server_get_tls_port (squid), certs, "localhost");
  g_assert_cmpint (visit.handshake, ==, 0);
  g_assert_cmphex (visit.verify, ==, 0);
  assert_part (visit.answer, "\r\n\r\nfrom the origin");
  g_autofree char *log = tern_real_server_read_log (squid);
  assert_part (log, " CONNECT 127.0.0.1:");
}

static void
test_squid_auth (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) basic
      = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_BASIC, &error);

  if (!have (basic, error))
    return;
  assert_closed (tern_real_server_get_port (basic), "Basic realm=\"squid nest\"");
  assert_proxy (tern_real_server_get_port (basic), origin,
                "Proxy-Authorization: Basic " CREDENTIALS "\r\n");
  g_autoptr (TernRealServer) digest
      = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_DIGEST, &error);
  g_assert_no_error (error);
  assert_closed (tern_real_server_get_port (digest), "Digest realm=\"squid nest\"");
}

static void
test_tinyproxy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) open = tern_real_server_new_tinyproxy (TERN_REAL_SERVER_OPEN, &error);

  if (!have (open, error))
    return;
  assert_proxy (tern_real_server_get_port (open), origin, "");
  g_autoptr (TernRealServer) basic
      = tern_real_server_new_tinyproxy (TERN_REAL_SERVER_BASIC, &error);
  g_assert_no_error (error);
  assert_closed (tern_real_server_get_port (basic), "Basic realm=\"");
  assert_proxy (tern_real_server_get_port (basic), origin,
                "Proxy-Authorization: Basic " CREDENTIALS "\r\n");
}

/* Sends bytes and expects bytes. */
static void
talk (int fd, const void *out, gsize out_length, const void *in, gsize in_length)
{
  char buffer[64];
  gsize got = 0;

  g_assert_cmpint (send (fd, out, out_length, MSG_NOSIGNAL), ==, (gssize)out_length);
  while (got < in_length)
    {
      gssize n = recv (fd, buffer + got, in_length - got, 0);

      g_assert_cmpint (n, >, 0);
      got += (gsize)n;
    }
  tern_test_assert_bytes (buffer, in_length, in, in_length);
}

static void
assert_inner (int fd)
{
  test_send (fd, "GET / HTTP/1.1\r\n" END);
  g_autofree char *answer = test_read_until (fd, NULL);
  assert_part (answer, "\r\n\r\nfrom the origin");
  close (fd);
}

/* RFC 1928 §4: CONNECT to the name "localhost"; of the reply only version and code are looked at,
 * for the bound address is the proxy's own affair. */
static void
ask_socks5 (int fd, TernOrigin *origin)
{
  guint16 target = g_htons (tern_origin_get_port (origin));
  char request[] = "\5\1\0\3\11localhost..";
  char rest[8];

  memcpy (request + sizeof request - 3, &target, 2);
  talk (fd, request, sizeof request - 1, "\5\0", 2);
  g_assert_cmpint (recv (fd, rest, sizeof rest, MSG_WAITALL), ==, sizeof rest);
  assert_inner (fd);
}

static void
test_microsocks (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) open = tern_real_server_new_microsocks (TERN_REAL_SERVER_OPEN, &error);

  if (!have (open, error))
    return;
  int fd = test_connect (tern_real_server_get_port (open));
  talk (fd, "\5\1\0", 3, "\5\0", 2);
  ask_socks5 (fd, origin);
  g_autofree char *log = tern_real_server_read_log (open);
  assert_part (log, "connected to localhost:");

  g_autoptr (TernRealServer) basic
      = tern_real_server_new_microsocks (TERN_REAL_SERVER_BASIC, &error);
  g_assert_no_error (error);
  fd = test_connect (tern_real_server_get_port (basic));
  talk (fd, "\5\1\0", 3, "\5\377", 2);
  close (fd);
  fd = test_connect (tern_real_server_get_port (basic));
  talk (fd, "\5\1\2", 3, "\5\2", 2);
  talk (fd, "\1\4user\6secret", 13, "\1\0", 2);
  ask_socks5 (fd, origin);
}

static void
test_memcached (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server = tern_real_server_new_memcached ("-I 512k -m 8", &error);

  if (!have (server, error))
    return;
  g_autofree char *answer
      = test_exchange (tern_real_server_get_port (server),
                       "version\r\nset a 0 0 1\r\nb\r\nget a\r\nstats settings\r\nquit\r\n");
  assert_part (answer, "VERSION 1.");
  assert_part (answer, "STORED\r\nVALUE a 0 1\r\nb\r\nEND\r\n");
  assert_part (answer, "STAT item_size_max 524288\r\n");
  assert_part (answer, "STAT udpport 0\r\n");
}

static void
test_danted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernRealServer) danted = tern_real_server_new_danted (&error);
  char rest[6];

  if (!have (danted, error))
    return;
  int fd = test_connect (tern_real_server_get_port (danted));
  talk (fd, "\5\1\0", 3, "\5\0", 2);
  ask_socks5 (fd, origin);
  guint16 target = g_htons (tern_origin_get_port (origin));
  char request[] = "\4\1..\177\0\0\1";
  memcpy (request + 2, &target, 2);
  fd = test_connect (tern_real_server_get_port (danted));
  talk (fd, request, sizeof request, "\0\132", 2);
  g_assert_cmpint (recv (fd, rest, sizeof rest, MSG_WAITALL), ==, sizeof rest);
  assert_inner (fd);
}

static void
test_socks4 (void)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernSocks4) proxy = tern_socks4_new ("user");
  guint16 target = g_htons (tern_origin_get_port (origin));
  char by_name[] = "\4\1..\0\0\0\1user\0localhost";
  char by_address[] = "\4\1..\177\0\0\1nobody";

  memcpy (by_name + 2, &target, 2);
  memcpy (by_address + 2, &target, 2);
  int fd = test_connect (tern_socks4_get_port (proxy));
  talk (fd, by_name, sizeof by_name, "\0\132\0\0\0\0\0\0", 8);
  assert_inner (fd);
  fd = test_connect (tern_socks4_get_port (proxy));
  talk (fd, by_address, sizeof by_address, "\0\133\0\0\0\0\0\0", 8);
  close (fd);
  g_autofree char *first = tern_socks4_get_request (proxy, 0);
  g_autofree char *second = tern_socks4_get_request (proxy, 1);
  g_assert_true (g_str_has_prefix (first, "user localhost:"));
  g_assert_true (g_str_has_prefix (second, "nobody 127.0.0.1:"));
  g_assert_cmpuint (tern_socks4_n_requests (proxy), ==, 2);
  /* One that says nothing does not keep the proxy from ending. */
  close (test_connect (tern_socks4_get_port (proxy)));
  fd = test_connect (tern_socks4_get_port (proxy));
  g_clear_pointer (&proxy, tern_socks4_free);
  close (fd);
}

/* What ends by itself has ended, and what it said can be read. */
static void
test_failure (void)
{
  const char *argv[] = { "/bin/sh", "-c", "echo no; exit 1", NULL };
  g_autofree char *dir = tern_test_make_dir ("tern-guard");
  g_autofree char *output = g_build_filename (dir, "output", NULL);
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  TernGuard guard = { 0 };

  tern_guard_give (dir);
  g_assert_true (tern_guard_has_ended (&guard));
  g_assert_true (tern_guard_start (&guard, dir, argv, NULL, &error));
  while (!tern_guard_has_ended (&guard))
    g_usleep (1000);
  tern_guard_stop (&guard);
  g_file_get_contents (output, &said, NULL, NULL);
  g_assert_cmpstr (said, ==, "no\n");
  tern_test_remove_dir (dir);
}

static int
read_number (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? atoi (text) : 0;
}

/* The test dies without a word: neither the program nor its child, which has gone its own ways,
 * lives on, and the litter and the folder are gone. */
static void
test_death (void)
{
  g_autofree char *dir = tern_test_make_dir ("tern-guard");
  g_autofree char *child_file = g_build_filename (dir, "child", NULL);
  g_autofree char *litter = g_strconcat (dir, "-litter", NULL);
  const char *argv[]
      = { "/bin/sh", "-c", "sleep 600 & echo $! >child.new; mv child.new child; wait", NULL };
  const char *files[] = { litter, NULL };
  int child = 0;

  g_assert_true (g_file_set_contents (litter, "", 0, NULL));
  tern_guard_give (dir);
  pid_t pid = fork ();
  if (pid == 0)
    {
      TernGuard guard = { 0 };

      tern_guard_start (&guard, dir, argv, files, NULL);
      pause ();
    }
  for (guint i = 0; i < 10000 && (child = read_number (child_file)) == 0; i++)
    g_usleep (2000);
  g_assert_cmpint (child, >, 0);
  g_assert_true (g_file_test (litter, G_FILE_TEST_EXISTS));
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  for (guint i = 0; i < 10000 && g_file_test (dir, G_FILE_TEST_EXISTS); i++)
    g_usleep (2000);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (litter, G_FILE_TEST_EXISTS));
  g_assert_cmpint (kill (child, 0), <, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/real-servers/nginx", test_nginx);
  g_test_add_func ("/real-servers/apache", test_apache);
  g_test_add_func ("/real-servers/gnutls-serv", test_gnutls_serv);
  g_test_add_func ("/real-servers/stunnel", test_stunnel);
  g_test_add_func ("/real-servers/squid", test_squid);
  g_test_add_func ("/real-servers/squid-auth", test_squid_auth);
  g_test_add_func ("/real-servers/tinyproxy", test_tinyproxy);
  g_test_add_func ("/real-servers/microsocks", test_microsocks);
  g_test_add_func ("/real-servers/danted", test_danted);
  g_test_add_func ("/real-servers/socks4", test_socks4);
  g_test_add_func ("/real-servers/memcached", test_memcached);
  g_test_add_func ("/real-servers/guard/failure", test_failure);
  g_test_add_func ("/real-servers/guard/death", test_death);
  return g_test_run ();
}
