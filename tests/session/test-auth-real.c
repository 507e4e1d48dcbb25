/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion on logins: apache2, nginx and squid say what opens them. How often each was
 * asked stands in its own log. Where they are not installed the tests say so and skip. */
#include <tern/tern-proxy.h>

#include "ask.h"
#include "odd-stream.h"
#include "tern-origin-demo.h"
#include "tern-real-server.h"

typedef enum
{
  APACHE,
  NGINX,
  SQUID_BASIC,
  SQUID_DIGEST,
  N_SERVERS
} Server;

static TernTestCerts *certs;
static TernRealServer *servers[N_SERVERS];
static char *why_not; /* one of them is missing */

typedef struct
{
  Ask ask;
  Server server;
  gsize log_at; /* where the log of the server ended */
} Visit;

static char *
read_log (Server server)
{
  g_autofree char *path
      = g_build_filename (tern_real_server_get_dir (servers[server]), "access.log", NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

static void
visit_mark (Visit *self)
{
  g_autofree char *log = read_log (self->server);

  self->log_at = strlen (log);
}

static void
visit_clear (Visit *self)
{
  ask_clear (&self->ask);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

/* FALSE: skipped. */
static gboolean
visit_init (Visit *self, gboolean async, Server server, const char *password)
{
  *self = (Visit){ .server = server };
  if (why_not)
    {
      g_test_skip (why_not);
      return FALSE;
    }
  ask_init (&self->ask, async, NULL, "GET", "http://127.0.0.1/");
  if (password)
    tern_client_add_credentials (self->ask.client, "user", password, NULL);
  visit_mark (self);
  return TRUE;
}

static void
visit_ask (Visit *self, const char *method, const char *path)
{
  g_autofree char *uri
      = *path == '/' ? tern_real_server_uri (servers[self->server], path) : g_strdup (path);

  ask_again (&self->ask, NULL, method, uri);
}

static void
visit_get (const char *where, Visit *self, const char *path, guint status)
{
  visit_ask (self, "GET", path);
  ask_fetch (&self->ask, NULL);
  ask_assert_ok_at (where, &self->ask, status, NULL);
}

#define visit_get(self, path, status) visit_get (G_STRLOC, (self), (path), (status))

/* What squid says of one request, as the others do: "METHOD target status". */
static char *
shorten (const char *line)
{
  g_auto (GStrv) words = g_regex_split_simple (" +", line, 0, 0);
  const char *status = g_strv_length (words) > 6 ? strchr (words[3], '/') : NULL;

  return status ? g_strdup_printf ("%s %s %s", words[5], words[6], status + 1) : g_strdup (line);
}

/* The whole lines since the mark, joined by " | ". */
static char *
read_asked (Visit *self)
{
  g_autofree char *log = read_log (self->server);
  g_autoptr (GString) asked = g_string_new (NULL);
  char *at = log + self->log_at;

  for (char *end = strchr (at, '\n'); end; at = end + 1, end = strchr (at, '\n'))
    {
      g_autofree char *line = g_strndup (at, end - at);
      g_autofree char *word = self->server < SQUID_BASIC ? g_strdup (line) : shorten (line);

      g_string_append_printf (asked, "%s%s", asked->len ? " | " : "", word);
    }
  return g_string_free (g_steal_pointer (&asked), FALSE);
}

/* That, and no more, was asked since the mark; logs are written a moment after the deed, so every
 * visit has to account for its last request before it ends. */
static void
visit_assert (const char *where, Visit *self, const char *expected)
{
  const gint64 begun = tern_test_watch_start ();

  for (;;)
    {
      g_autofree char *asked = read_asked (self);

      if (strcmp (asked, expected) == 0)
        break;
      if (strlen (asked) >= strlen (expected) || tern_test_watch_ms (begun) > 20000)
        g_error ("%s: asked for “%s”, not for “%s”", where, asked, expected);
      g_usleep (2000);
    }
  visit_mark (self);
}

#define visit_assert(self, expected) visit_assert (G_STRLOC, (self), (expected))

/* ---- each scheme ---- */

typedef struct
{
  const char *name;
  Server server;
  const char *folder;
} Place;

static const Place places[] = {
  { "apache2/basic", APACHE, "basic" }, { "apache2/digest", APACHE, "digest" },
  { "apache2/both", APACHE, "both" },   { "apache2/once", APACHE, "once" },
  { "nginx/basic", NGINX, "basic" },
};

static void
test_right (gboolean async, gconstpointer data)
{
  const Place *place = data;
  g_autofree char *path = g_strdup_printf ("/%s/hello.txt", place->folder);
  g_autofree char *first = g_strdup_printf ("GET %s 401 | GET %s 200", path, path);
  g_autofree char *then = g_strdup_printf ("GET %s 200 | HEAD %s 200", path, path);
  g_autofree char *last = g_strdup_printf ("GET %s 200 | GET %s 401", path, path);
  g_autofree char *odd = NULL;
  g_auto (Visit) v;

  if (!visit_init (&v, async, place->server, "secret"))
    return;
  visit_get (&v, path, 200);
  visit_assert (&v, first);
  visit_get (&v, path, 200);
  visit_ask (&v, "HEAD", path);
  ask_fetch (&v.ask, NULL);
  ask_assert_ok (&v.ask, 200, "");
  visit_assert (&v, then);
  /* The target counts as it is sent. */
  odd = g_strconcat (path, "?a=%22\"&b=\\,é", NULL);
  visit_get (&v, odd, 200);
  tern_client_clear_credentials (v.ask.client);
  visit_get (&v, odd, 401);
  visit_assert (&v, last);
}

static void
test_wrong (gboolean async, gconstpointer data)
{
  const Place *place = data;
  g_autofree char *path = g_strdup_printf ("/%s/hello.txt", place->folder);
  g_autofree char *once = g_strdup_printf ("GET %s 401", path);
  g_autofree char *twice = g_strdup_printf ("GET %s 401 | GET %s 401", path, path);
  g_autofree char *found = g_strdup_printf ("%s | GET %s 200", twice, path);
  g_auto (Visit) v;

  if (!visit_init (&v, async, place->server, NULL))
    return;
  visit_get (&v, path, 401);
  visit_assert (&v, once);
  tern_client_add_credentials (v.ask.client, "user", "wrong", NULL);
  visit_get (&v, path, 401);
  visit_assert (&v, twice);
  tern_client_add_credentials (v.ask.client, "user", "secret", NULL);
  visit_get (&v, path, 200);
  visit_assert (&v, found);
}

static void
test_userinfo (gboolean async, gconstpointer data)
{
  const Place *place = data;
  g_autofree char *path = g_strdup_printf ("/%s/hello.txt", place->folder);
  g_autofree char *first
      = g_strdup_printf ("GET %s 401 | GET %s 200 | GET %s 401", path, path, path);
  g_autofree char *uri = NULL;
  g_auto (Visit) v;

  if (!visit_init (&v, async, place->server, NULL))
    return;
  uri = g_strdup_printf ("http://user:s%%65cret@127.0.0.1:%u%s",
                         tern_real_server_get_port (servers[place->server]), path);
  visit_get (&v, uri, 200);
  visit_get (&v, path, 401);
  visit_assert (&v, first);
}

/* ---- what only real servers do ---- */

/* Within a second nonces grow old; what has grown old costs one more request, and no more. */
static void
test_stale (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  visit_get (&v, "/short/hello.txt", 200);
  visit_assert (&v, "GET /short/hello.txt 401 | GET /short/hello.txt 200");
  g_usleep (1200 * 1000);
  visit_get (&v, "/short/hello.txt", 200);
  visit_assert (&v, "GET /short/hello.txt 401 | GET /short/hello.txt 200");
}

/* A nonce for each request, named by the answer to the one before. */
static void
test_once (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  visit_get (&v, "/once/hello.txt", 200);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *info = tern_response_get_header (v.ask.response, "Authentication-Info");

      g_assert_nonnull (strstr (info, "nextnonce="));
      visit_get (&v, "/once/hello.txt", 200);
    }
  visit_assert (&v, "GET /once/hello.txt 401 | GET /once/hello.txt 200 | GET /once/hello.txt 200 | "
                    "GET /once/hello.txt 200 | GET /once/hello.txt 200 | GET /once/hello.txt 200");
}

/* Two folders are one space, a third is not of it. */
static void
test_domain (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  visit_get (&v, "/domain-a/hello.txt", 200);
  visit_get (&v, "/domain-b/page.html", 200);
  visit_assert (&v, "GET /domain-a/hello.txt 401 | GET /domain-a/hello.txt 200 | "
                    "GET /domain-b/page.html 200");
  visit_get (&v, "/domain-c/hello.txt", 200);
  visit_get (&v, "/domain-c/hello.txt", 200);
  visit_get (&v, "/domain-b/hello.txt", 200);
  visit_assert (&v, "GET /domain-c/hello.txt 401 | GET /domain-c/hello.txt 200 | "
                    "GET /domain-c/hello.txt 200 | GET /domain-b/hello.txt 200");
}

/* Basic below a folder, Digest beside it, nothing outside: each is told its own. */
static void
test_side_by_side (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  visit_get (&v, "/basic/hello.txt", 200);
  visit_get (&v, "/hello.txt", 200);
  visit_get (&v, "/digest/hello.txt", 200);
  visit_get (&v, "/basic/page.html", 200);
  visit_get (&v, "/digest/page.html", 200);
  visit_get (&v, "/short/page.html", 200);
  visit_assert (&v, "GET /basic/hello.txt 401 | GET /basic/hello.txt 200 | GET /hello.txt 200 | "
                    "GET /digest/hello.txt 401 | GET /digest/hello.txt 200 | "
                    "GET /basic/page.html 200 | GET /digest/page.html 200 | "
                    "GET /short/page.html 200");
}

/* ---- bodies ---- */

#define BODY "all of it, and twice\n"

static void
give_body (TernRequest *request, guint kind)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (BODY, strlen (BODY));
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  g_autofree char *path
      = g_build_filename (tern_real_server_get_dir (servers[APACHE]), "upload", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (kind == 0)
    tern_request_set_body_bytes (request, "text/plain", bytes);
  else if (kind == 1)
    tern_request_set_body_stream (request, "text/plain", stream, (gint64)strlen (BODY));
  else if (kind == 2)
    tern_request_set_body_stream (request, "text/plain", stream, -1);
  else
    {
      g_assert_true (g_file_set_contents (path, BODY, -1, NULL));
      tern_request_set_body_file (request, "text/plain", file);
    }
}

static void
test_bodies (gboolean async, gconstpointer data)
{
  const char *path = data;
  g_autofree char *first = g_strdup_printf ("POST %s 401 | POST %s 200", path, path);
  g_autofree char *then = g_strdup_printf ("POST %s 200", path);
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  for (guint kind = 0; kind < 4; kind++)
    for (guint i = 0; i < 2; i++)
      {
        visit_ask (&v, "POST", path);
        give_body (v.ask.request, kind);
        ask_fetch (&v.ask, NULL);
        ask_assert_ok (&v.ask, 200, BODY);
        visit_assert (&v, i == 0 ? first : then);
        if (i == 0)
          continue;
        tern_client_clear_credentials (v.ask.client);
        tern_client_add_credentials (v.ask.client, "user", "secret", NULL);
      }
}

/* What can be read once only goes through where the space is open, and says so elsewhere. */
static void
test_read_once (gboolean async, gconstpointer data)
{
  const char *path = data;
  g_autofree char *asked = g_strdup_printf ("POST %s 401 | POST %s 401 | POST %s 200 | POST %s 200",
                                            path, path, path, path);
  g_auto (Visit) v;

  if (!visit_init (&v, async, APACHE, "secret"))
    return;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (BODY, strlen (BODY));
      g_autoptr (GInputStream) stream = odd_stream_new (bytes, ODD_STREAM_POLLABLE);

      visit_ask (&v, "POST", path);
      tern_request_set_body_stream (v.ask.request, "text/plain", stream, -1);
      ask_fetch (&v.ask, NULL);
      if (i == 1)
        ask_assert_ok (&v.ask, 200, BODY);
      else
        ask_assert_tern_error (&v.ask, BODY_NOT_REWINDABLE, NULL);
      if (i == 0)
        {
          visit_ask (&v, "POST", path);
          give_body (v.ask.request, 0);
          ask_fetch (&v.ask, NULL);
          ask_assert_ok (&v.ask, 200, BODY);
        }
    }
  visit_assert (&v, asked);
}

/* ---- squid ---- */

static void
use_squid (Visit *self, const char *password)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1",
                                                tern_real_server_get_port (servers[self->server]));

  if (password)
    tern_proxy_set_credentials (proxy, "user", password);
  tern_client_set_proxy (self->ask.client, proxy);
  tern_client_set_ca_file (self->ask.client, tern_test_certs_get_ca_file (certs));
}

