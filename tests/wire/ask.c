/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call, two faces. Neither face knows what is asked. */
#include "ask.h"

/* Longer than any deadline that a test sets. */
#define PATIENCE_MS 30000

static void
new_request (Ask *self, TernOrigin *origin, const char *method, const char *path)
{
  g_autofree char *uri = origin ? tern_origin_uri (origin, path) : g_strdup (path);

  self->request = tern_request_new (method, uri);
}

void
ask_init (Ask *self, gboolean async, TernOrigin *origin, const char *method, const char *path)
{
  *self = (Ask){ .async = async, .client = tern_client_new () };
  new_request (self, origin, method, path);
}

static void
forget_answer (Ask *self)
{
  g_clear_object (&self->response);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_error (&self->error);
}

void
ask_again (Ask *self, TernOrigin *origin, const char *method, const char *path)
{
  forget_answer (self);
  g_clear_object (&self->request);
  new_request (self, origin, method, path);
}

void
ask_clear (Ask *self)
{
  forget_answer (self);
  g_clear_object (&self->request);
  g_clear_object (&self->client);
}

void
ask_header (Ask *self, const char *name, const char *value)
{
  g_assert_true (tern_headers_append (tern_request_get_headers (self->request), name, value));
}

/* --- the async face --- */

typedef struct
{
  GMainContext *context;
  GAsyncResult *result;
  guint n_calls;
} Waiter;

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiter *waiter = data;

  g_assert_true (g_main_context_is_owner (waiter->context));
  g_set_object (&waiter->result, result);
  waiter->n_calls++;
}

static void
waiter_begin (Waiter *self)
{
  *self = (Waiter){ .context = g_main_context_new () };
  g_main_context_push_thread_default (self->context);
}

static gboolean
is_told (gpointer waiter)
{
  return ((Waiter *)waiter)->n_calls > 0;
}

/* The result (transfer full). A callback must not come before the call has returned. */
static GAsyncResult *
waiter_end (Waiter *self)
{
  g_assert_cmpuint (self->n_calls, ==, 0);
  tern_test_run_until_func (is_told, self, PATIENCE_MS);
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (self->n_calls, ==, 1);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  return self->result;
}

/* --- requests --- */

static gboolean
run (Ask *self, gboolean whole, GCancellable *cancellable)
{
  const gint64 start = tern_test_watch_start ();

  forget_answer (self);
  if (!self->async)
    self->response
        = whole ? tern_client_fetch (self->client, self->request, &self->content, cancellable,
                                     &self->error)
                : tern_client_send (self->client, self->request, cancellable, &self->error);
  else
    {
      g_autoptr (GAsyncResult) result = NULL;
      Waiter waiter;

      waiter_begin (&waiter);
      if (whole)
        tern_client_fetch_async (self->client, self->request, cancellable, on_result, &waiter);
      else
        tern_client_send_async (self->client, self->request, cancellable, on_result, &waiter);
      result = waiter_end (&waiter);
      self->response
          = whole ? tern_client_fetch_finish (self->client, result, &self->content, &self->error)
                  : tern_client_send_finish (self->client, result, &self->error);
    }
  self->ms = tern_test_watch_ms (start);
  g_assert_true ((self->response == NULL) == (self->error != NULL));
  return self->response != NULL;
}

gboolean
ask_fetch (Ask *self, GCancellable *cancellable)
{
  return run (self, TRUE, cancellable);
}

gboolean
ask_send (Ask *self, GCancellable *cancellable)
{
  return run (self, FALSE, cancellable);
}

/* --- bodies --- */

GBytes *
ask_read_all (Ask *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Waiter waiter;

  if (!self->async)
    return tern_response_read_all (self->response, cancellable, error);
  waiter_begin (&waiter);
  tern_response_read_all_async (self->response, cancellable, on_result, &waiter);
  result = waiter_end (&waiter);
  return tern_response_read_all_finish (self->response, result, error);
}

GBytes *
ask_read (Ask *self, gsize size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Waiter waiter;

  if (!self->async)
    return tern_response_read (self->response, size, cancellable, error);
  waiter_begin (&waiter);
  tern_response_read_async (self->response, size, cancellable, on_result, &waiter);
  result = waiter_end (&waiter);
  return tern_response_read_finish (self->response, result, error);
}

gssize
ask_read_stream (Ask *self, void *buffer, gsize size, GCancellable *cancellable, GError **error)
{
  GInputStream *body = tern_response_get_body (self->response);
  g_autoptr (GAsyncResult) result = NULL;
  Waiter waiter;

  if (!self->async)
    return g_input_stream_read (body, buffer, size, cancellable, error);
  waiter_begin (&waiter);
  g_input_stream_read_async (body, buffer, size, G_PRIORITY_DEFAULT, cancellable, on_result,
                             &waiter);
  result = waiter_end (&waiter);
  return g_input_stream_read_finish (body, result, error);
}

/* --- what tests say of it --- */

void
ask_assert_ok_at (const char *where, Ask *self, guint status, const char *body)
{
  if (self->error)
    g_error ("%s: %s", where, self->error->message);
  if (tern_response_get_status (self->response) != status)
    g_error ("%s: status %u, but %u was expected", where, tern_response_get_status (self->response),
             status);
  if (body)
    tern_test_assert_bytes_at (where, g_bytes_get_data (self->content, NULL),
                               (gssize)g_bytes_get_size (self->content), body, -1);
}

TernPhase
ask_phase (Ask *self)
{
  g_autoptr (TernFailure) failure = tern_request_get_failure (self->request);

  g_assert_nonnull (failure);
  return tern_failure_get_phase (failure);
}

typedef struct
{
  GCancellable *cancellable;
  guint ms;
} Later;

static gpointer
cancel_later (gpointer data)
{
  g_autofree Later *later = data;

  g_usleep (later->ms * 1000);
  g_cancellable_cancel (later->cancellable);
  g_object_unref (later->cancellable);
  return NULL;
}

GThread *
ask_cancel_later (GCancellable *cancellable, guint ms)
{
  Later *later = g_new (Later, 1);

  *later = (Later){ g_object_ref (cancellable), ms };
  return g_thread_new ("cancel", cancel_later, later);
}

gboolean
ask_memory_counts (void)
{
  return ask_slack () <= 4;
}

double
ask_slack (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return 8;
#endif
#endif
  return g_getenv ("TERN_TEST_MEMCHECK") ? 25 : 4;
}
