/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bombs: how much may come out of a coded body, and how much memory one may take. */

#include "ask.h"
#include "session.h"

#include <string.h>

#define MIB ((gsize)1024 * 1024)

typedef struct
{
  const char *fields;
  GBytes *body;
} Bomb;

static void
on_bomb (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const Bomb *bomb = data;
  gsize size;
  const void *bytes = g_bytes_get_data (bomb->body, &size);

  tern_origin_reply_bytes (conn, 200, NULL, bomb->fields, bytes, size);
}

/* @size zeros, coded @times over. */
static void
bomb_init (Bomb *bomb, gsize size, guint times)
{
  static const char *const fields[] = {
    "Content-Encoding: gzip\r\n",
    "Content-Encoding: gzip, gzip\r\n",
    "Content-Encoding: gzip, gzip, gzip\r\n",
  };
  g_autofree char *zeros = g_malloc0 (size);

  bomb->fields = fields[times - 1];
  bomb->body = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, zeros, size);
  for (guint i = 1; i < times; i++)
    {
      g_autoptr (GBytes) inner = bomb->body;

      bomb->body = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP,
                                              g_bytes_get_data (inner, NULL),
                                              g_bytes_get_size (inner));
    }
}

static void
fetch_bomb (Session *s, gsize size, guint times)
{
  Bomb bomb;

  bomb_init (&bomb, size, times);
  tern_origin_add_route (s->origin, "/bomb", on_bomb, &bomb);
  session_ask (s, "GET", "/bomb");
  session_fetch (s);
  g_bytes_unref (bomb.body);
}

static void
assert_size (Session *s, gsize size)
{
  session_assert (s, 200, NULL);
  g_assert_cmpuint (g_bytes_get_size (s->content), ==, size);
}

static void
test_limit (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  fetch_bomb (&s, 5000, 1);
  assert_size (&s, 5000); /* there is none unless somebody says so */
  tern_client_set_decode_limit (s.client, 5000);
  fetch_bomb (&s, 5000, 1);
  assert_size (&s, 5000);
  fetch_bomb (&s, 5001, 1);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECODE_LIMIT, "127.0.0.1");
  g_assert_nonnull (tern_failure_get_response (session_failure (&s)));
  fetch_bomb (&s, 5001, 2);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECODE_LIMIT, NULL);
  /* A body that is not coded does not grow. */
  session_get (&s, "/big?size=20000", 200, NULL);
}

static void
test_ratio (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  fetch_bomb (&s, 9 * MIB, 1);
  assert_size (&s, 9 * MIB); /* below the floor nobody counts */
  fetch_bomb (&s, 20 * MIB, 1);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECODE_LIMIT, NULL);
  tern_client_set_decode_ratio_limit (s.client, 0);
  fetch_bomb (&s, 20 * MIB, 1);
  assert_size (&s, 20 * MIB);
  tern_client_set_decode_ratio_limit (s.client, 2000); /* gzip does not reach that */
  fetch_bomb (&s, 20 * MIB, 1);
  assert_size (&s, 20 * MIB);
}

/* Codings multiply: 2000 is beyond gzip, but not beyond gzip in gzip. */
static void
test_stacked (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_decode_ratio_limit (s.client, 2000);
  fetch_bomb (&s, 20 * MIB, 2);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECODE_LIMIT, NULL);
  fetch_bomb (&s, 20 * MIB, 3);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_DECODE_LIMIT, NULL);
}

/* 256 MiB of zeros as so many members, and those coded once more: made without having them all. */
static void
large_bomb_init (Bomb *bomb)
{
  g_autofree char *zeros = g_malloc0 (MIB);
  g_autoptr (GBytes) member = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, zeros, MIB);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < 256; i++)
    g_byte_array_append (all, g_bytes_get_data (member, NULL), g_bytes_get_size (member));
  bomb->fields = "Content-Encoding: gzip, gzip\r\n";
  bomb->body = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, all->data, all->len);
}

/* Read as a stream, a bomb takes no more memory than its pieces. */
static void
test_memory (gboolean async, gconstpointer data)
{
  Bomb bomb;
  gsize before, total = 0;
  g_autoptr (GError) error = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_decode_ratio_limit (s.client, 0);
  large_bomb_init (&bomb);
  tern_origin_add_route (s.origin, "/bomb", on_bomb, &bomb);
  session_ask (&s, "GET", "/bomb");
  session_send (&s);
  session_assert (&s, 200, NULL);
  before = tern_test_peak_rss_kib ();
  while (TRUE)
    {
      g_autoptr (GBytes) part = session_read (&s, 256 * 1024, &error);

      g_assert_no_error (error);
      if (g_bytes_get_size (part) == 0)
        break;
      total += g_bytes_get_size (part);
    }
  g_assert_cmpuint (total, ==, 256 * MIB);
  if (tern_test_measures_memory ())
    if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib () - before, <, 16 * 1024);
  g_bytes_unref (bomb.body);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* First, while the peak is low. */
  tern_test_add_both ("/coding-limits/memory", test_memory, NULL);
  tern_test_add_both ("/coding-limits/limit", test_limit, NULL);
  tern_test_add_both ("/coding-limits/ratio", test_ratio, NULL);
  tern_test_add_both ("/coding-limits/stacked", test_stacked, NULL);
  return g_test_run ();
}
