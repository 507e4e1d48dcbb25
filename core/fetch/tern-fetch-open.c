/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open: a response's head, and its body as a stream. */
#include <tern/tern-fetch-service.h>

#include <string.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-service-private.h"
#include "fetch/tern-fetch-stream.h"

/* What Open is called with. */
typedef struct
{
  const char *uri;
  int body; /* -1 for none */
  const char *content_type;
  GVariant *options;
} Question;

/* Who has a body and names no method posts it. */
static gboolean
add_body (GVariantDict *dict, const Question *question, GUnixFDList *list, GError **error)
{
  int handle;

  if (question->body < 0)
    return TRUE;
  handle = g_unix_fd_list_append (list, question->body, error);
  if (handle < 0)
    return FALSE;
  g_variant_dict_insert (dict, "body", "h", handle);
  if (question->content_type)
    g_variant_dict_insert (dict, "content_type", "s", question->content_type);
  if (!g_variant_dict_contains (dict, "method"))
    g_variant_dict_insert (dict, "method", "s", "POST");
  return TRUE;
}

/* With a token, under which the end is asked about; the program's, where it gave one. NULL with an
 * error. */
static GVariant *
make_arguments (TernFetchService *self,
                const Question *question,
                GUnixFDList *list,
                char **token,
                GError **error)
{
  g_autoptr (GVariant) packed = tern_fetch_service_pack (self, question->options, list, error);
  g_auto (GVariantDict) dict = { 0 };

  if (!packed || !tern_fetch_check_uri (question->uri, error))
    return NULL;
  g_variant_dict_init (&dict, packed);
  if (!add_body (&dict, question, list, error))
    return NULL;
  if (!g_variant_dict_lookup (&dict, "handle_token", "s", token))
    {
      *token = g_uuid_string_random ();
      g_variant_dict_insert (&dict, "handle_token", "s", *token);
    }
  return g_variant_new ("(s@a{sv})", question->uri, g_variant_dict_end (&dict));
}

static TernHeaders *
read_fields (GVariant *fields)
{
  TernHeaders *headers = tern_headers_new ();
  const char *name, *value;
  GVariantIter iter;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &value))
    tern_headers_append (headers, name, value);
  return headers;
}

static GInputStream *
read_reply (TernFetchService *self,
            TernFetchReply *reply,
            const char *token,
            guint *status,
            TernHeaders **headers,
            GError **error)
{
  g_autoptr (GVariant) fields = NULL;
  gint32 handle = -1;
  guint32 number = 0;
  int fd = -1;

  g_variant_get (reply->reply, "(hu@a(ss))", &handle, &number, &fields);
  if (reply->list && handle >= 0 && handle < g_unix_fd_list_get_length (reply->list))
    fd = g_unix_fd_list_get (reply->list, handle, error);
  else
    g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                         _ ("The fetch helper sent no descriptor"));
  if (fd < 0)
    return NULL;
  if (status)
    *status = number;
  if (headers)
    *headers = read_fields (fields);
  return tern_fetch_stream_new (tern_fetch_service_get_connection (self), fd, token);
}

static GInputStream *
ask (TernFetchService *self,
     const Question *question,
     guint *status,
     TernHeaders **headers,
     GCancellable *cancellable,
     GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  g_autofree char *token = NULL;
  GVariant *arguments = make_arguments (self, question, list, &token, error);
  g_autoptr (TernFetchReply) reply = NULL;

  if (arguments)
    reply = tern_fetch_call (tern_fetch_service_get_connection (self), TERN_FETCH_PATH,
                             TERN_FETCH_NAME, "Open", arguments, "(hua(ss))", list, cancellable,
                             error);
  return reply ? read_reply (self, reply, token, status, headers, error) : NULL;
}

/* Takes @task. */
static void
ask_async (TernFetchService *self, const Question *question, GTask *task)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GError *error = NULL;
  char *token = NULL;
  GVariant *arguments = make_arguments (self, question, list, &token, &error);

  g_task_set_task_data (task, token, g_free);
  if (arguments)
    tern_fetch_call_async (tern_fetch_service_get_connection (self), TERN_FETCH_PATH,
                           TERN_FETCH_NAME, "Open", arguments, "(hua(ss))", list, task);
  else
    tern_fetch_task_fail (task, error);
}

