/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Digest as a whole: what is sent where, and how often, to a server that checks and counts. */

#include "door.h"
#include "session.h"

#include <string.h>
#include <sys/stat.h>
#include <tern/tern-error.h>

typedef struct
{
  Session s;
  Door door;
} Visit;

static void
visit_init (Visit *self, gboolean async)
{
  session_init (&self->s, async);
  door_init (&self->door);
  tern_origin_add_route (self->s.origin, "", door_serve, &self->door);
  tern_origin_add_route (self->s.origin, "/", door_serve, &self->door);
  tern_client_add_credentials (self->s.client, "user", "secret", NULL);
}

static void
visit_clear (Visit *self)
{
  session_clear (&self->s);
  door_clear (&self->door);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static void
enter (const char *where, Visit *v, const char *path)
{
  session_get_at (where, &v->s, path, 200, "come in");
}

#define enter(v, path) enter (G_STRLOC, (v), (path))

/* ---- every option ---- */

static void
test_options (gboolean async, gconstpointer data)
{
  static const char *const algorithms[] = { NULL, "MD5", "MD5-sess", "SHA-256", "SHA-256-sess" };
  static const char *const qops[] = { NULL, "auth", "auth-int", "auth-int,auth", "x, auth-int" };

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    for (guint j = 0; j < G_N_ELEMENTS (qops); j++)
      {
        g_auto (Visit) v;

        /* Without a cnonce there is no session (RFC 7616 §3.4.2). */
        if (!qops[j] && algorithms[i] && g_str_has_suffix (algorithms[i], "-sess"))
          continue;
        visit_init (&v, async);
        v.door.algorithm = algorithms[i];
        v.door.qop = qops[j];
        v.door.is_strict = TRUE;
        v.door.more = ", opaque=\"\\\\\", unheard=of";
        enter (&v, "/a?b=\"c\"");
        session_ask (&v.s, "PUT", "/d");
        session_body (&v.s, "all of it");
        session_fetch (&v.s);
        session_assert (&v.s, 200, "come in");
        enter (&v, "/a");
        door_assert (&v.door, 3, 1, 0, 0);
      }
}

/* ---- nonces ---- */

static void
test_stale (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.uses = 2;
  for (guint i = 0; i < 7; i++)
    enter (&v, "/a");
  door_assert (&v.door, 7, 1, 3, 0);
  /* It is no reason to ask a person, nor to take other credentials. */
  tern_client_add_credentials (v.s.client, "other", "word", NULL);
  enter (&v, "/a");
  enter (&v, "/a");
  door_assert (&v.door, 9, 1, 4, 0);
}

static void
test_always_stale (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.is_always_old = TRUE;
  session_get (&v.s, "/a", 401, "who is there?");
  door_assert (&v.door, 0, 1, 3, 0);
}

static void
test_next_nonce (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.uses = 2;
  v.door.names_next = TRUE;
  v.door.is_strict = TRUE;
  for (guint i = 0; i < 9; i++)
    enter (&v, "/a");
  door_assert (&v.door, 9, 1, 0, 0);
}

/* Who cannot show that he knows the password is not taken for who was meant: the answer stands, but
 * nothing is told him unasked. */
static void
test_proof (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.lies = TRUE;
  enter (&v, "/a");
  enter (&v, "/a");
  door_assert (&v.door, 2, 2, 0, 0);
  v.door.lies = FALSE;
  enter (&v, "/a");
  enter (&v, "/a");
  door_assert (&v.door, 4, 3, 0, 0);
}

/* ---- spaces ---- */

static void
test_domain (gboolean async, gconstpointer data)
{
  g_autofree char *port = NULL;
  g_autofree char *more = NULL;
  g_auto (Visit) v;

  visit_init (&v, async);
  port = g_strdup_printf ("%u", tern_origin_get_port (v.s.origin));
  more = g_strdup_printf (", domain=\"/x /y/z http://127.0.0.1:%s/w/ http://elsewhere.test/ "
                          "http://127.0.0.1:1/v ::: relative\"",
                          port);
  v.door.more = more;
  enter (&v, "/x/1");
  door_assert (&v.door, 1, 1, 0, 0);
  enter (&v, "/x");
  enter (&v, "/x?q");
  enter (&v, "/y/z/deep");
  enter (&v, "/w/1");
  enter (&v, "/x/relative");
  door_assert (&v.door, 6, 1, 0, 0);
  enter (&v, "/v");
  door_assert (&v.door, 7, 2, 0, 0);
  enter (&v, "/xy");
  enter (&v, "/y/zz");
  enter (&v, "/w");
  door_assert (&v.door, 10, 5, 0, 0);
}

/* None, or nothing in it, is all of the server; nothing of ours in it is where it was asked. */
static void
test_domain_empty (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *more;
    guint n_asked;
  } rows[] = {
    { "", 1 },
    { ", domain=\"\"", 1 },
    { ", domain=\" \"", 1 },
    { ", domain=\"http://elsewhere.test/\"", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Visit) v;

      visit_init (&v, async);
      v.door.more = rows[i].more;
      enter (&v, "/a/b");
      enter (&v, "/a/c");
      enter (&v, "/d");
      door_assert (&v.door, 3, rows[i].n_asked, 0, 0);
    }
}

