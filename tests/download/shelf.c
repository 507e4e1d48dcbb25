/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shelf and its answers. */
#include "shelf.h"

#include <string.h>

static ShelfWish
read_wish (const Shelf *shelf, const TernOriginRequest *request)
{
  const char *range = tern_origin_request_header (request, "Range");
  const char *condition = tern_origin_request_header (request, "If-Range");
  ShelfWish wish = { 0, shelf->size, FALSE };

  if (!range || !g_str_has_prefix (range, "bytes="))
    return wish;
  if (condition && g_strcmp0 (condition, shelf->etag) != 0 && strcmp (condition, SHELF_DATE) != 0)
    return wish;
  wish.first = (gsize)g_ascii_strtoull (range + 6, NULL, 10);
  wish.ranged = TRUE;
  return wish;
}

static void
on_request (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Shelf *self = data;
  ShelfTurn turn = { shelf_right, 0 };
  Shelf copy;
  ShelfWish wish;

  pthread_mutex_lock (&self->lock);
  if (self->at < self->n_turns)
    turn = self->turns[self->at++];
  copy = *self;
  copy.etag = g_strdup (self->etag);
  copy.fields = g_strdup (self->fields);
  pthread_mutex_unlock (&self->lock);
  wish = read_wish (&copy, request);
  turn.answer (conn, &copy, &wish, turn.number);
  g_free (copy.etag);
  g_free (copy.fields);
}

void
shelf_init (Shelf *self, gsize size)
{
  *self = (Shelf){ .size = size, .etag = g_strdup ("\"one\""), .fields = g_strdup ("") };
  pthread_mutex_init (&self->lock, NULL);
  self->origin = tern_origin_new ();
  tern_origin_add_route (self->origin, "/", on_request, self);
}

void
shelf_clear (Shelf *self)
{
  g_clear_pointer (&self->origin, tern_origin_free);
  pthread_mutex_destroy (&self->lock);
  g_free (self->etag);
  g_free (self->fields);
}

void
shelf_change (Shelf *self, gsize size, const char *etag)
{
  pthread_mutex_lock (&self->lock);
  self->size = size;
  self->seed++;
  g_free (self->etag);
  self->etag = g_strdup (etag);
  pthread_mutex_unlock (&self->lock);
}

void
shelf_set_fields (Shelf *self, const char *fields)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->fields);
  self->fields = g_strdup (fields);
  pthread_mutex_unlock (&self->lock);
}

void
shelf_put (Shelf *self, ShelfAnswer answer, gsize number)
{
  pthread_mutex_lock (&self->lock);
  g_assert_cmpuint (self->n_turns, <, G_N_ELEMENTS (self->turns));
  self->turns[self->n_turns++] = (ShelfTurn){ answer, number };
  pthread_mutex_unlock (&self->lock);
}

guint8
shelf_byte (const Shelf *self, gsize offset)
{
  return (guint8)((offset * 7 + offset / 251 + self->seed * 13) % 251);
}

char *
shelf_sum (const Shelf *self, GChecksumType type)
{
  g_autofree guint8 *bytes = g_malloc (self->size + 1);

  for (gsize i = 0; i < self->size; i++)
    bytes[i] = shelf_byte (self, i);
  return g_compute_checksum_for_data (type, bytes, self->size);
}

static void
write_bytes (TernOriginConn *conn, const Shelf *shelf, gsize first, gsize end)
{
  g_autofree guint8 *bytes = g_malloc (end - first + 1);

  for (gsize i = first; i < end; i++)
    bytes[i - first] = shelf_byte (shelf, i);
  tern_origin_write (conn, bytes, (gssize)(end - first));
}

static void
write_head (TernOriginConn *conn, const Shelf *shelf, const char *status, const char *fields)
{
  g_autofree char *tag = shelf->etag ? g_strdup_printf ("ETag: %s\r\n", shelf->etag) : NULL;
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %s\r\n%s%s%s\r\n", status, fields,
                                           tag ? tag : "", shelf->fields);

  tern_origin_write (conn, head, -1);
}

/* What @wish is, of which only @sent bytes are sent. */
static void
send_wish (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize sent)
{
  const gsize length = wish->end - wish->first;
  g_autofree char *range = wish->ranged ? g_strdup_printf ("Content-Range: bytes %zu-%zu/%zu\r\n",
                                                           wish->first, wish->end - 1, shelf->size)
                                        : g_strdup ("");
  g_autofree char *fields = g_strdup_printf ("Content-Length: %zu\r\n%s", length, range);

  write_head (conn, shelf, wish->ranged ? "206 Partial Content" : "200 OK", fields);
  write_bytes (conn, shelf, wish->first, wish->first + MIN (sent, length));
}

