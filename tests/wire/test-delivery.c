/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a response is cut into packets must not matter: byte by byte, in two pieces at every place,
 * or all at once, the program sees the same. */
#include "ask.h"
#include "client/tern-client-private.h"

typedef struct
{
  const char *name;
  const char *method;
  const char *bytes;
  guint status;
  const char *body;
  const char *trailer; /* of X-Sum */
  gboolean closes;
} Answer;

static const Answer answers[] = {
  { "length", "GET",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world", 200,
    "hello world", NULL, FALSE },
  { "chunks", "GET",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: a\r\n b\r\n\r\n"
    "6;x=y\r\nhello \r\n00005\r\nworld\r\n0\r\nX-Sum: 17\r\nY: z\r\n\r\n",
    200, "hello world", "17", FALSE },
  { "close", "GET", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello world", 200,
    "hello world", NULL, TRUE },
  { "head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", 200, "", NULL, FALSE },
  { "no-content", "GET", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", 204, "", NULL, FALSE },
  { "bare-lf", "GET", "HTTP/1.1 200 OK\nContent-Length: 11\nX: y\n\nhello world", 200,
    "hello world", NULL, FALSE },
};

static void
check (Ask *ask, const Answer *answer)
{
  TernHeaders *trailers = tern_response_get_trailers (ask->response);

  ask_assert_ok (ask, answer->status, answer->body);
  g_assert_cmpstr (trailers ? tern_headers_get (trailers, "x-sum") : NULL, ==, answer->trailer);
  /* Trailers stay apart (RFC 9110 §6.5). */
  g_assert_false (tern_headers_has (tern_response_get_headers (ask->response), "X-Sum"));
}

static void
test_bytes (gboolean async, gconstpointer data)
{
  const Answer *answer = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, answer->method, "/");
  tern_origin_push_script (origin, answer->bytes, -1,
                           TERN_ORIGIN_SCRIPT_BYTE_BY_BYTE
                               | (answer->closes ? TERN_ORIGIN_SCRIPT_CLOSE_AFTER : 0));
  ask_fetch (&ask, NULL);
  check (&ask, answer);
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, !answer->closes);
}

typedef struct
{
  const Answer *answer;
  gsize at;
} Split;

static void
write_split (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const Split *split = data;
  const char *bytes = split->answer->bytes;

  tern_origin_write (conn, bytes, (gssize)split->at);
  g_usleep (1500);
  tern_origin_write (conn, bytes + split->at, -1);
  if (split->answer->closes)
    tern_origin_close (conn);
}

static void
test_split (gboolean async, gconstpointer data)
{
  const Answer *answer = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  Split split = { answer, 0 };
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", write_split, &split);
  ask_init (&ask, async, origin, answer->method, "/");
  for (split.at = 1; split.at < strlen (answer->bytes); split.at++)
    {
      ask_fetch (&ask, NULL);
      check (&ask, answer);
    }
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, strlen (answer->bytes) - 1);
  if (!answer->closes)
    g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* The same through the stream, one byte wanted at a time. */
static void
test_sip (gboolean async, gconstpointer data)
{
  const Answer *answer = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GString) got = g_string_new (NULL);
  TernHeaders *trailers;
  char byte;
  gssize n;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, answer->method, "/");
  tern_origin_push_script (origin, answer->bytes, -1,
                           answer->closes ? TERN_ORIGIN_SCRIPT_CLOSE_AFTER
                                          : TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, answer->status, NULL);
  while ((n = ask_read_stream (&ask, &byte, 1, NULL, &ask.error)) > 0)
    g_string_append_c (got, byte);
  g_assert_no_error (ask.error);
  g_assert_cmpint (n, ==, 0);
  g_assert_cmpstr (got->str, ==, answer->body);
  trailers = tern_response_get_trailers (ask.response);
  g_assert_cmpstr (trailers ? tern_headers_get (trailers, "X-Sum") : NULL, ==, answer->trailer);
}

/* Trailers are there once the body was read, however it is read, and not before. */
static void
test_trailers_later (gboolean async, gconstpointer data)
{
  const Answer *answer = &answers[1];
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, answer->bytes, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_assert_null (tern_response_get_trailers (ask.response));
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  tern_test_assert_bytes (g_bytes_get_data (body, NULL), (gssize)g_bytes_get_size (body),
                          "hello world", -1);
  g_assert_cmpstr (tern_headers_get (tern_response_get_trailers (ask.response), "Y"), ==, "z");
  g_assert_true (g_input_stream_close (tern_response_get_body (ask.response), NULL, NULL));
  g_assert_cmpstr (tern_headers_get (tern_response_get_trailers (ask.response), "Y"), ==, "z");
}

static void
add (const char *group, TernTestBothFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/delivery/", group, "/", answers[i].name, NULL);

      tern_test_add_both (path, func, &answers[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("byte-by-byte", test_bytes);
  add ("split", test_split);
  add ("sip", test_sip);
  tern_test_add_both ("/wire/delivery/trailers-later", test_trailers_later, NULL);
  return g_test_run ();
}
