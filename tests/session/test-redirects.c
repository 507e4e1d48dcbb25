/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which redirects are followed, with what method and which body. What must not travel along is in
 * test-redirect-secrets.c. */

#include "session.h"

#include <string.h>

/* ---- the table ---- */

typedef struct
{
  gboolean follow;
  gboolean follow_all;
} Mode;

static const Mode mode_default = { TRUE, FALSE };
static const Mode mode_all = { TRUE, TRUE };
static const Mode mode_never = { FALSE, TRUE }; /* FALSE wins */

static gboolean
is_in (const char *method, const char *list)
{
  return strstr (list, method) != NULL;
}

/* httplib2's table, but for HEAD, which stays HEAD after 302 and 303: its GET is one of its bugs.
 */
static const char *
expected_method (const Mode *mode, guint code, const char *method)
{
  if (!mode->follow || code == 305)
    return NULL;
  if (!mode->follow_all && code != 303 && code != 308 && !is_in (method, "GET HEAD OPTIONS"))
    return NULL;
  if ((code == 302 || code == 303) && strcmp (method, "HEAD") != 0)
    return "GET";
  return method;
}

static void
check_one (Session *s, const Mode *mode, guint code, const char *method)
{
  const gboolean with_body = is_in (method, "POST PUT");
  const gboolean keeps_body = with_body && code != 302 && code != 303;
  const char *next = expected_method (mode, code, method);
  g_autofree char *path = g_strdup_printf ("/redirect?code=%u&to=/echo", code);
  g_autofree char *first = g_strconcat (method, " ", path, NULL);
  g_autofree char *second = next ? g_strconcat (next, " /echo", NULL) : NULL;

  tern_origin_clear_log (s->origin);
  session_ask (s, method, path);
  if (with_body)
    session_body (s, "payload");
  session_fetch (s);
  session_assert (s, next ? 200 : code, NULL);
  g_assert_cmpuint (tern_origin_n_requests (s->origin), ==, next ? 2 : 1);
  origin_assert_request (s->origin, 0, first);
  if (!next)
    {
      g_assert_null (tern_response_get_previous (s->response));
      return;
    }
  origin_assert_request (s->origin, 1, second);
  origin_assert_body (s->origin, 1, keeps_body ? "payload" : "");
  origin_assert_field (s->origin, 1, "Content-Length", keeps_body ? "7" : NULL);
  origin_assert_field (s->origin, 1, "Content-Type", keeps_body ? "text/plain" : NULL);
}

static void
test_table (gboolean async, gconstpointer data)
{
  static const guint codes[] = { 300, 301, 302, 303, 305, 307, 308 };
  static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "OPTIONS" };
  const Mode *mode = data;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_follow_redirects (s.client, mode->follow);
  tern_client_set_follow_all_redirects (s.client, mode->follow_all);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (methods); j++)
      check_one (&s, mode, codes[i], methods[j]);
  /* Every body was read to its end, so one connection served all. */
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

static void
test_codes (gboolean async, gconstpointer data)
{
  const int codes[] = { 302, 304, 305 };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_redirect_codes (s.client, codes, G_N_ELEMENTS (codes));
  session_get (&s, "/redirect?code=302", 200, TERN_ORIGIN_DEMO_TEXT);
  session_get (&s, "/redirect?code=308", 308, "Elsewhere.\n");
  session_get (&s, "/redirect?code=301", 301, "Elsewhere.\n");
  /* These never are, whatever the program says. */
  session_get (&s, "/redirect?code=304", 304, "");
  session_get (&s, "/redirect?code=305", 305, "Elsewhere.\n");
}

static void
test_safe_methods (gboolean async, gconstpointer data)
{
  const char *const methods[] = { "POST", "FETCH", NULL };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_safe_methods (s.client, methods);
  session_ask (&s, "FETCH", "/redirect?code=301&to=/echo");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_request (s.origin, 1, "FETCH /echo");
  session_get (&s, "/redirect?code=301", 301, NULL);
  session_get (&s, "/redirect?code=303", 200, TERN_ORIGIN_DEMO_TEXT);
}

/* ---- bodies ---- */

typedef enum
{
  BODY_BYTES,
  BODY_STREAM,
  BODY_CHUNKED,
  BODY_FILE,
} BodyKind;

