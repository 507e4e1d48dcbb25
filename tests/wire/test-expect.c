/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expect: 100-continue (RFC 9110 §10.1.1): the body waits for the server's word, but not for ever,
 * and is not sent where the answer came without it. */
#include "ask.h"
#include "client/tern-client-private.h"

#define TEXT "the body"

static void
init_post (Ask *ask, gboolean async, TernOrigin *origin)
{
  g_autoptr (GBytes) body = g_bytes_new_static (LITERAL (TEXT));

  ask_init (ask, async, origin, "POST", "/");
  tern_request_set_body_bytes (ask->request, NULL, body);
  tern_request_set_expect_continue (ask->request, TRUE);
}

static void
on_informational (
    TernClient *client, TernRequest *request, guint status, TernHeaders *headers, gpointer data)
{
  *(guint *)data = status;
}

static void
test_agreed (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  guint status = 0;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  init_post (&ask, async, origin);
  g_signal_connect (ask.client, "informational", G_CALLBACK (on_informational), &status);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_header (seen, "Expect"), ==, "100-continue");
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, TEXT);
  g_assert_cmpfloat (ask.ms, <, 225 * ask_slack ());
  g_assert_cmpuint (status, ==, 100);
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 1);
}

/* The program's own header asks for the same. */
static void
test_by_header (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  init_post (&ask, async, origin);
  tern_request_set_expect_continue (ask.request, FALSE);
  ask_header (&ask, "expect", "100-continue");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpuint (tern_origin_request_n_headers (seen, "Expect"), ==, 1);
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, TEXT);
}

static void
test_late (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  g_auto (Ask) ask;

  tern_origin_set_delay (origin, 300);
  tern_origin_add_route_full (origin, "/", TERN_ORIGIN_ROUTE_LATE_CONTINUE, NULL, NULL);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 404, NULL);
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, TEXT);
  g_assert_cmpfloat (tern_origin_request_body_delay (seen), >, 250);
  g_assert_cmpfloat (ask.ms, <, 225 * ask_slack ());
}

/* A server that never heard of it gets the body after a second. */
static void
test_silent (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  g_auto (Ask) ask;

  tern_origin_add_route_full (origin, "/", TERN_ORIGIN_ROUTE_NO_CONTINUE, NULL, NULL);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 404, NULL);
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, TEXT);
  g_assert_cmpfloat (tern_origin_request_body_delay (seen), >, 950);
  g_assert_cmpfloat (tern_origin_request_body_delay (seen), <, 1000 + 300 * ask_slack ());
}

typedef struct
{
  const char *name;
  const char *bytes;
  guint status;
  const char *body;
} Early;

static const Early early[] = {
  { "413", "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig", 413, "big" },
  { "401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno", 401, "no" },
  { "200", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", 200, "fine" },
};

/* An answer without the body: the body stays here, and the half-sent request takes its connection
 * with it. */
static void
test_early (gboolean async, gconstpointer data)
{
  const Early *what = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  tern_origin_push_script (origin, what->bytes, -1,
                           TERN_ORIGIN_SCRIPT_BEFORE_BODY | TERN_ORIGIN_SCRIPT_NO_CONTINUE);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, what->status, what->body);
  g_assert_cmpfloat (ask.ms, <, 225 * ask_slack ());
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  /* Nothing but the head was sent. */
  {
    g_autoptr (TernOriginRequest) seen = tern_origin_get_request (origin, 0);

    g_assert_cmpuint (tern_origin_n_bytes_received (origin), ==,
                      strlen (tern_origin_request_head (seen)));
  }
  ask_again (&ask, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
}

#define REFUSED "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"

static void
push_refusal (TernOrigin *origin)
{
  tern_origin_push_script (origin, REFUSED, -1,
                           TERN_ORIGIN_SCRIPT_BEFORE_BODY | TERN_ORIGIN_SCRIPT_NO_CONTINUE);
}

static void
assert_sent_again (TernOrigin *origin)
{
  g_autoptr (TernOriginRequest) first = tern_origin_get_request (origin, 0);
  g_autoptr (TernOriginRequest) second = tern_origin_get_request (origin, 1);

  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
  g_assert_cmpstr (tern_origin_request_header (first, "Expect"), ==, "100-continue");
  g_assert_null (tern_origin_request_header (second, "Expect"));
  g_assert_cmpstr (tern_origin_request_body (second, NULL), ==, TEXT);
}

static void
test_refused (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  push_refusal (origin);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  assert_sent_again (origin);
}

/* A stream that cannot seek was not touched yet, so it can be sent. */
static void
test_refused_stream (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_data (LITERAL (TEXT), NULL);
  g_autoptr (GInputStream) stream = g_buffered_input_stream_new (memory);
  g_autoptr (GInputStream) blind = NULL;
  g_autoptr (GConverter) none = G_CONVERTER (g_charset_converter_new ("UTF-8", "UTF-8", NULL));
  g_auto (Ask) ask;

  blind = g_converter_input_stream_new (stream, none);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  push_refusal (origin);
  init_post (&ask, async, origin);
  tern_request_set_body_stream (ask.request, NULL, blind, strlen (TEXT));
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  assert_sent_again (origin);
}

/* Once is enough; and where nothing was expected, 417 is an answer like any other. */
static void
test_refused_for_good (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  push_refusal (origin);
  tern_origin_push_script (origin, REFUSED, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 417, "");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
  tern_origin_push_script (origin, REFUSED, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  tern_request_set_expect_continue (ask.request, FALSE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 417, "");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 3);
}

/* An interim response that is not 100 gives no leave. */
static void
test_other_interim (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_push_script (origin,
                           "HTTP/1.1 102 Processing\r\n\r\n"
                           "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
                           -1, TERN_ORIGIN_SCRIPT_BEFORE_BODY | TERN_ORIGIN_SCRIPT_NO_CONTINUE);
  init_post (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 403, "");
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/wire/expect/agreed", test_agreed, NULL);
  tern_test_add_both ("/wire/expect/by-header", test_by_header, NULL);
  tern_test_add_both ("/wire/expect/late", test_late, NULL);
  tern_test_add_both ("/wire/expect/silent", test_silent, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (early); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/expect/early/", early[i].name, NULL);

      tern_test_add_both (path, test_early, &early[i]);
    }
  tern_test_add_both ("/wire/expect/refused", test_refused, NULL);
  tern_test_add_both ("/wire/expect/refused-stream", test_refused_stream, NULL);
  tern_test_add_both ("/wire/expect/refused-for-good", test_refused_for_good, NULL);
  tern_test_add_both ("/wire/expect/other-interim", test_other_interim, NULL);
  return g_test_run ();
}
