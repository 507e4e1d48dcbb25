/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a response's body into GBytes, sync and async, through nothing but its stream. */
#include "message/tern-response-private.h"

#include <string.h>

/* A server's word is worth this much memory before any of it arrived. */
#define FIRST_ROOM (256 * 1024)

typedef struct
{
  GByteArray *bytes;
  gsize room; /* the array is this long while a read is under way */
} Gather;

static void
gather_free (gpointer data)
{
  Gather *gather = data;

  g_byte_array_unref (gather->bytes);
  g_free (gather);
}

static Gather *
gather_new (TernResponse *self)
{
  Gather *gather = g_new0 (Gather, 1);

  gather->bytes = g_byte_array_new ();
  gather->room = self->expected < 0 ? 16 * 1024 : MIN (self->expected + 1, FIRST_ROOM);
  return gather;
}

/* Makes room behind the @used bytes and returns how much there is. */
static gsize
gather_grow (Gather *gather, gsize used)
{
  if (used == gather->room)
    gather->room *= 2;
  if (gather->bytes->len < gather->room)
    g_byte_array_set_size (gather->bytes, gather->room);
  return gather->room - used;
}

static GBytes *
gather_end (Gather *gather, gsize used)
{
  g_byte_array_set_size (gather->bytes, used);
  return g_byte_array_free_to_bytes (g_byte_array_ref (gather->bytes));
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
  gsize n = 0;

  if (!buffer)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%" G_GSIZE_FORMAT, size);
      return NULL;
    }
  if (!g_input_stream_read_all (tern_response_get_body (self), buffer, size, &n, cancellable,
                                error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&buffer), n);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  char *buffer = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n = 0;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, &error))
    g_task_return_pointer (task, g_bytes_new (buffer, n), (GDestroyNotify) g_bytes_unref);
  else
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
  char *buffer = g_try_malloc (MAX (size, 1));

  g_task_set_source_tag (task, tern_response_read_async);
  if (!buffer)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%" G_GSIZE_FORMAT, size);
      return;
    }
  g_task_set_task_data (task, buffer, g_free);
  g_input_stream_read_all_async (tern_response_get_body (self), buffer, size, G_PRIORITY_DEFAULT,
                                 cancellable, on_read, g_steal_pointer (&task));
}

/**
 * tern_response_read_finish:
 * @self: a response
 * @result: what the callback was given
 * @error: return location for a #GError
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
  Gather *gather = gather_new (self);
  GBytes *content = NULL;
  gsize used = 0;
  gssize n;

  do
    {
      const gsize room = gather_grow (gather, used);

      n = g_input_stream_read (body, gather->bytes->data + used, room, cancellable, error);
      used += MAX (n, 0);
    }
  while (n > 0);
  if (n == 0)
    content = gather_end (gather, used);
  gather_free (gather);
  return content;
}

typedef struct
{
  Gather *gather;
  gsize used;
} ReadAll;

static void
read_all_free (gpointer data)
{
  ReadAll *all = data;

  gather_free (all->gather);
  g_free (all);
}

static void read_more (GTask *task);

static void
on_read_some (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  ReadAll *all = g_task_get_task_data (task);
  GError *error = NULL;
  const gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    g_task_return_error (task, error);
  else if (n == 0)
    g_task_return_pointer (task, gather_end (all->gather, all->used),
                           (GDestroyNotify)g_bytes_unref);
  else
    {
      all->used += n;
      read_more (g_steal_pointer (&task));
    }
}

static void
read_more (GTask *task)
{
  ReadAll *all = g_task_get_task_data (task);
  const gsize room = gather_grow (all->gather, all->used);

  g_input_stream_read_async (tern_response_get_body (g_task_get_source_object (task)),
                             all->gather->bytes->data + all->used, room, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), on_read_some, task);
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
  ReadAll *all = g_new0 (ReadAll, 1);

  g_task_set_source_tag (task, tern_response_read_all_async);
  all->gather = gather_new (self);
  g_task_set_task_data (task, all, read_all_free);
  read_more (task);
}

/**
 * tern_response_read_all_finish:
 * @self: a response
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the bytes; %NULL on error
 */
GBytes *
tern_response_read_all_finish (TernResponse *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
