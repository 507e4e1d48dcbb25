/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies that callers read through a pipe. A pipe's end looks the same whether the body was whole
 * or not, so who wants to know gives a token, and asks. A stream ends with its caller, and when its
 * caller closes the pipe. */
#include "streams.h"

#include "fetch-error.h"
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <tern/tern.h>
#include <unistd.h>

#define ENDED_SECONDS 60

typedef struct
{
  Streams *streams;
  char *caller;
  char *token; /* NULL for none */
  Account *account;
  gsize charged;
  Transfer *transfer;               /* NULL once it has ended */
  GDBusMethodInvocation *opening;   /* until the head is there */
  GDBusMethodInvocation *finishing; /* who waits for the end */
  int reader;                       /* the caller's end, until it is sent */
  int watched;                      /* our end, once more: to see the other closed */
  guint watch;
  GError *error; /* why it ended early */
  guint64 size;
  guint expiry;
} Stream;

struct _Streams
{
  GDBusConnection *connection;
  TernClient *client;
  Callers *callers;
  const Limits *limits;
  GPtrArray *list;
};

static void
stream_close_ends (Stream *stream)
{
  g_clear_handle_id (&stream->watch, g_source_remove);
  if (stream->watched >= 0)
    close (stream->watched);
  if (stream->reader >= 0)
    close (stream->reader);
  stream->watched = stream->reader = -1;
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;
  Callers *callers = stream->streams->callers;

  g_clear_pointer (&stream->transfer, transfer_forget);
  stream_close_ends (stream);
  g_clear_handle_id (&stream->expiry, g_source_remove);
  /* Who waits has gone, or the helper ends; an invocation is not to be left without an answer. */
  if (stream->opening)
    g_dbus_method_invocation_return_error_literal (stream->opening, TERN_FETCH_ERROR,
                                                   TERN_FETCH_ERROR_CANCELLED, _ ("Cancelled"));
  if (stream->finishing)
    g_dbus_method_invocation_return_error_literal (stream->finishing, TERN_FETCH_ERROR,
                                                   TERN_FETCH_ERROR_CANCELLED, _ ("Cancelled"));
  account_remove_stream (stream->account, stream->charged);
  callers_drop_account (callers, stream->account);
  g_clear_error (&stream->error);
  g_free (stream->caller);
  g_free (stream->token);
  g_free (stream);
}

Streams *
streams_new (GDBusConnection *connection,
             TernClient *client,
             Callers *callers,
             const Limits *limits)
{
  Streams *streams = g_new0 (Streams, 1);

  streams->connection = g_object_ref (connection);
  streams->client = g_object_ref (client);
  streams->callers = callers;
  streams->limits = limits;
  streams->list = g_ptr_array_new_with_free_func (stream_free);
  return streams;
}

void
streams_free (Streams *streams)
{
  g_ptr_array_unref (streams->list);
  g_object_unref (streams->client);
  g_object_unref (streams->connection);
  g_free (streams);
}

static void
stream_remove (Stream *stream)
{
  g_ptr_array_remove_fast (stream->streams->list, stream);
}

/* ---- the end ---- */

static void
answer_finish (Stream *stream, GDBusMethodInvocation *invocation)
{
  if (stream->error)
    g_dbus_method_invocation_return_gerror (invocation, stream->error);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(t)", stream->size));
}

static gboolean
on_expiry (gpointer data)
{
  Stream *stream = data;

  stream->expiry = 0;
  stream_remove (stream);
  return G_SOURCE_REMOVE;
}

static void
on_end (Transfer *transfer, const GError *error, gpointer data)
{
  Stream *stream = data;
  TransferProgress progress;

  transfer_get_progress (transfer, &progress);
  stream->size = progress.done;
  transfer_progress_clear (&progress);
  g_clear_pointer (&stream->transfer, transfer_forget);
  stream_close_ends (stream);
  stream->error = error ? g_error_copy (error) : NULL;
  if (stream->opening)
    {
      g_autoptr (GError) own = error
                                   ? g_error_copy (error)
                                   : g_error_new_literal (TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                                                          _ ("There was no response"));

      g_dbus_method_invocation_return_gerror (g_steal_pointer (&stream->opening), own);
      stream_remove (stream);
      return;
    }
  if (stream->finishing)
    answer_finish (stream, g_steal_pointer (&stream->finishing));
  else if (stream->token)
    {
      stream->expiry = g_timeout_add_seconds (ENDED_SECONDS, on_expiry, stream);
      return;
    }
  stream_remove (stream);
}

/* ---- the head ---- */

static GVariant *
fields_of (TernResponse *response)
{
  TernHeaders *headers = tern_response_get_headers (response);
  const char *name, *value;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    g_variant_builder_add (&builder, "(ss)", name, value);
  return g_variant_builder_end (&builder);
}

static gboolean
on_reader_gone (int fd, GIOCondition condition, gpointer data)
{
  Stream *stream = data;

  stream->watch = 0;
  transfer_cancel (stream->transfer);
  return G_SOURCE_REMOVE;
}

