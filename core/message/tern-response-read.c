/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a response's body into GBytes, sync and async, through nothing but its stream. */
#include "message/tern-response-private.h"

#include <string.h>

#include "base/tern-block.h"
#include "message/tern-request-private.h"

/* Puts the beginning of a read into @buffer: what an earlier one had to leave. */
static gsize
take_unread (TernResponse *self, char *buffer, gsize size)
{
  gsize have = 0;
  const char *data = self->unread ? g_bytes_get_data (self->unread, &have) : NULL;
  g_autoptr (GBytes) old = g_steal_pointer (&self->unread);
  const gsize n = MIN (have, size);

  if (n > 0)
    memcpy (buffer, data, n);
  if (n < have)
    self->unread = g_bytes_new_from_bytes (old, n, have - n);
  return n;
}

/* A read that failed half way leaves no gap: what it has is there for the next one. And it is what
 * the failure tells of the body. */
static void
keep_unread (TernResponse *self, const char *data, gsize n)
{
  g_autoptr (TernRequest) request = self->failed ? g_weak_ref_get (self->failed) : NULL;

  if (request)
    tern_request_note_partial (request, self, data, n);
  g_clear_pointer (&self->unread, g_bytes_unref);
  if (n > 0)
    self->unread = g_bytes_new (data, n);
}

static gboolean
begin_all (TernResponse *self, TernBlock *block, GError **error)
{
  tern_block_init (block, self->expected < 0 ? -1 : self->expected + 1);
  while (self->unread)
    {
      if (!tern_block_reserve (block, error))
        return FALSE;
      block->used += take_unread (self, block->data + block->used, block->size - block->used);
    }
  return TRUE;
}

/**
 * tern_response_read:
 * @self: a response
 * @size: how many bytes to read
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Reads @size bytes, fewer only at the end of the body. A body that ends before it is complete is
 * an error (%TERN_ERROR_INCOMPLETE_READ), never a short read.
 *
 * Returns: (transfer full): the bytes, empty at the end; %NULL on error
 */
GBytes *
tern_response_read (TernResponse *self, gsize size, GCancellable *cancellable, GError **error)
{
  g_autofree char *buffer = g_try_malloc (MAX (size, 1));
  gsize begun;
  gsize n = 0;

  if (!buffer)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%" G_GSIZE_FORMAT, size);
      return NULL;
    }
  begun = take_unread (self, buffer, size);
  if (g_input_stream_read_all (tern_response_get_body (self), buffer + begun, size - begun, &n,
                               cancellable, error))
    return g_bytes_new_take (g_steal_pointer (&buffer), begun + n);
  keep_unread (self, buffer, begun + n);
  return NULL;
}

typedef struct
{
  gsize begun;
  char buffer[];
} ReadSome;

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  ReadSome *some = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n = 0;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, &error))
    {
      g_task_return_pointer (task, g_bytes_new (some->buffer, some->begun + n),
                             (GDestroyNotify) g_bytes_unref);
      return;
    }
  keep_unread (g_task_get_source_object (task), some->buffer, some->begun + n);
  g_task_return_error (task, error);
}

/**
 * tern_response_read_async:
 * @self: a response
 * @size: how many bytes to read
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * As tern_response_read(), without blocking.
 */
void
tern_response_read_async (TernResponse *self, gsize size, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  ReadSome *some = size < G_MAXSIZE - sizeof *some ? g_try_malloc (sizeof *some + size) : NULL;

  g_task_set_source_tag (task, tern_response_read_async);
  g_task_set_check_cancellable (task, FALSE);
  if (!some)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%" G_GSIZE_FORMAT, size);
      return;
    }
  some->begun = take_unread (self, some->buffer, size);
  g_task_set_task_data (task, some, g_free);
  g_input_stream_read_all_async (tern_response_get_body (self), some->buffer + some->begun,
                                 size - some->begun, G_PRIORITY_DEFAULT, cancellable, on_read,
                                 g_steal_pointer (&task));
}

/**
 * tern_response_read_finish:
 * @self: a response
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_response_read_async().
 *
 * Returns: (transfer full): the bytes, empty at the end; %NULL on error
 */
GBytes *
tern_response_read_finish (TernResponse *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_response_read_all:
 * @self: a response
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Reads what is left of the body.
 *
 * Returns: (transfer full): the bytes; %NULL on error
 */
GBytes *
tern_response_read_all (TernResponse *self, GCancellable *cancellable, GError **error)
{
  GInputStream *body = tern_response_get_body (self);
  TernBlock block;
  GBytes *content = NULL;
  gssize n = begin_all (self, &block, error) ? 1 : -1;

  while (n > 0)
    {
      n = -1;
      if (tern_block_reserve (&block, error))
        n = g_input_stream_read (body, block.data + block.used, block.size - block.used,
                                 cancellable, error);
      block.used += MAX (n, 0);
    }
  if (n == 0)
    content = tern_block_end (&block);
  else
    keep_unread (self, block.data, block.used);
  tern_block_clear (&block);
  return content;
}

static void
block_free (gpointer data)
{
  tern_block_clear (data);
  g_free (data);
}

static void read_more (GTask *task);

static void
return_failed (GTask *task, GError *error)
{
  TernBlock *block = g_task_get_task_data (task);

  keep_unread (g_task_get_source_object (task), block->data, block->used);
  g_task_return_error (task, error);
}

static void
on_read_some (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TernBlock *block = g_task_get_task_data (task);
  GError *error = NULL;
  const gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  block->used += MAX (n, 0);
  if (n < 0)
    return_failed (task, error);
  else if (n == 0)
    g_task_return_pointer (task, tern_block_end (block), (GDestroyNotify) g_bytes_unref);
  else
    read_more (g_steal_pointer (&task));
}

/* Takes @task. */
static void
read_more (GTask *task)
{
  TernBlock *block = g_task_get_task_data (task);
  GError *error = NULL;

  if (!tern_block_reserve (block, &error))
    {
      return_failed (task, error);
      g_object_unref (task);
      return;
    }
  g_input_stream_read_async (tern_response_get_body (g_task_get_source_object (task)),
                             block->data + block->used, block->size - block->used,
                             G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_read_some, task);
}

/**
 * tern_response_read_all_async:
 * @self: a response
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * As tern_response_read_all(), without blocking.
 */
void
tern_response_read_all_async (TernResponse *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  TernBlock *block = g_new0 (TernBlock, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tern_response_read_all_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, block, block_free);
  if (begin_all (self, block, &error))
    {
      read_more (task);
      return;
    }
  return_failed (task, error);
  g_object_unref (task);
}

/**
 * tern_response_read_all_finish:
 * @self: a response
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_response_read_all_async().
 *
 * Returns: (transfer full): the bytes; %NULL on error
 */
GBytes *
tern_response_read_all_finish (TernResponse *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