/**
 * tern_fetch_service_open:
 * @self: the helper
 * @uri: what to fetch, http or https, without user name and password
 * @options: (nullable): a dictionary (`a{sv}`) of what Open of org.libtern.Fetch1 takes
 * @status: (out) (optional): the status of the response
 * @headers: (out) (optional) (transfer full): its fields
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Opens a resource through the helper. Any status is an answer. The stream ends with an error where
 * the body did not come whole; it is not to be read from two threads at once.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the body; %NULL on error
 */
GInputStream *
tern_fetch_service_open (TernFetchService *self,
                         const char *uri,
                         GVariant *options,
                         guint *status,
                         TernHeaders **headers,
                         GCancellable *cancellable,
                         GError **error)
{
  const Question question = { uri, -1, NULL, options };

  return ask (self, &question, status, headers, cancellable, error);
}

/**
 * tern_fetch_service_open_async:
 * @self: the helper
 * @uri: what to fetch
 * @options: (nullable): see tern_fetch_service_open()
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_open(), without blocking.
 */
void
tern_fetch_service_open_async (TernFetchService *self,
                               const char *uri,
                               GVariant *options,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  const Question question = { uri, -1, NULL, options };

  ask_async (self, &question, g_task_new (self, cancellable, callback, user_data));
}

/**
 * tern_fetch_service_open_finish:
 * @self: the helper
 * @result: what the callback was given
 * @status: (out) (optional): the status of the response
 * @headers: (out) (optional) (transfer full): its fields
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_open_async().
 *
 * Returns: (transfer full): the body; %NULL on error
 */
GInputStream *
tern_fetch_service_open_finish (TernFetchService *self,
                                GAsyncResult *result,
                                guint *status,
                                TernHeaders **headers,
                                GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply ? read_reply (self, reply, g_task_get_task_data (G_TASK (result)), status, headers,
                             error)
               : NULL;
}

/**
 * tern_fetch_service_open_with_body:
 * @self: the helper
 * @uri: what to ask, http or https, without user name and password
 * @body_fd: a descriptor that is open for reading, a file, a pipe or a stream socket; it is read to
 *   its end and stays the caller's
 * @content_type: (nullable): the type of the body
 * @options: (nullable): a dictionary (`a{sv}`) of what Open of org.libtern.Fetch1 takes; without
 *   `method` it is POST
 * @status: (out) (optional): the status of the response
 * @headers: (out) (optional) (transfer full): its fields
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * As tern_fetch_service_open(), with a body of the request.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the body of the response; %NULL on error
 */
GInputStream *
tern_fetch_service_open_with_body (TernFetchService *self,
                                   const char *uri,
                                   int body_fd,
                                   const char *content_type,
                                   GVariant *options,
                                   guint *status,
                                   TernHeaders **headers,
                                   GCancellable *cancellable,
                                   GError **error)
{
  const Question question = { uri, body_fd, content_type, options };

  return ask (self, &question, status, headers, cancellable, error);
}

/**
 * tern_fetch_service_open_with_body_async:
 * @self: the helper
 * @uri: what to ask
 * @body_fd: see tern_fetch_service_open_with_body(); it may be closed when this returns
 * @content_type: (nullable): the type of the body
 * @options: (nullable): see tern_fetch_service_open_with_body()
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_open_with_body(), without blocking.
 */
void
tern_fetch_service_open_with_body_async (TernFetchService *self,
                                         const char *uri,
                                         int body_fd,
                                         const char *content_type,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  const Question question = { uri, body_fd, content_type, options };

  ask_async (self, &question, g_task_new (self, cancellable, callback, user_data));
}

/**
 * tern_fetch_service_open_with_body_finish:
 * @self: the helper
 * @result: what the callback was given
 * @status: (out) (optional): the status of the response
 * @headers: (out) (optional) (transfer full): its fields
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_open_with_body_async().
 *
 * Returns: (transfer full): the body of the response; %NULL on error
 */
GInputStream *
tern_fetch_service_open_with_body_finish (TernFetchService *self,
                                          GAsyncResult *result,
                                          guint *status,
                                          TernHeaders **headers,
                                          GError **error)
{
  return tern_fetch_service_open_finish (self, result, status, headers, error);
}