static void
on_head (Transfer *transfer, TernResponse *response, gpointer data)
{
  Stream *stream = data;
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new_from_array (&stream->reader, 1);
  GVariant *answer
      = g_variant_new ("(hu@a(ss))", 0, tern_response_get_status (response), fields_of (response));

  stream->reader = -1; /* the list's now */
  g_dbus_method_invocation_return_value_with_unix_fd_list (g_steal_pointer (&stream->opening),
                                                           answer, list);
  stream->watch = g_unix_fd_add (stream->watched, G_IO_ERR, on_reader_gone, stream);
}

/* ---- the calls ---- */

static Stream *
find (Streams *streams, const char *caller, const char *token)
{
  for (guint i = 0; i < streams->list->len; i++)
    {
      Stream *stream = g_ptr_array_index (streams->list, i);

      if (g_strcmp0 (stream->token, token) == 0 && g_strcmp0 (stream->caller, caller) == 0)
        return stream;
    }
  return NULL;
}

static TransferSpec *
make_spec (Stream *stream, const char *uri, Options *options, int writer)
{
  TransferSpec *spec = transfer_spec_new ();

  spec->uri = g_strdup (uri);
  spec->method = g_steal_pointer (&options->method);
  spec->headers = tern_headers_ref (options->headers);
  spec->partition = g_strdup (stream->account->partition);
  spec->timeout = options->timeout;
  spec->total_timeout = options->total_timeout;
  spec->content_type = g_steal_pointer (&options->content_type);
  spec->body = options->body;
  options->body = -1;
  spec->any_status = TRUE;
  spec->out = writer;
  spec->kind = DESCRIPTOR_PIPE;
  spec->secrets = g_steal_pointer (&options->secrets);
  spec->agent = g_steal_pointer (&options->agent);
  spec->caller = g_strdup (stream->caller);
  spec->handle_token = g_strdup (stream->token);
  return spec;
}

static gboolean
make_pipe (Stream *stream, int *writer, GError **error)
{
  int ends[2];

  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return FALSE;
  /* The writing end alone: the caller's is as it expects pipes to be. */
  g_unix_set_fd_nonblocking (ends[1], TRUE, NULL);
  stream->reader = ends[0];
  *writer = ends[1];
  stream->watched = fcntl (ends[1], F_DUPFD_CLOEXEC, 3);
  if (stream->watched >= 0)
    return TRUE;
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED, g_strerror (errno));
  close (ends[1]);
  return FALSE;
}

static gboolean
begin (Streams *streams,
       Caller *caller,
       const char *uri,
       Options *options,
       GDBusMethodInvocation *invocation,
       GError **error)
{
  const gsize size = options->size + strlen (uri);
  Stream *stream;
  int writer = -1;

  if (options->handle_token && find (streams, caller->name, options->handle_token))
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION,
                           _ ("The handle token is in use"));
      return FALSE;
    }
  if (transfer_count_threads () >= streams->limits->threads)
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_LIMIT_EXCEEDED,
                           _ ("Too much is going on"));
      return FALSE;
    }
  if (!account_add_stream (caller->account, streams->limits, size, error))
    return FALSE;
  stream = g_new0 (Stream, 1);
  stream->streams = streams;
  stream->caller = g_strdup (caller->name);
  stream->token = g_strdup (options->handle_token);
  stream->account = callers_take_account (streams->callers, caller->account->partition);
  stream->charged = size;
  stream->reader = stream->watched = -1;
  if (!make_pipe (stream, &writer, error))
    {
      stream_free (stream);
      return FALSE;
    }
  stream->opening = invocation;
  g_ptr_array_add (streams->list, stream);
  stream->transfer
      = transfer_start (streams->client, streams->connection,
                        make_spec (stream, uri, options, writer), on_head, on_end, stream);
  return TRUE;
}

void
streams_open (Streams *streams,
              Caller *caller,
              const char *uri,
              Options *options,
              GDBusMethodInvocation *invocation)
{
  g_autoptr (Options) owned = options;
  g_autoptr (GError) error = NULL;

  if (!begin (streams, caller, uri, owned, invocation, &error))
    g_dbus_method_invocation_return_gerror (invocation, error);
}

void
streams_finish (Streams *streams,
                const char *caller,
                const char *token,
                GDBusMethodInvocation *invocation)
{
  Stream *stream = find (streams, caller, token);

  if (!stream || stream->opening)
    g_dbus_method_invocation_return_error_literal (invocation, TERN_FETCH_ERROR,
                                                   TERN_FETCH_ERROR_NOT_FOUND,
                                                   _ ("There is no body of that token"));
  else if (stream->finishing)
    g_dbus_method_invocation_return_error_literal (invocation, TERN_FETCH_ERROR,
                                                   TERN_FETCH_ERROR_WRONG_STATE,
                                                   _ ("Somebody waits for that body already"));
  else if (stream->transfer)
    stream->finishing = invocation;
  else
    {
      answer_finish (stream, invocation);
      stream_remove (stream);
    }
}

void
streams_drop_caller (Streams *streams, const char *caller)
{
  for (guint i = streams->list->len; i > 0; i--)
    {
      Stream *stream = g_ptr_array_index (streams->list, i - 1);

      if (g_strcmp0 (stream->caller, caller) == 0)
        stream_remove (stream);
    }
}

gboolean
streams_are_busy (Streams *streams)
{
  for (guint i = 0; i < streams->list->len; i++)
    if (((Stream *)g_ptr_array_index (streams->list, i))->transfer)
      return TRUE;
  return FALSE;
}