/* The domain may name another origin as often as it likes. */
static void
test_other_origin (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *more = NULL;
  g_autofree char *location = NULL;
  g_auto (Visit) v;

  visit_init (&v, async);
  uri = tern_origin_uri (session_get_other (&v.s), "/here");
  more = g_strdup_printf (", domain=\"/ %s\"", uri);
  location = g_strdup_printf ("Location: %s\r\n", uri);
  tern_origin_add_reply (v.s.other, "/here", 200, NULL, "elsewhere");
  tern_origin_add_reply (v.s.origin, "/away", 302, location, "away");
  v.door.more = more;
  enter (&v, "/a");
  session_get (&v.s, uri, 200, "elsewhere");
  session_get (&v.s, "/away", 200, "elsewhere");
  for (guint i = 0; i < 2; i++)
    origin_assert_field (v.s.other, i, "Authorization", NULL);
  door_assert (&v.door, 1, 1, 0, 0);
}

static void
test_partitions (gboolean async, gconstpointer data)
{
  static const char *const partitions[] = { "one", "two", NULL, "one", "two", NULL };
  g_auto (Visit) v;

  visit_init (&v, async);
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      session_ask (&v.s, "GET", "/a");
      tern_request_set_partition (v.s.request, partitions[i]);
      session_fetch (&v.s);
      session_assert (&v.s, 200, "come in");
    }
  door_assert (&v.door, 6, 3, 0, 0);
}

/* ---- whose ---- */

static void
test_credentials (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_auto (Visit) v;

  visit_init (&v, async);
  enter (&v, "/a");
  tern_client_clear_credentials (v.s.client);
  session_get (&v.s, "/a", 401, "who is there?");
  door_assert (&v.door, 1, 2, 0, 0);
  tern_client_add_credentials (v.s.client, "user", "wrong", NULL);
  tern_client_add_credentials (v.s.client, "user", "secret", "127.0.0.1:1");
  session_get (&v.s, "/a", 401, "who is there?");
  door_assert (&v.door, 1, 3, 0, 1);
  /* Who stands in the URI is who is there, and there alone. */
  uri = g_strdup_printf ("http://user:sec%%72et@127.0.0.1:%u/a", tern_origin_get_port (v.s.origin));
  enter (&v, uri);
  enter (&v, uri);
  door_assert (&v.door, 3, 4, 0, 1);
  session_get (&v.s, "/a", 401, NULL);
  door_assert (&v.door, 3, 5, 0, 2);
  tern_client_add_credentials (v.s.client, "user", "secret", "127.0.0.1");
  enter (&v, "/a");
  door_assert (&v.door, 4, 6, 0, 3);
}

static void
test_own_field (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  enter (&v, "/a");
  session_ask (&v.s, "GET", "/a");
  session_header (&v.s, "Authorization", "Digest of my own");
  session_fetch (&v.s);
  session_assert (&v.s, 401, "who is there?");
  origin_assert_field (v.s.origin, 2, "Authorization", "Digest of my own");
  g_assert_cmpuint (tern_origin_n_requests (v.s.origin), ==, 3);
  enter (&v, "/a");
  door_assert (&v.door, 2, 1, 0, 1);
}

/* A password that was refused with Digest is not told with Basic; the next one is. */
static void
test_downgrade (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.beside = "WWW-Authenticate: Basic realm=\"door\"\r\n";
  enter (&v, "/a");
  tern_client_clear_credentials (v.s.client);
  tern_client_add_credentials (v.s.client, "user", "wrong", NULL);
  session_get (&v.s, "/a", 401, NULL);
  door_assert (&v.door, 1, 2, 0, 1);
  for (guint i = 0; i < tern_origin_n_requests (v.s.origin); i++)
    {
      g_autoptr (TernOriginRequest) request = tern_origin_get_request (v.s.origin, i);
      const char *given = tern_origin_request_header (request, "Authorization");

      g_assert_true (!given || g_str_has_prefix (given, "Digest "));
    }
  /* And where Basic is all that is left, the space that knew Digest is not told either. */
  tern_origin_add_reply (v.s.origin, "/a", 401, v.door.beside, "weak");
  session_get (&v.s, "/a", 401, "weak");
  g_assert_cmpuint (tern_origin_n_requests (v.s.origin), ==, 5);
  tern_client_set_allow_auth_downgrade (v.s.client, TRUE);
  session_get (&v.s, "/a", 401, "weak");
  g_assert_cmpuint (tern_origin_n_requests (v.s.origin), ==, 7);
  origin_assert_field (v.s.origin, 6, "Authorization", "Basic dXNlcjp3cm9uZw==");
}