static void
test_squid (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri = tern_origin_uri (origin, "/echo");
  g_autofree char *first = g_strdup_printf ("POST %s 407 | POST %s 200", uri, uri);
  g_autofree char *then = g_strdup_printf ("GET %s 200", uri);
  g_autofree char *refused = g_strdup_printf ("GET %s 407 | GET %s 407", uri, uri);
  g_auto (Visit) v;

  if (!visit_init (&v, async, GPOINTER_TO_UINT (data), NULL))
    return;
  tern_origin_add_demo (origin);
  use_squid (&v, "secret");
  for (guint kind = 0; kind < 4; kind++)
    {
      g_autoptr (TernOriginRequest) request = NULL;

      visit_ask (&v, "POST", uri);
      give_body (v.ask.request, kind);
      ask_fetch (&v.ask, NULL);
      ask_assert_ok (&v.ask, 200, NULL);
      visit_assert (&v, first);
      request = tern_origin_get_request (origin, kind * 2);
      g_assert_cmpstr (tern_origin_request_body (request, NULL), ==, BODY);
      g_assert_null (tern_origin_request_header (request, "Proxy-Authorization"));
      visit_get (&v, uri, 200);
      visit_assert (&v, then);
      tern_client_clear_credentials (v.ask.client); /* and what was remembered */
    }
  use_squid (&v, "wrong");
  visit_get (&v, uri, 407);
  visit_assert (&v, refused);
}

