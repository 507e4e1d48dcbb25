/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body that a test can tell from any other: each byte follows from its place. */
#include "pattern.h"

#include <stdlib.h>
#include <string.h>

static guint8
byte_at (gsize i)
{
  return (guint8)(i * 7 + i / 251);
}

static gsize
first_of (const TernOriginRequest *request)
{
  const char *range = tern_origin_request_header (request, "range");

  return range && g_str_has_prefix (range, "bytes=") ? strtoul (range + 6, NULL, 10) : 0;
}

static void
serve (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Pattern *pattern = data;
  const gsize first = MIN (first_of (request), PATTERN_SIZE - 1);
  const gsize left = PATTERN_SIZE - first, half = left / 2;
  g_autofree guint8 *body = g_malloc (PATTERN_SIZE);
  g_autofree char *head = NULL;

  for (gsize i = 0; i < PATTERN_SIZE; i++)
    body[i] = byte_at (i);
  if (first > 0)
    head = g_strdup_printf ("HTTP/1.1 206 Partial Content\r\nETag: \"pattern\"\r\n"
                            "Content-Range: bytes %zu-%d/%d\r\nContent-Length: %zu\r\n\r\n",
                            first, PATTERN_SIZE - 1, PATTERN_SIZE, left);
  else
    head = g_strdup_printf ("HTTP/1.1 200 OK\r\nETag: \"pattern\"\r\nAccept-Ranges: bytes\r\n"
                            "Content-Length: %d\r\n\r\n",
                            PATTERN_SIZE);
  if (pattern)
    g_atomic_int_inc (first > 0 ? &pattern->n_ranges : &pattern->n_whole);
  if (!tern_origin_write (conn, head, -1) || !tern_origin_write (conn, body + first, (gssize)half))
    return;
  while (pattern && !g_atomic_int_get (&pattern->opened))
    if (!tern_origin_sleep (conn, 10))
      return;
  tern_origin_write (conn, body + first + half, (gssize)(left - half));
}

void
pattern_serve (Bus *bus, const char *path, Pattern *pattern)
{
  tern_origin_add_route (bus->origin, path, serve, pattern);
}

void
pattern_open (Pattern *pattern)
{
  g_atomic_int_set (&pattern->opened, 1);
}

void
pattern_assert (gconstpointer data, gsize length)
{
  const guint8 *bytes = data;

  g_assert_cmpuint (length, ==, PATTERN_SIZE);
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != byte_at (i))
      g_error ("byte %zu is wrong", i);
}

void
pattern_assert_file (Bus *bus, const char *name)
{
  g_autoptr (GBytes) content = bus_read (bus, name);

  pattern_assert (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
}