/* ---- bodies ---- */

typedef enum
{
  BYTES,
  FILE_,
  STREAM,
  CHUNKED,
  ONCE, /* cannot be rewound */
} Kind;

static void
give_body (Session *s, Kind kind)
{
  g_autofree char *dir = tern_test_make_dir ("door");
  g_autofree char *path = g_build_filename (dir, "body", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GInputStream) stream = session_stream ("all of it", kind != ONCE);

  if (kind == BYTES)
    session_body (s, "all of it");
  else if (kind == FILE_)
    {
      g_assert_true (g_file_set_contents (path, "all of it", -1, NULL));
      tern_request_set_body_file (s->request, "text/plain", file);
    }
  else
    tern_request_set_body_stream (s->request, "text/plain", stream, kind == STREAM ? 9 : -1);
  session_fetch (s);
  tern_test_remove_dir (dir);
}

/* A place that is known to want the body hashed does not make anybody wait for a pipe. */
static void
test_pipe (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;
  g_autofree char *dir = tern_test_make_dir ("door");
  g_autofree char *path = g_build_filename (dir, "pipe", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  visit_init (&v, async);
  v.door.qop = "auth-int";
  enter (&v, "/a");
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  session_ask (&v.s, "PUT", "/a");
  tern_request_set_body_file (v.s.request, "text/plain", file);
  session_fetch (&v.s);
  session_assert_error (&v.s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_FILE_MODE, "plain file");
  tern_test_remove_dir (dir);
}

static void
test_bodies (gboolean async, gconstpointer data)
{
  static const char *const qops[] = { "auth", "auth-int" };

  for (guint i = 0; i < G_N_ELEMENTS (qops); i++)
    for (Kind kind = BYTES; kind < ONCE; kind++)
      {
        g_auto (Visit) v;

        visit_init (&v, async);
        v.door.qop = qops[i];
        v.door.algorithm = kind % 2 ? "SHA-256" : "MD5-sess";
        for (guint j = 0; j < 2; j++)
          {
            session_ask (&v.s, "POST", "/a");
            give_body (&v.s, kind);
            session_assert (&v.s, 200, "come in");
          }
        for (guint j = 0; j < 3; j++)
          origin_assert_body (v.s.origin, j, "all of it");
        door_assert (&v.door, 2, 1, 0, 0);
      }
}

/* What can be read once only cannot be hashed first: the next offer may do without, and where there
 * is none the refusal stands. */
static void
test_read_once (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.qop = "auth-int";
  enter (&v, "/a");
  for (guint i = 0; i < 2; i++)
    {
      session_ask (&v.s, "POST", "/a");
      give_body (&v.s, ONCE);
      session_assert (&v.s, 401, "who is there?");
      origin_assert_body (v.s.origin, 2 + i, "all of it");
    }
  door_assert (&v.door, 1, 3, 0, 0);
  v.door.qop = "auth";
  enter (&v, "/a");
  session_ask (&v.s, "POST", "/a");
  give_body (&v.s, ONCE);
  session_assert (&v.s, 200, "come in");
}

static void
on_expect (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree char *fields = NULL;

  if (door_check (data, request, &fields))
    {
      tern_origin_read_body (conn, TRUE);
      tern_origin_reply (conn, 200, NULL, fields, tern_origin_request_body (request, NULL));
      return;
    }
  tern_origin_reply (conn, 401, NULL, fields, "who is there?");
  tern_origin_close (conn);
}

/* Who waits to be asked for the body still has it. */
static void
test_expect (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  tern_origin_add_route_full (v.s.origin, "/e", TERN_ORIGIN_ROUTE_BEFORE_BODY, on_expect, &v.door);
  session_ask (&v.s, "POST", "/e");
  tern_request_set_expect_continue (v.s.request, TRUE);
  give_body (&v.s, ONCE);
  session_assert (&v.s, 200, "all of it");
  door_assert (&v.door, 1, 1, 0, 0);
}

/* ---- what cannot be answered ---- */

#define BAD "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=ROT13\r\n"

static void
test_unsupported (gboolean async, gconstpointer data)
{
  static const char *const bad[] = {
    BAD,
    BAD BAD,
    "WWW-Authenticate: Digest realm=\"x\"\r\n",
    "WWW-Authenticate: Digest nonce=\"x\"\r\n",
    "WWW-Authenticate: Digest\r\n",
    "WWW-Authenticate: Digest realm=x, nonce=n, qop=none\r\n",
    "WWW-Authenticate: Digest realm=x, nonce=n, algorithm=MD5-sess\r\n",
    "WWW-Authenticate: Digest realm=x, nonce=n, algorithm=\"\"\r\n",
  };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      TernResponse *response;

      tern_origin_clear_log (s.origin);
      tern_origin_add_reply (s.origin, "/bad", 401, bad[i], "no way");
      session_ask (&s, "GET", "/bad");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION, NULL);
      response = tern_failure_get_response (session_failure (&s));
      g_assert_cmpuint (tern_response_get_status (response), ==, 401);
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
    }
  /* Without credentials nobody wanted to answer. */
  tern_client_clear_credentials (s.client);
  session_get (&s, "/bad", 401, "no way");
}

