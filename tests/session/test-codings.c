/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Content codings from the wire to the program: what is asked for, undone, refused and let be. The
 * limits over what comes out are in test-coding-limits.c. */

#include "session.h"

#include <string.h>

#define TEXT TERN_ORIGIN_DEMO_TEXT

/* An answer of any bytes. */
typedef struct
{
  const char *fields;
  GBytes *body;
  gboolean chunked;
} Answer;

static void
on_answer (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const Answer *answer = data;
  gsize size;
  const char *bytes = g_bytes_get_data (answer->body, &size);
  g_autofree char *head = NULL;

  if (!answer->chunked)
    {
      tern_origin_reply_bytes (conn, 200, NULL, answer->fields, bytes, size);
      return;
    }
  head = g_strdup_printf ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n%s\r\n",
                          answer->fields);
  tern_origin_write (conn, head, -1);
  for (gsize at = 0; at < size; at += 3)
    tern_origin_write_chunk (conn, bytes + at, MIN (3, size - at));
  tern_origin_write (conn, "0\r\nX-End: yes\r\n\r\n", -1);
}

static GBytes *
code (TernOriginCoding coding, GBytes *plain)
{
  gsize size;
  const void *data = g_bytes_get_data (plain, &size);

  return tern_origin_demo_compress (coding, data, size);
}

static GBytes *
code_text (TernOriginCoding coding, const char *text)
{
  return tern_origin_demo_compress (coding, text, -1);
}

static void
fetch_answer (Session *s, const char *fields, GBytes *body, gboolean chunked)
{
  Answer answer = { fields, body, chunked };

  tern_origin_add_route (s->origin, "/answer", on_answer, &answer);
  session_ask (s, "GET", "/answer");
  session_fetch (s);
  if (!s->error)
    return;
  /* The client was done with it early; the origin still reads what the caller is about to free. */
  tern_client_close (s->client);
  g_assert_true (tern_origin_wait_n_open (s->origin, 0, 5000));
}

/* ---- undone ---- */

static void
test_plain_kinds (gboolean async, gconstpointer data)
{
  static const char *const paths[] = { "/gzip", "/gzip-members", "/deflate", "/deflate-raw" };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *length = g_strdup_printf ("%zu", strlen (TEXT));

      session_get (&s, paths[i], 200, TEXT);
      session_assert_header (&s, "Content-Encoding", NULL);
      session_assert_header (&s, "Content-Length", length);
      session_assert_header (&s, "-content-encoding", i < 2 ? "gzip" : "deflate");
    }
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

static void
test_names (gboolean async, gconstpointer data)
{
  static const char *const fields[] = {
    "Content-Encoding: GZip\r\n",
    "content-encoding:x-gzip\r\n",
    "Content-Encoding: identity, gzip, identity\r\n",
    "Content-Encoding: , gzip ,\r\n",
  };
  g_autoptr (GBytes) coded = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      fetch_answer (&s, fields[i], coded, FALSE);
      session_assert (&s, 200, TEXT);
    }
  fetch_answer (&s, "Content-Encoding: identity\r\nX: y\r\n", coded, FALSE);
  g_assert_true (g_bytes_equal (s.content, coded));
}

static void
test_chunked (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) coded = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  TernHeaders *trailers;
  g_auto (Session) s;

  session_init (&s, async);
  fetch_answer (&s, "Content-Encoding: gzip\r\n", coded, TRUE);
  session_assert (&s, 200, TEXT);
  trailers = tern_response_get_trailers (s.response);
  g_assert_cmpstr (tern_headers_get (trailers, "x-end"), ==, "yes");
  session_get (&s, "/plain", 200, TEXT);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

