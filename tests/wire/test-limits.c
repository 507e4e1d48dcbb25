/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has no end is cut: lines, heads, fields, trailers and chunk lines, with bounded memory. */
#include "ask.h"
#include "client/tern-client-private.h"

typedef struct
{
  const char *name;
  const char *before;
  const char *over_and_over;
  TernError code;
} Endless;

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static const Endless endless[] = {
  { "status-line", "HTTP/1.1 200 ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TERN_ERROR_LINE_TOO_LONG },
  { "field-name", "HTTP/1.1 200 OK\r\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    TERN_ERROR_LINE_TOO_LONG },
  { "field-value", "HTTP/1.1 200 OK\r\nX: ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    TERN_ERROR_LINE_TOO_LONG },
  { "fold", "HTTP/1.1 200 OK\r\nX: ", "a\r\n b\r\n c\r\n ", TERN_ERROR_LINE_TOO_LONG },
  { "fields", "HTTP/1.1 200 OK\r\n", "X: y\r\n", TERN_ERROR_TOO_MANY_HEADERS },
  { "size", "HTTP/1.1 200 OK\r\n",
    "Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: "
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n",
    TERN_ERROR_TOO_MANY_HEADERS },
  { "chunk-size", CHUNKED, "00000000000000000000000000000000", TERN_ERROR_LINE_TOO_LONG },
  { "chunk-extension", CHUNKED "5;", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TERN_ERROR_LINE_TOO_LONG },
  { "chunk-overhead", CHUNKED,
    "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nb\r\n",
    TERN_ERROR_BAD_FRAMING },
  { "trailers", CHUNKED "0\r\n", "X: y\r\n", TERN_ERROR_TOO_MANY_HEADERS },
  { "trailer-line", CHUNKED "0\r\nX: ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    TERN_ERROR_LINE_TOO_LONG },
};

static void
write_endlessly (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const Endless *what = data;
  g_autoptr (GString) block = g_string_new (NULL);

  while (block->len < 16 * 1024)
    g_string_append (block, what->over_and_over);
  tern_origin_write (conn, what->before, -1);
  while (tern_origin_write (conn, block->str, (gssize)block->len))
    continue;
}

static void
test_endless (gboolean async, gconstpointer data)
{
  const Endless *what = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  gsize before;
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", write_endlessly, (gpointer)what);
  ask_init (&ask, async, origin, "GET", "/");
  before = tern_test_peak_rss_kib ();
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, what->code, NULL);
  if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib (), <, before + 16 * 1024);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

/* --- the limits themselves --- */

/* @n fields of @width bytes of value. */
static void
push_fields (TernOrigin *origin, guint n, gsize width)
{
  g_autoptr (GString) bytes = g_string_new ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
  g_autofree char *value = g_strnfill (width, 'v');

  for (guint i = 1; i < n; i++)
    g_string_append_printf (bytes, "X: %s\r\n", value);
  g_string_append (bytes, "\r\n");
  tern_origin_push_script (origin, bytes->str, (gssize)bytes->len, TERN_ORIGIN_SCRIPT_DEFAULT);
}

static void
try_fields (Ask *ask, TernOrigin *origin, guint n, gsize width, int code)
{
  push_fields (origin, n, width);
  ask_fetch (ask, NULL);
  if (code < 0)
    ask_assert_ok (ask, 200, "");
  else
    tern_test_assert_error (ask->error, TERN_ERROR, code, NULL);
}

static void
test_default (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  try_fields (&ask, origin, 2000, 1, -1);
  g_assert_cmpuint (tern_headers_get_n (tern_response_get_headers (ask.response)), >=, 2000);
  try_fields (&ask, origin, 2001, 1, TERN_ERROR_TOO_MANY_HEADERS);
  try_fields (&ask, origin, 2, 64 * 1024 - 10, -1);
  try_fields (&ask, origin, 2, 64 * 1024, TERN_ERROR_LINE_TOO_LONG);
  try_fields (&ask, origin, 5, 60 * 1024, -1);
  try_fields (&ask, origin, 6, 60 * 1024, TERN_ERROR_TOO_MANY_HEADERS);
}

static void
test_set (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_header_count (ask.client, 10);
  try_fields (&ask, origin, 10, 1, -1);
  try_fields (&ask, origin, 11, 1, TERN_ERROR_TOO_MANY_HEADERS);
  tern_client_set_max_header_size (ask.client, 1000);
  try_fields (&ask, origin, 3, 300, -1);
  try_fields (&ask, origin, 3, 600, TERN_ERROR_TOO_MANY_HEADERS);
  tern_client_set_max_header_size (ask.client, 1024 * 1024);
  try_fields (&ask, origin, 10, 60 * 1024, -1);
}

/* Interim heads count each for itself, but there are only sixteen of them. */
static void
test_interim_heads (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *wide = g_strnfill (2000, 'w');
  g_autofree char *bytes = g_strdup_printf ("HTTP/1.1 103 Early Hints\r\nLink: %s\r\n\r\n"
                                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                                            wide);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_header_size (ask.client, 1000);
  tern_origin_push_script (origin, bytes, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TOO_MANY_HEADERS, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (endless); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/limits/endless/", endless[i].name, NULL);

      tern_test_add_both (path, test_endless, &endless[i]);
    }
  tern_test_add_both ("/wire/limits/default", test_default, NULL);
  tern_test_add_both ("/wire/limits/set", test_set, NULL);
  tern_test_add_both ("/wire/limits/interim-heads", test_interim_heads, NULL);
  return g_test_run ();
}