static void
test_unsupported_as_response (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_origin_add_reply (s.origin, "/bad", 401, BAD "X-Own: yes\r\n", "no way");
  session_get (&s, "/bad", 500, NULL);
  session_assert_header (&s, "status", "401");
  session_assert_header (&s, "x-own", "yes");
}

/* A good offer beside it, stronger or weaker, is taken. */
static void
test_unsupported_beside (gboolean async, gconstpointer data)
{
  g_auto (Visit) v;

  visit_init (&v, async);
  v.door.beside = BAD;
  enter (&v, "/a");
  door_assert (&v.door, 1, 1, 0, 0);
  tern_origin_add_reply (v.s.origin, "/weak", 401, BAD "WWW-Authenticate: Basic realm=\"weak\"\r\n",
                         "weak");
  tern_client_set_allow_auth_downgrade (v.s.client, TRUE);
  tern_client_clear_credentials (v.s.client);
  tern_client_add_credentials (v.s.client, "user", "secret", NULL);
  session_get (&v.s, "/weak", 401, "weak");
  origin_assert_field (v.s.origin, 3, "Authorization", "Basic dXNlcjpzZWNyZXQ=");
}

/* ---- threads ---- */

#define N_THREADS 8
#define N_ROUNDS 25

static void
work (guint number, gpointer data)
{
  Visit *v = data;
  g_autofree char *uri = tern_origin_uri (v->s.origin, "/a");
  Session own = { .async = number % 2, .client = g_object_ref (v->s.client) };

  for (guint i = 0; i < N_ROUNDS; i++)
    session_get (&own, uri, 200, "come in");
  session_clear (&own);
}

/* Each count of each nonce is used once, whoever uses it. */
static void
test_threads (void)
{
  g_auto (Visit) v;

  visit_init (&v, FALSE);
  v.door.qop = "auth";
  tern_test_run_threads (N_THREADS, work, &v);
  g_assert_cmpuint (v.door.n_let_in, ==, N_THREADS * N_ROUNDS);
  g_assert_cmpuint (v.door.n_asked, <=, N_THREADS);
  door_assert (&v.door, N_THREADS * N_ROUNDS, v.door.n_asked, 0, 0);
}

#define BOTH(name, function) tern_test_add_both ("/session/auth-digest/" name, function, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  BOTH ("options", test_options);
  BOTH ("stale", test_stale);
  BOTH ("always-stale", test_always_stale);
  BOTH ("next-nonce", test_next_nonce);
  BOTH ("proof", test_proof);
  BOTH ("domain", test_domain);
  BOTH ("domain-empty", test_domain_empty);
  BOTH ("other-origin", test_other_origin);
  BOTH ("partitions", test_partitions);
  BOTH ("credentials", test_credentials);
  BOTH ("own-field", test_own_field);
  BOTH ("downgrade", test_downgrade);
  BOTH ("pipe", test_pipe);
  BOTH ("bodies", test_bodies);
  BOTH ("read-once", test_read_once);
  BOTH ("expect", test_expect);
  BOTH ("unsupported", test_unsupported);
  BOTH ("unsupported/as-response", test_unsupported_as_response);
  BOTH ("unsupported/beside", test_unsupported_beside);
  g_test_add_func ("/session/auth-digest/threads", test_threads);
  return g_test_run ();
}