/* However the bytes come, and however they are asked for. */
static void
test_streamed (gboolean async, gconstpointer data)
{
  static const gsize sizes[] = { 1, 7, 4096, 1024 * 1024 };
  g_autofree char *plain = g_malloc (300000);
  g_autoptr (GBytes) coded = NULL;
  guint32 noise = 1;
  g_auto (Session) s;

  session_init (&s, async);
  /* What does not compress takes many reads. */
  for (guint i = 0; i < 300000; i++)
    {
      noise = noise * 1664525 + 1013904223;
      plain[i] = (char)(noise >> 24);
    }
  coded = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, plain, 300000);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Answer answer = { "Content-Encoding: gzip\r\n", coded, i % 2 };
      const gsize total = sizes[i] == 1 ? 2000 : 300000;
      g_autoptr (GByteArray) got = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      tern_origin_add_route (s.origin, "/answer", on_answer, &answer);
      session_ask (&s, "GET", "/answer");
      session_send (&s);
      session_assert (&s, 200, NULL);
      session_assert_header (&s, "Content-Length", NULL);
      while (got->len < total)
        {
          g_autoptr (GBytes) part = session_read (&s, sizes[i], &error);

          g_assert_no_error (error);
          g_assert_cmpuint (g_bytes_get_size (part), >, 0);
          g_byte_array_append (got, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
        }
      tern_test_assert_bytes (got->data, total, plain, total);
      if (total == 300000)
        {
          g_autoptr (GBytes) end = session_read (&s, 10, &error);

          g_assert_no_error (error);
          g_assert_cmpuint (g_bytes_get_size (end), ==, 0);
        }
    }
  /* The first was given up in its middle, all others left their connection behind. */
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 2);
}

static void
test_empty (gboolean async, gconstpointer data)
{
  static const char *const codings[] = { "gzip", "deflate", "gzip, deflate", "br" };
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (codings); i++)
    for (guint chunked = 0; chunked < 2; chunked++)
      {
        g_autofree char *fields = g_strdup_printf ("Content-Encoding: %s\r\n", codings[i]);

        fetch_answer (&s, fields, nothing, chunked);
        session_assert (&s, 200, "");
      }
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

static void
test_no_body (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  session_ask (&s, "HEAD", "/gzip");
  session_fetch (&s);
  session_assert (&s, 200, "");
  session_assert_header (&s, "Content-Encoding", "gzip");
  for (guint status = 204; status <= 304; status += 100)
    {
      tern_origin_add_reply (s.origin, "/none", status, "Content-Encoding: gzip\r\n", NULL);
      session_get (&s, "/none", status, "");
      session_assert_header (&s, "Content-Encoding", "gzip");
    }
}

static void
test_stacked (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) one = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  g_autoptr (GBytes) two = code (TERN_ORIGIN_CODING_ZLIB, one);
  g_autoptr (GBytes) three = code (TERN_ORIGIN_CODING_GZIP, two);
  g_autoptr (GBytes) four = code (TERN_ORIGIN_CODING_GZIP, three);
  g_auto (Session) s;

  session_init (&s, async);
  fetch_answer (&s, "Content-Encoding: gzip, deflate\r\n", two, FALSE);
  session_assert (&s, 200, TEXT);
  session_assert_header (&s, "-content-encoding", "gzip, deflate");
  fetch_answer (&s, "Content-Encoding: gzip\r\nContent-Encoding: deflate,gzip\r\n", three, TRUE);
  session_assert (&s, 200, TEXT);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
  fetch_answer (&s, "Content-Encoding: deflate, gzip\r\n", two, FALSE); /* the wrong way round */
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, NULL);
  fetch_answer (&s, "Content-Encoding: gzip, deflate, gzip, gzip\r\n", four, FALSE);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, "3");
  fetch_answer (&s, "Content-Encoding: gzip\r\nContent-Encoding: deflate\r\n"
                    "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", four, FALSE);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, "3");
}

/* ---- refused ---- */

