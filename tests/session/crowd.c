/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The gate and the visitors: see the header. */

#include "crowd.h"

#include <string.h>

#include "engine/tern-cache-flight.h"

#define PIECE ((gsize)64 * 1024)

/* ---- the gate ---- */

guint8
gate_byte (guint64 at)
{
  return (guint8)(at % 251 + at / 65521);
}

static gboolean
write_body (TernOriginConn *conn, gsize from, gsize to, gboolean chunked)
{
  g_autofree guint8 *piece = g_malloc (PIECE);

  while (from < to)
    {
      const gsize n = MIN (PIECE, to - from);

      for (gsize i = 0; i < n; i++)
        piece[i] = gate_byte (from + i);
      if (!(chunked ? tern_origin_write_chunk (conn, piece, (gssize)n)
                    : tern_origin_write (conn, piece, (gssize)n)))
        return FALSE;
      from += n;
    }
  return TRUE;
}

static void
wait_for (Gate *self, const guint *door, guint number)
{
  g_mutex_lock (&self->lock);
  while (*door < number)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
on_gate (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Gate *self = data;
  const char *condition = tern_origin_request_header (request, "If-None-Match");
  g_autofree char *head = NULL;
  gboolean dies, is_cut;
  guint number;

  g_mutex_lock (&self->lock);
  number = ++self->n_asked;
  self->n_conditional += condition != NULL;
  dies = number <= self->n_dying;
  is_cut = number <= self->n_cut;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  wait_for (self, &self->heads, number);
  if (dies)
    {
      tern_origin_close (conn);
      return;
    }
  if (condition)
    {
      tern_origin_reply (conn, 304, NULL, self->fields, NULL);
      return;
    }
  head = self->chunked
             ? g_strdup_printf ("HTTP/1.1 %u OK\r\n%sTransfer-Encoding: chunked\r\n\r\n",
                                self->status, self->fields)
             : g_strdup_printf ("HTTP/1.1 %u OK\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                                self->status, self->fields, self->size);
  if (!tern_origin_write (conn, head, -1) || !write_body (conn, 0, self->first, self->chunked))
    return;
  wait_for (self, &self->tails, number);
  if (is_cut)
    tern_origin_close (conn);
  else if (write_body (conn, self->first, self->size, self->chunked) && self->chunked)
    tern_origin_write_chunk (conn, NULL, 0);
}

void
gate_init (Gate *self, TernOrigin *origin)
{
  *self = (Gate){ .status = 200, .fields = "Cache-Control: max-age=60\r\n", .size = 100000 };
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->heads = self->tails = G_MAXUINT;
  self->first = self->size / 2;
  tern_origin_add_route (origin, "/gate", on_gate, self);
}

void
gate_clear (Gate *self)
{
  gate_open (self, G_MAXUINT, G_MAXUINT);
}

void
gate_open (Gate *self, guint heads, guint tails)
{
  g_mutex_lock (&self->lock);
  self->heads = heads;
  self->tails = tails;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

guint
gate_get_n_asked (Gate *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_asked;
  g_mutex_unlock (&self->lock);
  return n;
}

guint
gate_get_n_conditional (Gate *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_conditional;
  g_mutex_unlock (&self->lock);
  return n;
}

void
gate_wait_asked (Gate *self, guint n)
{
  wait_for (self, &self->n_asked, n);
}

/* ---- a visitor ---- */

/* One call, awaited in the thread's own context. */
static void
on_done (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  while (!*result)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return *result;
}

static TernResponse *
visitor_send (Visitor *self, TernRequest *request)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!self->async)
    return tern_client_send (self->client, request, self->cancellable, &self->error);
  tern_client_send_async (self->client, request, self->cancellable, on_done, &result);
  return tern_client_send_finish (self->client, await (&result), &self->error);
}

static gssize
visitor_read_some (Visitor *self, GInputStream *stream, void *buffer, gsize len)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!self->async)
    return g_input_stream_read (stream, buffer, len, self->cancellable, &self->error);
  g_input_stream_read_async (stream, buffer, len, 0, self->cancellable, on_done, &result);
  return g_input_stream_read_finish (stream, await (&result), &self->error);
}

