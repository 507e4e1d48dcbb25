/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body that comes through a pipe. The end of a pipe does not tell a whole body from one that
 * broke off, so at the end the helper is asked: a body is never shorter than it should be without
 * an error. */
#include "fetch/tern-fetch-stream.h"

#include <gio/gunixinputstream.h>
#include <inttypes.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include <tern/tern-fetch-error.h>

#define TERN_TYPE_FETCH_STREAM (tern_fetch_stream_get_type ())
G_DECLARE_FINAL_TYPE (TernFetchStream, tern_fetch_stream, TERN, FETCH_STREAM, GInputStream)

struct _TernFetchStream
{
  GInputStream parent;
  GInputStream *pipe;
  GDBusConnection *connection;
  char *token;
  guint64 size;
  gboolean verified;
};

G_DEFINE_FINAL_TYPE (TernFetchStream, tern_fetch_stream, G_TYPE_INPUT_STREAM)

static void
tern_fetch_stream_finalize (GObject *object)
{
  TernFetchStream *self = TERN_FETCH_STREAM (object);

  g_object_unref (self->pipe);
  g_object_unref (self->connection);
  g_free (self->token);
  G_OBJECT_CLASS (tern_fetch_stream_parent_class)->finalize (object);
}

/* Takes @reply, which may be NULL with @error set: 0 or -1. */
static gssize
take_verdict (TernFetchStream *self, TernFetchReply *reply, GError **error)
{
  guint64 size = 0;

  if (!reply)
    return -1;
  g_variant_get (reply->reply, "(t)", &size);
  tern_fetch_reply_free (reply);
  self->verified = size == self->size;
  if (self->verified)
    return 0;
  g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INCOMPLETE,
               _ ("The fetch helper sent %" PRIu64 " bytes, %" PRIu64 " came"), size, self->size);
  return -1;
}

static gssize
tern_fetch_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TernFetchStream *self = TERN_FETCH_STREAM (stream);
  const gssize n = g_input_stream_read (self->pipe, buffer, count, cancellable, error);

  self->size += n > 0 ? (guint64)n : 0;
  if (n != 0 || count == 0 || self->verified)
    return n;
  return take_verdict (self,
                       tern_fetch_call (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME,
                                        "Finish", g_variant_new ("(s)", self->token), "(t)", NULL,
                                        cancellable, error),
                       error);
}

static void
on_verdict (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  TernFetchReply *reply = g_task_propagate_pointer (G_TASK (result), &error);

  if (take_verdict (TERN_FETCH_STREAM (source), reply, &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, 0);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TernFetchStream *self = g_task_get_source_object (task);
  GError *error = NULL;
  const gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  self->size += (guint64)n;
  if (n > 0 || self->verified || g_task_get_task_data (task) == NULL)
    {
      g_task_return_int (task, n);
      return;
    }
  tern_fetch_call_async (
      self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "Finish",
      g_variant_new ("(s)", self->token), "(t)", NULL,
      g_task_new (self, g_task_get_cancellable (task), on_verdict, g_object_ref (task)));
}

static void
tern_fetch_stream_read_async (GInputStream *stream,
                              void *buffer,
                              gsize count,
                              int priority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  TernFetchStream *self = TERN_FETCH_STREAM (stream);
  GTask *task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_priority (task, priority);
  g_task_set_task_data (task, GSIZE_TO_POINTER (count), NULL);
  g_input_stream_read_async (self->pipe, buffer, count, priority, cancellable, on_read, task);
}

static gssize
tern_fetch_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
tern_fetch_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return g_input_stream_close (TERN_FETCH_STREAM (stream)->pipe, cancellable, error);
}

static void
tern_fetch_stream_class_init (TernFetchStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tern_fetch_stream_finalize;
  stream_class->read_fn = tern_fetch_stream_read;
  stream_class->read_async = tern_fetch_stream_read_async;
  stream_class->read_finish = tern_fetch_stream_read_finish;
  stream_class->close_fn = tern_fetch_stream_close;
}

static void
tern_fetch_stream_init (TernFetchStream *self)
{
}

GInputStream *
tern_fetch_stream_new (GDBusConnection *connection, int fd, const char *token)
{
  TernFetchStream *self = g_object_new (TERN_TYPE_FETCH_STREAM, NULL);

  self->pipe = g_unix_input_stream_new (fd, TRUE);
  self->connection = g_object_ref (connection);
  self->token = g_strdup (token);
  return G_INPUT_STREAM (self);
}