void
shelf_right (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  if (wish->ranged && wish->first >= shelf->size)
    shelf_unsatisfiable (conn, shelf, wish, shelf->size);
  else
    send_wish (conn, shelf, wish, shelf->size);
}

void
shelf_break (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  send_wish (conn, shelf, wish, number);
  tern_origin_close (conn);
}

void
shelf_stall (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  send_wish (conn, shelf, wish, number);
  tern_origin_hang (conn);
}

void
shelf_short_part (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  ShelfWish part = *wish;

  part.end = MIN (wish->end, wish->first + number);
  send_wish (conn, shelf, &part, number);
}

void
shelf_whole (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  const ShelfWish whole = { 0, shelf->size, FALSE };

  send_wish (conn, shelf, &whole, number ? number : shelf->size);
  if (number)
    tern_origin_close (conn);
}

void
shelf_chunks (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  write_head (conn, shelf, "200 OK", "Transfer-Encoding: chunked\r\n");
  for (gsize at = 0; at < shelf->size; at += 1000)
    {
      const gsize end = MIN (at + 1000, shelf->size);
      g_autofree char *line = g_strdup_printf ("%zx\r\n", end - at);

      tern_origin_write (conn, line, -1);
      write_bytes (conn, shelf, at, end);
      tern_origin_write (conn, "\r\n", -1);
    }
  tern_origin_write (conn, "0\r\n\r\n", -1);
}

void
shelf_status (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  tern_origin_reply (conn, (guint)number, NULL, shelf->fields, number == 204 ? NULL : "no\n");
}

void
shelf_lie (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  const gsize first = wish->first;
  const gsize last = shelf->size - 1;
  const gsize size = shelf->size;
  char *lies[SHELF_N_LIES] = {
    g_strdup_printf ("Content-Range: bytes 0-%zu/%zu\r\n", last, size),
    g_strdup_printf ("Content-Range: bytes %zu-%zu/%zu\r\n", first + 1, last + 1, size + 1),
    g_strdup_printf ("Content-Range: bytes %zu-%zu/%zu\r\n", first, last + 1, size + 1),
    g_strdup_printf ("Content-Range: bytes %zu-%zu/%zu\r\n", last, first, size),
    g_strdup_printf ("Content-Range: bytes %zu-18446744073709551615/*\r\n", first),
    g_strdup_printf ("Content-Range: lines %zu-%zu/%zu\r\n", first, last, size),
    g_strdup_printf ("Content-Range: bytes %zu-%zu\r\n", first, last),
    g_strdup_printf ("Content-Range: bytes %zu-%zu/%zu\r\n", first, last, first),
    g_strdup (""),
  };
  g_autofree char *fields
      = g_strdup_printf ("Content-Length: %zu\r\n%s", size - first, lies[number]);

  write_head (conn, shelf, "206 Partial Content", fields);
  write_bytes (conn, shelf, first, size);
  for (guint i = 0; i < SHELF_N_LIES; i++)
    g_free (lies[i]);
}

void
shelf_unknown (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  g_autofree char *fields
      = g_strdup_printf ("Content-Length: %zu\r\nContent-Range: bytes %zu-%zu/*\r\n",
                         shelf->size - wish->first, wish->first, shelf->size - 1);

  write_head (conn, shelf, "206 Partial Content", fields);
  write_bytes (conn, shelf, wish->first, shelf->size);
}

void
shelf_multipart (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  const char *text = "--x\r\nContent-Range: bytes 0-3/8\r\n\r\nabcd\r\n--x--\r\n";
  g_autofree char *fields = g_strdup_printf ("Content-Type: multipart/byteranges; boundary=x\r\n"
                                             "Content-Length: %zu\r\n",
                                             strlen (text));

  write_head (conn, shelf, "206 Partial Content", fields);
  tern_origin_write (conn, text, -1);
}

void
shelf_unsatisfiable (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number)
{
  g_autofree char *field = number == G_MAXSIZE ? g_strdup ("Content-Length: 0\r\n")
                                               : g_strdup_printf ("Content-Length: 0\r\n"
                                                                  "Content-Range: bytes */%zu\r\n",
                                                                  number);

  write_head (conn, shelf, "416 Range Not Satisfiable", field);
}