static gboolean
on_readable (GObject *stream, gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static gssize
visitor_poll_some (Visitor *self, GInputStream *stream, void *buffer, gsize len)
{
  GPollableInputStream *pollable = G_POLLABLE_INPUT_STREAM (stream);
  GMainContext *context = g_main_context_get_thread_default ();

  for (;;)
    {
      g_autoptr (GSource) source = NULL;
      gboolean ready = g_pollable_input_stream_is_readable (pollable);
      gssize n = g_pollable_input_stream_read_nonblocking (pollable, buffer, len, self->cancellable,
                                                           &self->error);

      if (n >= 0 || !g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return n;
      g_assert_false (ready);
      g_clear_error (&self->error);
      source = g_pollable_input_stream_create_source (pollable, self->cancellable);
      g_source_set_callback (source, G_SOURCE_FUNC (on_readable), &ready, NULL);
      g_source_attach (source, context);
      while (!ready)
        g_main_context_iteration (context, TRUE);
      g_source_destroy (source);
    }
}

static void
tell (Visitor *self, gboolean *what)
{
  g_mutex_lock (&self->lock);
  *what = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
visitor_wait (Visitor *self, const gboolean *what)
{
  g_mutex_lock (&self->lock);
  while (!*what && !(what != &self->go_on && self->done))
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* FALSE where it is to read no more. */
static gboolean
stop_here (Visitor *self, TernResponse **response, GInputStream *stream)
{
  switch (self->manner)
    {
    case VISITOR_PAUSES:
      tell (self, &self->paused);
      visitor_wait (self, &self->go_on);
      return TRUE;
    case VISITOR_CLOSES:
      g_input_stream_close (stream, NULL, NULL);
      tell (self, &self->paused);
      visitor_wait (self, &self->go_on);
      return FALSE;
    case VISITOR_DROPS:
      return FALSE;
    case VISITOR_READS:
    case VISITOR_POLLS:
    default:
      return TRUE;
    }
}

static void
visitor_read (Visitor *self, TernResponse **response)
{
  GInputStream *stream = tern_response_get_body (*response);
  g_autofree guint8 *buffer = g_malloc (PIECE);
  gboolean stopped = self->manner == VISITOR_READS || self->manner == VISITOR_POLLS;

  for (;;)
    {
      gsize want = PIECE;
      gssize n;

      if (!stopped && self->body->len >= self->some)
        {
          stopped = TRUE;
          if (!stop_here (self, response, stream))
            return;
        }
      if (!stopped)
        want = MIN (want, self->some - self->body->len);
      n = self->manner == VISITOR_POLLS ? visitor_poll_some (self, stream, buffer, want)
                                        : visitor_read_some (self, stream, buffer, want);
      if (n <= 0)
        return;
      g_byte_array_append (self->body, buffer, (guint)n);
    }
}

static gpointer
visitor_run (gpointer data)
{
  Visitor *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TernRequest) request = tern_request_new ("GET", self->uri);
  g_autoptr (TernResponse) response = NULL;

  g_main_context_push_thread_default (context);
  if (self->name)
    tern_headers_append (tern_request_get_headers (request), self->name, self->value);
  if (self->timeout > 0)
    tern_request_set_timeout (request, self->timeout);
  response = visitor_send (self, request);
  if (response)
    {
      self->status = tern_response_get_status (response);
      self->from_cache = tern_response_get_from_cache (response);
      self->cache_status = g_strdup (tern_response_get_cache_status (response));
      tell (self, &self->has_head);
      visitor_read (self, &response);
    }
  g_clear_object (&response);
  g_main_context_pop_thread_default (context);
  tell (self, &self->done);
  return NULL;
}

Visitor *
visitor_new (TernClient *client, TernOrigin *origin, const char *path, gboolean async)
{
  Visitor *self = g_new0 (Visitor, 1);

  self->client = g_object_ref (client);
  self->uri = tern_origin_uri (origin, path);
  self->async = async;
  self->cancellable = g_cancellable_new ();
  self->body = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
visitor_free (Visitor *self)
{
  visitor_join (self);
  g_object_unref (self->client);
  g_object_unref (self->cancellable);
  g_free (self->uri);
  g_free (self->cache_status);
  g_byte_array_unref (self->body);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
visitor_start (Visitor *self)
{
  self->thread = g_thread_new ("visitor", visitor_run, self);
}

void
visitor_wait_head (Visitor *self)
{
  visitor_wait (self, &self->has_head);
}

void
visitor_wait_paused (Visitor *self)
{
  visitor_wait (self, &self->paused);
}

void
visitor_go_on (Visitor *self)
{
  tell (self, &self->go_on);
}

void
visitor_join (Visitor *self)
{
  visitor_go_on (self);
  if (self->thread)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
visitor_assert_whole_at (const char *where, Visitor *self, gsize size)
{
  visitor_join (self);
  if (self->error)
    g_error ("%s: failed after %u bytes: %s (%s)", where, self->body->len, self->error->message,
             self->cache_status);
  if (self->body->len != size)
    g_error ("%s: %u bytes, not %" G_GSIZE_FORMAT " (%s)", where, self->body->len, size,
             self->cache_status);
  for (gsize i = 0; i < size; i++)
    if (self->body->data[i] != gate_byte (i))
      g_error ("%s: byte %" G_GSIZE_FORMAT " is wrong (%s)", where, i, self->cache_status);
}

static gboolean
are_waiting (guint n)
{
  guint n_waiting;

  tern_cache_flights_count (&n_waiting);
  return n_waiting >= n;
}

void
crowd_wait_waiting (guint n)
{
  while (!are_waiting (n))
    g_usleep (500);
}