/* The failure tells what came, and what had been decoded of it. */
static void
assert_refused (Session *s)
{
  TernFailure *failure = session_failure (s);

  session_assert_error (s, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, NULL);
  g_assert_nonnull (failure);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_RECEIVE);
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 200);
}

static void
test_truncated (gboolean async, gconstpointer data)
{
  static const char *const fields[]
      = { "Content-Encoding: gzip\r\n", "Content-Encoding: deflate\r\n",
          "Content-Encoding: deflate\r\n" };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint kind = 0; kind < 3; kind++)
    {
      g_autoptr (GBytes) coded = code_text ((TernOriginCoding)kind, TEXT);
      const gsize size = g_bytes_get_size (coded);

      for (gsize cut = 1; cut < size; cut++)
        {
          g_autoptr (GBytes) part = g_bytes_new_from_bytes (coded, 0, cut);

          fetch_answer (&s, fields[kind], part, cut % 2);
          assert_refused (&s);
        }
    }
}

static void
test_corrupt (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) coded = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  gsize size;
  const guint8 *good = g_bytes_get_data (coded, &size);
  g_auto (Session) s;

  session_init (&s, async);
  for (gsize i = 0; i < size; i++)
    {
      guint8 *bad = g_memdup2 (good, size);
      g_autoptr (GBytes) body = g_bytes_new_take (bad, size);

      if (i >= 4 && i < 10)
        continue; /* the time and where it was made are of no weight */
      bad[i] ^= 0xff;
      fetch_answer (&s, "Content-Encoding: gzip\r\n", body, FALSE);
      assert_refused (&s);
    }
}

static void
test_garbage (gboolean async, gconstpointer data)
{
  static const char *const tails[] = { "x", "\x1f", "\x1f\x8b", "garbage that is long enough" };
  static const char *const codings[] = { "gzip", "deflate", "deflate" };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint kind = 0; kind < 3; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
      {
        g_autoptr (GBytes) coded = code_text ((TernOriginCoding)kind, TEXT);
        GByteArray *both = g_bytes_unref_to_array (g_steal_pointer (&coded));
        g_autoptr (GBytes) body = NULL;
        g_autofree char *fields = g_strdup_printf ("Content-Encoding: %s\r\n", codings[kind]);

        g_byte_array_append (both, (const guint8 *)tails[i], strlen (tails[i]));
        body = g_byte_array_free_to_bytes (both);
        fetch_answer (&s, fields, body, i % 2);
        assert_refused (&s);
      }
}

/* Coded bytes, or what passes for them, are never handed out as plain. */
static void
test_mislabelled (gboolean async, gconstpointer data)
{
  static const char *const fields[]
      = { "Content-Encoding: gzip\r\n", "Content-Encoding: deflate\r\n",
          "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", "Content-Encoding: gz/ip\r\n" };
  g_autoptr (GBytes) plain = g_bytes_new_static (TEXT, strlen (TEXT));
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) read = NULL;

      fetch_answer (&s, fields[i], plain, FALSE);
      assert_refused (&s);
      g_assert_null (tern_failure_get_partial_body (session_failure (&s))
                         ? g_bytes_get_data (tern_failure_get_partial_body (
                                                 session_failure (&s)),
                                             NULL)
                         : NULL);
      session_ask (&s, "GET", "/answer");
      {
        Answer answer = { fields[i], plain, FALSE };

        tern_origin_add_route (s.origin, "/answer", on_answer, &answer);
        session_send (&s);
        session_assert (&s, 200, NULL);
        read = session_read_all (&s, &error);
        g_assert_null (read);
        tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, NULL);
        g_clear_error (&error);
        read = session_read (&s, 100, &error); /* and fails for ever */
        g_assert_null (read);
        tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, NULL);
      }
    }
}

/* ---- let be ---- */

