/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion on HTTP: nginx and apache2, which others wrote. Where they are not installed
 * the tests say so and skip. */
#include "ask.h"
#include "tern-real-server.h"

typedef struct
{
  const char *name;
  const char *text;
  const char *challenge;
  guint post; /* what comes of a POST to a file */
  TernRealServer *(*start) (const TernTestCerts *certs, GError **error);

  TernRealServer *server;
  char *why_not; /* there is none */
} Site;

typedef struct
{
  const Site *site;
  gboolean tls;
} Where;

static TernTestCerts *certs;
static Site sites[] = {
  { .name = "nginx",
    .text = TERN_REAL_SERVER_TEXT,
    .challenge = "Basic realm=\"nginx nest\"",
    .post = 405,
    .start = tern_real_server_new_nginx },
  { .name = "apache2",
    .text = TERN_REAL_SERVER_APACHE_TEXT,
    .challenge = "Basic realm=\"apache2 nest\"",
    .post = 200,
    .start = tern_real_server_new_apache },
};
static Where wheres[G_N_ELEMENTS (sites)][2];

static char *
make_uri (const Where *where, const char *path)
{
  return where->tls ? tern_real_server_tls_uri (where->site->server, path)
                    : tern_real_server_uri (where->site->server, path);
}

/* FALSE: skipped. */
static gboolean
begin (Ask *ask, gboolean async, const Where *where, const char *method, const char *path)
{
  *ask = (Ask){ 0 };
  if (!where->site->server)
    {
      g_test_skip (where->site->why_not);
      return FALSE;
    }
  g_autofree char *uri = make_uri (where, path);
  ask_init (ask, async, NULL, method, uri);
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
  return TRUE;
}

static void
assert_field (Ask *ask, const char *name, const char *value)
{
  g_autofree char *got = tern_response_get_header (ask->response, name);

  g_assert_cmpstr (got, ==, value);
}

static void
test_get (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/hello.txt"))
    return;
  for (guint i = 0; i < 10; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, where->site->text);
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
  assert_field (&ask, "content-type", "text/plain");
  g_assert_cmpuint (tern_response_get_version (ask.response), ==, 11);
  g_assert_cmpint (tern_response_get_tls (ask.response) != NULL, ==,
                   where->tls);
}

static void
test_head (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "HEAD", "/big.bin"))
    return;
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "");
      assert_field (&ask, "Content-Length", "1048576");
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
}

static void
assert_big (GBytes *bytes, gsize from, gsize size)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  g_assert_cmpuint (n, ==, size);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpuint (data[i], ==, (from + i) * 7 % 251);
}

static void
test_big (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/big.bin"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_big (ask.content, 0, TERN_REAL_SERVER_BIG_SIZE);
  ask_send (&ask, NULL);
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  assert_big (body, 0, TERN_REAL_SERVER_BIG_SIZE);
  g_assert_true (tern_response_get_timings (ask.response)->reused);
}

static void
test_range (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/big.bin"))
    return;
  ask_header (&ask, "Range", "bytes=1000-1999");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 206, NULL);
  assert_field (&ask, "Content-Range", "bytes 1000-1999/1048576");
  assert_big (ask.content, 1000, 1000);
}

static void
test_gzip (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_autoptr (GBytes) decoded = NULL;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/page.html"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  decoded = g_bytes_ref (ask.content);
  tern_request_set_accept_encoding (ask.request, FALSE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_field (&ask, "Content-Encoding", NULL);
  g_assert_true (g_bytes_equal (decoded, ask.content));
  /* Asked for by hand it comes as it is on the wire: coded, and smaller. */
  ask_header (&ask, "Accept-Encoding", "gzip");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_field (&ask, "Content-Encoding", "gzip");
  g_assert_cmpuint (g_bytes_get_size (ask.content), <, g_bytes_get_size (decoded) / 2);
}

static void
test_statuses (gboolean async, gconstpointer data)
{
  const Where *where = data;
  static const struct
  {
    const char *path;
    guint status;
  } rounds[] = { { "/missing", 404 },    { "/status/404", 404 }, { "/status/500", 500 },
                 { "/status/503", 503 }, { "/empty", 204 },      { "/hello.txt", 200 } };
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/empty"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_autofree char *uri = make_uri (where, rounds[i].path);

      ask_again (&ask, NULL, "GET", uri);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, rounds[i].status, NULL);
    }
}

static void
test_basic (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/basic/hello.txt"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 401, NULL);
  assert_field (&ask, "WWW-Authenticate", where->site->challenge);
  tern_client_add_credentials (ask.client, "user", "wrong", NULL);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 401, NULL);
  tern_client_clear_credentials (ask.client);
  tern_client_add_credentials (ask.client, "user", "secret", NULL);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, where->site->text);
}

static void
test_redirect (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/redirect"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, where->site->text);
  g_assert_true (g_str_has_suffix (tern_response_get_uri (ask.response), "/hello.txt"));
  g_assert_cmpuint (tern_response_get_status (tern_response_get_previous (ask.response)), ==, 302);
  tern_client_set_follow_redirects (ask.client, FALSE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 302, NULL);
}

/* A method that a file does not know, with a body: read, refused or answered as a GET, and the
 * connection goes on. */
static void
test_post (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (body);
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "POST", "/hello.txt"))
    return;
  tern_request_set_body_bytes (ask.request, "text/plain", body);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, where->site->post, NULL);
  tern_request_set_body_stream (ask.request, "text/plain", stream, -1);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, where->site->post, NULL);
  tern_request_set_body_bytes (ask.request, "text/plain", body);
  tern_request_set_expect_continue (ask.request, TRUE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, where->site->post, NULL);
}

static void
test_resume (gboolean async, gconstpointer data)
{
  const Where *where = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, where, "GET", "/hello.txt"))
    return;
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, where->site->text);
      g_assert_cmpint (tern_tls_info_get_resumed (tern_response_get_tls (ask.response)), ==, i > 0);
      tern_client_close (ask.client);
    }
}

static void
add (const char *name, TernTestBothFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (sites); i++)
    for (guint tls = func == test_resume; tls < 2; tls++)
      {
        g_autofree char *path
            = g_strdup_printf ("/real/%s/%s/%s", sites[i].name, name, tls ? "tls" : "plain");

        tern_test_add_both (path, func, &wheres[i][tls]);
      }
}

static void
start_site (guint i)
{
  g_autoptr (GError) error = NULL;
  Site *site = &sites[i];

  site->server = site->start (certs, &error);
  if (error)
    site->why_not = g_strdup (error->message);
  for (guint tls = 0; tls < 2; tls++)
    wheres[i][tls] = (Where){ site, tls };
}

static void
stop_site (guint i)
{
  g_clear_pointer (&sites[i].server, tern_real_server_free);
  g_clear_pointer (&sites[i].why_not, g_free);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (guint i = 0; i < G_N_ELEMENTS (sites); i++)
    start_site (i);
  add ("get", test_get);
  add ("head", test_head);
  add ("big", test_big);
  add ("range", test_range);
  add ("gzip", test_gzip);
  add ("statuses", test_statuses);
  add ("basic", test_basic);
  add ("redirect", test_redirect);
  add ("post", test_post);
  add ("resume", test_resume);
  result = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (sites); i++)
    stop_site (i);
  tern_test_certs_free (certs);
  return result;
}
