/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One session and its assertions: see the header. */

#include "session.h"

#include <string.h>

void
session_init (Session *self, gboolean async)
{
  *self = (Session){ .async = async };
  self->client = tern_client_new ();
  /* Nothing here takes that long; a hang should name its phase, not time out the program. */
  tern_client_set_timeout (self->client, 20);
  self->origin = tern_origin_new ();
  tern_origin_add_demo (self->origin);
}

static void
forget (Session *self)
{
  g_clear_object (&self->request);
  g_clear_object (&self->response);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->failure, tern_failure_unref);
}

void
session_clear (Session *self)
{
  forget (self);
  g_clear_object (&self->client);
  g_clear_pointer (&self->origin, tern_origin_free);
  g_clear_pointer (&self->other, tern_origin_free);
}

TernOrigin *
session_get_other (Session *self)
{
  if (!self->other)
    {
      self->other = tern_origin_new ();
      tern_origin_add_demo (self->other);
    }
  return self->other;
}

TernRequest *
session_ask (Session *self, const char *method, const char *path)
{
  g_autofree char *uri = *path == '/' ? tern_origin_uri (self->origin, path) : g_strdup (path);

  forget (self);
  self->request = tern_request_new (method, uri);
  return self->request;
}

void
session_header (Session *self, const char *name, const char *value)
{
  tern_headers_append (tern_request_get_headers (self->request), name, value);
}

void
session_body (Session *self, const char *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  tern_request_set_body_bytes (self->request, "text/plain", bytes);
}

/* An async call runs in a context of its own, so that what strays into another is never seen. */
typedef struct
{
  GMainContext *context;
  GAsyncResult *result;
  gboolean done;
} Turn;

static void
turn_init (Turn *turn)
{
  *turn = (Turn){ .context = g_main_context_new () };
  g_main_context_push_thread_default (turn->context);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Turn *turn = data;

  g_assert_false (turn->done); /* one callback and no second */
  turn->result = g_object_ref (result);
  turn->done = TRUE;
}

static void
turn_wait (Turn *turn)
{
  g_assert_false (turn->done); /* never before the call has returned */
  tern_test_run_until (&turn->done, 60 * 1000);
}

static void
turn_clear (Turn *turn)
{
  g_main_context_pop_thread_default (turn->context);
  g_clear_object (&turn->result);
  g_main_context_unref (turn->context);
}

TernFailure *
session_failure (Session *self)
{
  g_clear_pointer (&self->failure, tern_failure_unref);
  self->failure = tern_request_get_failure (self->request);
  return self->failure;
}

void
session_fetch (Session *self)
{
  Turn turn;

  if (!self->async)
    {
      self->response
          = tern_client_fetch (self->client, self->request, &self->content, NULL, &self->error);
      return;
    }
  turn_init (&turn);
  tern_client_fetch_async (self->client, self->request, NULL, on_done, &turn);
  turn_wait (&turn);
  self->response
      = tern_client_fetch_finish (self->client, turn.result, &self->content, &self->error);
  turn_clear (&turn);
}

void
session_send (Session *self)
{
  Turn turn;

  if (!self->async)
    {
      self->response = tern_client_send (self->client, self->request, NULL, &self->error);
      return;
    }
  turn_init (&turn);
  tern_client_send_async (self->client, self->request, NULL, on_done, &turn);
  turn_wait (&turn);
  self->response = tern_client_send_finish (self->client, turn.result, &self->error);
  turn_clear (&turn);
}

GBytes *
session_read (Session *self, gsize size, GError **error)
{
  GBytes *bytes;
  Turn turn;

  if (!self->async)
    return tern_response_read (self->response, size, NULL, error);
  turn_init (&turn);
  tern_response_read_async (self->response, size, NULL, on_done, &turn);
  turn_wait (&turn);
  bytes = tern_response_read_finish (self->response, turn.result, error);
  turn_clear (&turn);
  return bytes;
}