static void
test_unknown (gboolean async, gconstpointer data)
{
  static const char *const codings[] = { "br", "compress", "gzip, br", "br, gzip", "../gzip" };
  g_autoptr (GBytes) coded = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *fields = g_strdup_printf ("Content-Encoding: %s\r\n", codings[i]);
      g_autofree char *length = g_strdup_printf ("%zu", g_bytes_get_size (coded));

      fetch_answer (&s, fields, coded, FALSE);
      session_assert (&s, 200, NULL);
      g_assert_true (g_bytes_equal (s.content, coded));
      session_assert_header (&s, "Content-Encoding", codings[i]);
      session_assert_header (&s, "Content-Length", length);
    }
}

static void
test_raw (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) coded = code_text (TERN_ORIGIN_CODING_GZIP, TEXT);
  Answer answer = { "Content-Encoding: gzip\r\n", coded, FALSE };
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "/answer", on_answer, &answer);
  session_ask (&s, "GET", "/answer");
  tern_request_set_accept_encoding (s.request, FALSE);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  g_assert_true (g_bytes_equal (s.content, coded));
  session_assert_header (&s, "Content-Encoding", "gzip");
  origin_assert_field (s.origin, 0, "Accept-Encoding", NULL);
}

/* ---- asked for ---- */

static void
test_offer (gboolean async, gconstpointer data)
{
  g_autoptr (TernOriginRequest) request = NULL;
  const char *offer;
  g_auto (Session) s;

  session_init (&s, async);
  session_get (&s, "/gzip", 200, TEXT);
  request = tern_origin_get_request (s.origin, 0);
  offer = tern_origin_request_header (request, "Accept-Encoding");
  g_assert_nonnull (strstr (offer, "gzip"));
  g_assert_nonnull (strstr (offer, "deflate"));
  g_assert_cmpuint (tern_origin_request_n_headers (request, "Accept-Encoding"), ==, 1);

  /* The program's own wish is not touched, its answer decoded all the same. */
  session_ask (&s, "GET", "/gzip");
  session_header (&s, "accept-encoding", "gzip;q=0.5");
  session_fetch (&s);
  session_assert (&s, 200, TEXT);
  origin_assert_field (s.origin, 1, "Accept-Encoding", "gzip;q=0.5");

  /* A part of coded bytes is of no use. */
  session_ask (&s, "GET", "/plain");
  session_header (&s, "Range", "bytes=0-4");
  session_fetch (&s);
  origin_assert_field (s.origin, 2, "Accept-Encoding", "identity");
}

static void
test_partial (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_reply (s.origin, "/part", 206,
                         "Content-Encoding: gzip\r\nContent-Range: bytes 3-6/99\r\n", "part");
  session_ask (&s, "GET", "/part");
  session_header (&s, "Range", "bytes=3-6");
  session_fetch (&s);
  session_assert (&s, 206, "part");
  session_assert_header (&s, "Content-Encoding", "gzip");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/codings/kinds", test_plain_kinds, NULL);
  tern_test_add_both ("/codings/names", test_names, NULL);
  tern_test_add_both ("/codings/chunked", test_chunked, NULL);
  tern_test_add_both ("/codings/streamed", test_streamed, NULL);
  tern_test_add_both ("/codings/empty", test_empty, NULL);
  tern_test_add_both ("/codings/no-body", test_no_body, NULL);
  tern_test_add_both ("/codings/stacked", test_stacked, NULL);
  tern_test_add_both ("/codings/truncated", test_truncated, NULL);
  tern_test_add_both ("/codings/corrupt", test_corrupt, NULL);
  tern_test_add_both ("/codings/garbage", test_garbage, NULL);
  tern_test_add_both ("/codings/mislabelled", test_mislabelled, NULL);
  tern_test_add_both ("/codings/unknown", test_unknown, NULL);
  tern_test_add_both ("/codings/raw", test_raw, NULL);
  tern_test_add_both ("/codings/offer", test_offer, NULL);
  tern_test_add_both ("/codings/partial", test_partial, NULL);
  return g_test_run ();
}