/* squid asks, and apache2 behind it: each is told its own, in three requests. */
static void
test_squid_and_apache (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *first = NULL;
  g_autofree char *then = NULL;
  g_auto (Visit) v;

  if (!visit_init (&v, async, GPOINTER_TO_UINT (data), "secret"))
    return;
  uri = tern_real_server_uri (servers[APACHE], "/digest/hello.txt");
  first = g_strdup_printf ("GET %s 407 | GET %s 401 | GET %s 200", uri, uri, uri);
  then = g_strdup_printf ("GET %s 200", uri);
  use_squid (&v, "secret");
  visit_get (&v, uri, 200);
  visit_assert (&v, first);
  visit_get (&v, uri, 200);
  visit_assert (&v, then);
}

/* Tunnels that are opened one after the other; squid tells of one when it ends. */
static void
test_squid_tunnel (gboolean async, gconstpointer data)
{
  const Server server = GPOINTER_TO_UINT (data);
  g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_autofree char *uri = tern_origin_uri (origin, "/plain");
  g_autofree char *target = g_strdup_printf ("CONNECT localhost:%u", tern_origin_get_port (origin));
  g_autofree char *first = g_strdup_printf ("%s 407 | %s 200", target, target);
  g_autofree char *then = g_strdup_printf ("%s 200", target);
  g_autofree char *refused = g_strdup_printf ("%s 407 | %s 407", target, target);
  g_auto (Visit) v;

  if (!visit_init (&v, async, server, NULL))
    return;
  tern_origin_add_demo (origin);
  use_squid (&v, "secret");
  for (guint i = 0; i < 3; i++)
    {
      visit_get (&v, uri, 200);
      visit_get (&v, uri, 200);
      tern_client_close (v.ask.client);
      visit_assert (&v, i == 0 ? first : then);
    }
  use_squid (&v, "wrong");
  visit_ask (&v, "GET", uri);
  ask_fetch (&v.ask, NULL);
  ask_assert_tern_error (&v.ask, PROXY_AUTH, "407");
  visit_assert (&v, refused);
}