GBytes *
session_read_all (Session *self, GError **error)
{
  GBytes *bytes;
  Turn turn;

  if (!self->async)
    return tern_response_read_all (self->response, NULL, error);
  turn_init (&turn);
  tern_response_read_all_async (self->response, NULL, on_done, &turn);
  turn_wait (&turn);
  bytes = tern_response_read_all_finish (self->response, turn.result, error);
  turn_clear (&turn);
  return bytes;
}

void
session_get_at (const char *where, Session *self, const char *path, guint status, const char *body)
{
  session_ask (self, "GET", path);
  session_fetch (self);
  session_assert_at (where, self, status, body);
}

void
session_assert_at (const char *where, Session *self, guint status, const char *body)
{
  gsize size;
  const char *data;

  if (self->error)
    g_error ("%s: failed: %s", where, self->error->message);
  g_assert_nonnull (self->response);
  if (tern_response_get_status (self->response) != status)
    g_error ("%s: status %u, not %u", where, tern_response_get_status (self->response), status);
  if (!body)
    return;
  g_assert_nonnull (self->content);
  data = g_bytes_get_data (self->content, &size);
  tern_test_assert_bytes_at (where, data, (gssize) size, body, -1);
}

void
session_assert_error_at (const char *where, Session *self, GQuark domain, int code,
                         const char *text)
{
  g_assert_null (self->response);
  g_assert_null (self->content);
  tern_test_assert_error_at (where, self->error, domain, code, text);
}

void
session_assert_header_at (const char *where, TernResponse *response, const char *name,
                          const char *value)
{
  g_autofree char *found = tern_response_get_header (response, name);

  if (g_strcmp0 (found, value) != 0)
    g_error ("%s: %s is “%s”, not “%s”", where, name, found ? found : "(absent)",
             value ? value : "(absent)");
}

static TernOriginRequest *
get_request (const char *where, TernOrigin *origin, guint i)
{
  if (i >= tern_origin_n_requests (origin))
    g_error ("%s: the origin saw %u requests", where, tern_origin_n_requests (origin));
  return tern_origin_get_request (origin, i);
}

void
origin_assert_request_at (const char *where, TernOrigin *origin, guint i, const char *line)
{
  g_autoptr (TernOriginRequest) request = get_request (where, origin, i);
  g_autofree char *found = g_strconcat (tern_origin_request_method (request), " ",
                                        tern_origin_request_target (request), NULL);

  if (strcmp (found, line) != 0)
    g_error ("%s: request %u is “%s”, not “%s”", where, i, found, line);
}

void
origin_assert_field_at (const char *where, TernOrigin *origin, guint i, const char *name,
                        const char *value)
{
  g_autoptr (TernOriginRequest) request = get_request (where, origin, i);
  const char *found = tern_origin_request_header (request, name);

  if (g_strcmp0 (found, value) != 0)
    g_error ("%s: %s of request %u is “%s”, not “%s”", where, name, i, found ? found : "(absent)",
             value ? value : "(absent)");
}

void
origin_assert_body_at (const char *where, TernOrigin *origin, guint i, const char *body)
{
  g_autoptr (TernOriginRequest) request = get_request (where, origin, i);
  gsize length;
  const char *found = tern_origin_request_body (request, &length);

  tern_test_assert_bytes_at (where, found, (gssize) length, body, -1);
}

GInputStream *
session_stream (const char *text, gboolean seekable)
{
  g_autoptr (GInputStream) memory
      = g_memory_input_stream_new_from_data (g_strdup (text), -1, g_free);
  g_autoptr (GConverter) there = NULL;
  g_autoptr (GConverter) back = NULL;
  g_autoptr (GInputStream) filtered = NULL;

  if (seekable)
    return g_steal_pointer (&memory);
  /* What is converted cannot be sought in, though the bytes are the same. */
  there = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 0));
  back = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  filtered = g_converter_input_stream_new (memory, there);
  return g_converter_input_stream_new (filtered, back);
}