static void
set_body (Session *s, BodyKind kind, const char *text, const char *dir)
{
  g_autoptr (GInputStream) stream = session_stream (text, TRUE);
  g_autofree char *name = NULL;
  g_autoptr (GFile) file = NULL;

  switch (kind)
    {
    case BODY_BYTES:
      session_body (s, text);
      break;
    case BODY_STREAM:
      tern_request_set_body_stream (s->request, "text/plain", stream, strlen (text));
      break;
    case BODY_CHUNKED:
      tern_request_set_body_stream (s->request, "text/plain", stream, -1);
      break;
    case BODY_FILE:
    default:
      name = g_build_filename (dir, "body", NULL);
      g_assert_true (g_file_set_contents (name, text, -1, NULL));
      file = g_file_new_for_path (name);
      tern_request_set_body_file (s->request, "text/plain", file);
    }
}

static void
test_body_again (gboolean async, gconstpointer data)
{
  const BodyKind kind = GPOINTER_TO_INT (data);
  g_autofree char *dir = tern_test_make_dir ("redirects");
  g_auto (Session) s;

  session_init (&s, async);
  session_ask (&s, "PUT", "/redirect?code=308&to=/redirect%3Fcode%3D308%26to%3D/echo");
  set_body (&s, kind, "all of this, three times", dir);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      origin_assert_body (s.origin, i, "all of this, three times");
      origin_assert_field (s.origin, i, "Content-Type", "text/plain");
    }
  tern_test_remove_dir (dir);
}

static void
test_body_not_rewindable (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_autoptr (GInputStream) stream = session_stream ("once", FALSE);
  TernFailure *failure;

  session_init (&s, async);
  session_ask (&s, "PUT", "/redirect?code=307&to=/echo");
  tern_client_set_follow_all_redirects (s.client, TRUE);
  tern_request_set_body_stream (s.request, NULL, stream, -1);
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE, "127.0.0.1");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
  failure = session_failure (&s);
  g_assert_nonnull (failure);
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 307);
}

/* Where the body is dropped, nobody cares whether it could be read again. */
static void
test_body_dropped (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_autoptr (GInputStream) stream = session_stream ("once", FALSE);

  session_init (&s, async);
  session_ask (&s, "POST", "/redirect?code=303&to=/echo");
  tern_request_set_body_stream (s.request, "text/x", stream, 4);
  session_header (&s, "content-LANGUAGE", "fr");
  session_header (&s, "Content-MD5", "x");
  session_header (&s, "Expect", "100-continue");
  session_header (&s, "X-Kept", "yes");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_request (s.origin, 1, "GET /echo");
  origin_assert_body (s.origin, 0, "once");
  origin_assert_field (s.origin, 0, "Content-Language", "fr");
  origin_assert_field (s.origin, 1, "Content-Type", NULL);
  origin_assert_field (s.origin, 1, "Content-Language", NULL);
  origin_assert_field (s.origin, 1, "Content-MD5", NULL);
  origin_assert_field (s.origin, 1, "Content-Length", NULL);
  origin_assert_field (s.origin, 1, "Transfer-Encoding", NULL);
  origin_assert_field (s.origin, 1, "Expect", NULL);
  origin_assert_field (s.origin, 1, "X-Kept", "yes");
}

/* ---- where to ---- */

static void
test_targets (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *from;
    const char *location; /* @ is host and port */
    const char *line;
    const char *uri; /* behind the authority */
  } cases[] = {
    { "/a/b/c", "d", "GET /a/b/d", "/a/b/d" },
    { "/a/b/c", "../d?q", "GET /a/d?q", "/a/d?q" },
    { "/a/b/c", "../../../../d", "GET /d", "/d" },
    { "/a/b/c?x", "?y", "GET /a/b/c?y", "/a/b/c?y" },
    { "/a/b/c?x", "/", "GET /", "/" },
    { "/a/b/c", "//@/d", "GET /d", "/d" },
    { "/a/b/c", "HTTP://@/d", "GET /d", "/d" },
    { "/a/b/c#part", "/d", "GET /d", "/d#part" },
    { "/a/b/c#part", "/d#own", "GET /d", "/d#own" },
    { "/a/b/c", "/d e\tf", "GET /d%20e%09f", "/d%20e%09f" },
    { "/a/b/c", "/\xc3\xbc", "GET /%C3%BC", "/%C3%BC" },
    { "/a/b/c", "/\xfc", "GET /%FC", "/%FC" },
    { "/a/b/c", "/d%2fe", "GET /d%2fe", "/d%2fe" },
    { "/a/b/c", "d:e", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Session) s;
      g_autofree char *root = NULL;
      g_autofree char *uri = NULL;
      g_auto (GStrv) around = g_strsplit (cases[i].location, "@", 2);
      g_autofree char *location = NULL;
      g_autofree char *fields = NULL;

      session_init (&s, async);
      root = tern_origin_uri (s.origin, "");
      location = g_strjoinv (root + strlen ("http://"), around);
      fields = g_strdup_printf ("Location: %s\r\n", location);
      tern_origin_add_reply (s.origin, "", 200, NULL, "there");
      tern_origin_add_reply (s.origin, "/", 200, NULL, "there");
      tern_origin_add_reply (s.origin, "/a/b/c", 301, fields, "moved");
      if (strchr (cases[i].location, '?') == cases[i].location)
        {
          /* The same path answers both times: the second time by a script. */
          g_autofree char *moved = g_strdup_printf (
              "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n%s\r\n", fields);

          tern_origin_push_script (s.origin, moved, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
          tern_origin_add_reply (s.origin, "/a/b/c", 200, NULL, "there");
        }
      session_ask (&s, "GET", cases[i].from);
      session_fetch (&s);
      if (!cases[i].line)
        {
          session_assert_error (&s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_SCHEME, NULL);
          continue;
        }
      session_assert (&s, 200, "there");
      origin_assert_request (s.origin, 1, cases[i].line);
      uri = g_strconcat (root, cases[i].uri, NULL);
      g_assert_cmpstr (tern_response_get_uri (s.response), ==, uri);
      /* content-location has no fragment. */
      *strchrnul (uri, '#') = '\0';
      session_assert_header (&s, "Content-Location", uri);
    }
}