/* Where the name is looked up here, squid is told the address, and the answer is about that. */
static void
test_squid_address (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_autofree char *uri = tern_origin_uri (origin, "/plain");
  g_autofree char *target = g_strdup_printf ("CONNECT 127.0.0.1:%u", tern_origin_get_port (origin));
  g_autofree char *first = g_strdup_printf ("%s 407 | %s 200", target, target);
  g_autofree char *then = g_strdup_printf ("%s 200", target);
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Visit) v;

  if (!visit_init (&v, async, GPOINTER_TO_UINT (data), NULL))
    return;
  tern_origin_add_demo (origin);
  use_squid (&v, NULL);
  proxy = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1",
                          tern_real_server_get_port (servers[v.server]));
  tern_proxy_set_credentials (proxy, "user", "secret");
  tern_proxy_set_remote_dns (proxy, FALSE);
  tern_client_set_proxy (v.ask.client, proxy);
  for (guint i = 0; i < 3; i++)
    {
      visit_get (&v, uri, 200);
      tern_client_close (v.ask.client);
      visit_assert (&v, i == 0 ? first : then);
    }
}

static void
start_servers (void)
{
  g_autoptr (GError) error = NULL;

  certs = tern_test_certs_new ();
  servers[APACHE] = tern_real_server_new_apache (NULL, &error);
  if (!error)
    servers[NGINX] = tern_real_server_new_nginx (NULL, &error);
  if (!error)
    servers[SQUID_BASIC] = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_BASIC, &error);
  if (!error)
    servers[SQUID_DIGEST] = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_DIGEST, &error);
  if (error)
    why_not = g_strdup (error->message);
}

