/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open: a response's head, and its body as a stream. */
#include <tern/tern-fetch-service.h>

#include <string.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-stream.h"

/* With a token, under which the end is asked about; the program's, where it gave one. */
static GVariant *
make_arguments (const char *uri, GVariant *options, char **token)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (tern_fetch_options (options));
  GVariantDict dict;

  g_variant_dict_init (&dict, given);
  if (!g_variant_dict_lookup (&dict, "handle_token", "s", token))
    {
      *token = g_uuid_string_random ();
      g_variant_dict_insert (&dict, "handle_token", "s", *token);
    }
  return g_variant_new ("(s@a{sv})", uri, g_variant_dict_end (&dict));
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
  g_autofree char *token = NULL;
  GVariant *arguments = make_arguments (uri, options, &token);
  g_autoptr (TernFetchReply) reply
      = tern_fetch_call (tern_fetch_service_get_connection (self), TERN_FETCH_PATH, TERN_FETCH_NAME,
                         "Open", arguments, "(hua(ss))", -1, cancellable, error);

  return reply ? read_reply (self, reply, token, status, headers, error) : NULL;
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
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  char *token = NULL;
  GVariant *arguments = make_arguments (uri, options, &token);

  g_task_set_task_data (task, token, g_free);
  tern_fetch_call_async (tern_fetch_service_get_connection (self), TERN_FETCH_PATH, TERN_FETCH_NAME,
                         "Open", arguments, "(hua(ss))", -1, task);
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