static void
test_refused_targets (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *location;
    int code;
  } cases[] = {
    { "Location: ftp://127.0.0.1/x\r\n", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "Location: file:///etc/passwd\r\n", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "Location: data:,hello\r\n", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "Location: javascript:alert(1)\r\n", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "Location: http://\r\n", TERN_ERROR_INVALID_URL },
    { "Location: http:///x\r\n", TERN_ERROR_INVALID_URL },
    { "Location: http://a b/x\r\n", TERN_ERROR_INVALID_URL },
    { "Location: http://127.0.0.1:99999/x\r\n", TERN_ERROR_INVALID_URL },
    { "Location: http://127.0.0.1:65616/x\r\n", TERN_ERROR_INVALID_URL },
    { "Location: http://good.example\\@127.0.0.1/\r\n", TERN_ERROR_INVALID_URL },
    { "Location: /x\r\nLocation: /y\r\n", TERN_ERROR_MALFORMED_HEADER },
    { "Location:\r\n", TERN_ERROR_REDIRECT_MISSING_LOCATION },
    { NULL, TERN_ERROR_REDIRECT_MISSING_LOCATION },
  };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TernFailure *failure;

      tern_origin_clear_log (s.origin);
      tern_origin_add_reply (s.origin, "/away", 302, cases[i].location, "moved");
      session_ask (&s, "GET", "/away");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR, cases[i].code, NULL);
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
      failure = session_failure (&s);
      g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 302);
    }
}

static void
test_missing_location (gboolean async, gconstpointer data)
{
  static const guint codes[] = { 300, 301, 302, 303, 307, 308 };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      tern_origin_add_reply (s.origin, "/away", codes[i], NULL, "moved");
      session_ask (&s, "GET", "/away");
      session_fetch (&s);
      if (codes[i] == 300) /* a list to choose from */
        session_assert (&s, 300, "moved");
      else
        session_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_MISSING_LOCATION, "Location");
    }
  /* A redirect that is not followed needs none. */
  session_ask (&s, "POST", "/away");
  tern_origin_add_reply (s.origin, "/away", 301, NULL, "moved");
  session_fetch (&s);
  session_assert (&s, 301, "moved");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/redirects/table/default", test_table, &mode_default);
  tern_test_add_both ("/redirects/table/all", test_table, &mode_all);
  tern_test_add_both ("/redirects/table/never", test_table, &mode_never);
  tern_test_add_both ("/redirects/codes", test_codes, NULL);
  tern_test_add_both ("/redirects/safe-methods", test_safe_methods, NULL);
  tern_test_add_both ("/redirects/body/bytes", test_body_again, GINT_TO_POINTER (BODY_BYTES));
  tern_test_add_both ("/redirects/body/stream", test_body_again, GINT_TO_POINTER (BODY_STREAM));
  tern_test_add_both ("/redirects/body/chunked", test_body_again, GINT_TO_POINTER (BODY_CHUNKED));
  tern_test_add_both ("/redirects/body/file", test_body_again, GINT_TO_POINTER (BODY_FILE));
  tern_test_add_both ("/redirects/body/not-rewindable", test_body_not_rewindable, NULL);
  tern_test_add_both ("/redirects/body/dropped", test_body_dropped, NULL);
  tern_test_add_both ("/redirects/targets", test_targets, NULL);
  tern_test_add_both ("/redirects/refused-targets", test_refused_targets, NULL);
  tern_test_add_both ("/redirects/missing-location", test_missing_location, NULL);
  return g_test_run ();
}