static void
stop_servers (void)
{
  for (guint i = 0; i < N_SERVERS; i++)
    g_clear_pointer (&servers[i], tern_real_server_free);
  g_clear_pointer (&certs, tern_test_certs_free);
  g_clear_pointer (&why_not, g_free);
}

static void
add (const char *name, const char *what, TernTestBothFunc func, gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/real/auth/%s/%s", name, what);

  tern_test_add_both (path, func, data);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  start_servers ();
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      add (places[i].name, "right", test_right, &places[i]);
      add (places[i].name, "wrong", test_wrong, &places[i]);
      add (places[i].name, "userinfo", test_userinfo, &places[i]);
    }
  add ("apache2", "stale", test_stale, NULL);
  add ("apache2", "once", test_once, NULL);
  add ("apache2", "domain", test_domain, NULL);
  add ("apache2", "side-by-side", test_side_by_side, NULL);
  add ("apache2/basic", "bodies", test_bodies, "/echo/basic/");
  add ("apache2/digest", "bodies", test_bodies, "/echo/digest/");
  add ("apache2/basic", "read-once", test_read_once, "/echo/basic/");
  add ("apache2/digest", "read-once", test_read_once, "/echo/digest/");
  for (guint i = SQUID_BASIC; i <= SQUID_DIGEST; i++)
    {
      const char *name = i == SQUID_BASIC ? "squid/basic" : "squid/digest";

      add (name, "absolute", test_squid, GUINT_TO_POINTER (i));
      add (name, "apache2", test_squid_and_apache, GUINT_TO_POINTER (i));
      add (name, "tunnel", test_squid_tunnel, GUINT_TO_POINTER (i));
      add (name, "address", test_squid_address, GUINT_TO_POINTER (i));
    }
  result = g_test_run ();
  stop_servers ();
  return result;
}
