/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three ways to make a request, each sync and async. All six run the same step; here is only
 * which driver runs it and how the result goes out. */
#include "client/tern-client-call.h"
#include "io/tern-drive.h"
#include "message/tern-request-private.h"

static TernResponse *
run_sync (TernClient *self,
          TernRequest *request,
          gboolean whole_body,
          GBytes **content,
          GCancellable *cancellable,
          GError **error)
{
  TernClientCall *call = tern_client_call_new (self, request, whole_body);
  TernResponse *response = NULL;
  GError *failure = NULL;

  if (content)
    *content = NULL;
  tern_drive_sync (tern_client_call_step, call, cancellable, &failure);
  tern_client_call_settle (call, &failure);
  if (failure)
    g_propagate_error (error, failure);
  else
    response = tern_client_call_steal (call, content);
  tern_client_call_free (call);
  return response;
}

static void
call_free (gpointer data)
{
  tern_client_call_free (data);
}

static void
on_done (gpointer self, GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  TernClientCall *call = self;

  tern_client_call_settle (call, &error);
  if (!error)
    {
      g_task_return_pointer (task, call, call_free);
      return;
    }
  tern_client_call_free (call);
  g_task_return_error (task, error);
}

static void
run_async (TernClient *self,
           TernRequest *request,
           gboolean whole_body,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data,
           gpointer tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  /* The driver has the last word on cancellation: what is done is handed out. */
  g_task_set_check_cancellable (task, FALSE);
  tern_drive_async (tern_client_call_step, tern_client_call_new (self, request, whole_body),
                    cancellable, on_done, task);
}

static TernResponse *
run_finish (GAsyncResult *result, GBytes **content, GError **error)
{
  TernClientCall *call;
  TernResponse *response;

  if (content)
    *content = NULL;
  call = g_task_propagate_pointer (G_TASK (result), error);
  if (!call)
    return NULL;
  response = tern_client_call_steal (call, content);
  tern_client_call_free (call);
  return response;
}

/**
 * tern_client_send:
 * @self: a client
 * @request: a request
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends a request and returns when the head of the final response is there; the body is still to be
 * read. Blocks, but no main context is iterated. Errors are of #TERN_ERROR, or of #G_IO_ERROR for
 * what the system reports (refused, timed out, cancelled), and name the phase;
 * tern_request_get_failure() knows more.
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_send (TernClient *self, TernRequest *request, GCancellable *cancellable, GError **error)
{
  return run_sync (self, request, FALSE, NULL, cancellable, error);
}

/**
 * tern_client_send_async:
 * @self: a client
 * @request: a request
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_client_send(), without blocking.
 */
void
tern_client_send_async (TernClient *self,
                        TernRequest *request,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  run_async (self, request, FALSE, cancellable, callback, user_data, tern_client_send_async);
}

/**
 * tern_client_send_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_client_send_async().
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_send_finish (TernClient *self, GAsyncResult *result, GError **error)
{
  return run_finish (result, NULL, error);
}

/**
 * tern_client_fetch:
 * @self: a client
 * @request: a request
 * @content: (out) (optional) (nullable) (transfer full): the body, read whole and decoded
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends a request and reads the whole body of the response.
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_fetch (TernClient *self,
                   TernRequest *request,
                   GBytes **content,
                   GCancellable *cancellable,
                   GError **error)
{
  return run_sync (self, request, TRUE, content, cancellable, error);
}

/**
 * tern_client_fetch_async:
 * @self: a client
 * @request: a request
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_client_fetch(), without blocking.
 */
void
tern_client_fetch_async (TernClient *self,
                         TernRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  run_async (self, request, TRUE, cancellable, callback, user_data, tern_client_fetch_async);
}

/**
 * tern_client_fetch_finish:
 * @self: a client
 * @result: what the callback was given
 * @content: (out) (optional) (nullable) (transfer full): the body
 * @error: return location for a #GError
 *
 * Ends a call of tern_client_fetch_async().
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_fetch_finish (TernClient *self, GAsyncResult *result, GBytes **content, GError **error)
{
  return run_finish (result, content, error);
}

static TernRequest *
make_request (const char *method, const char *uri, TernHeaders *headers, GBytes *body)
{
  TernRequest *request = tern_request_new (method, uri);

  if (headers)
    {
      tern_headers_unref (request->headers);
      request->headers = tern_headers_copy (headers);
    }
  if (body)
    tern_request_set_body_bytes (request, NULL, body);
  return request;
}

/**
 * tern_client_request:
 * @self: a client
 * @method: the method
 * @uri: the absolute URI
 * @headers: (nullable): header fields
 * @body: (nullable): the body
 * @content: (out) (optional) (nullable) (transfer full): the body of the response, read whole and
 * decoded
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * A whole request in one call, as httplib2's request().
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_request (TernClient *self,
                     const char *method,
                     const char *uri,
                     TernHeaders *headers,
                     GBytes *body,
                     GBytes **content,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (TernRequest) request = make_request (method, uri, headers, body);

  return run_sync (self, request, TRUE, content, cancellable, error);
}

/**
 * tern_client_request_async:
 * @self: a client
 * @method: the method
 * @uri: the absolute URI
 * @headers: (nullable): header fields
 * @body: (nullable): the body
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_client_request(), without blocking.
 */
void
tern_client_request_async (TernClient *self,
                           const char *method,
                           const char *uri,
                           TernHeaders *headers,
                           GBytes *body,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (TernRequest) request = make_request (method, uri, headers, body);

  run_async (self, request, TRUE, cancellable, callback, user_data, tern_client_request_async);
}

/**
 * tern_client_request_finish:
 * @self: a client
 * @result: what the callback was given
 * @content: (out) (optional) (nullable) (transfer full): the body of the response
 * @error: return location for a #GError
 *
 * Ends a call of tern_client_request_async().
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_client_request_finish (TernClient *self,
                            GAsyncResult *result,
                            GBytes **content,
                            GError **error)
{
  return run_finish (result, content, error);
}
