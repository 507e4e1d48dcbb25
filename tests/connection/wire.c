/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every call with two faces, and streams whose other end is the test's. */
#include "wire.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 30000

/* --- streams --------------------------------------------------------------------------------- */

/* An input stream with nothing but a blocking read. */
#define PLAIN_TYPE_INPUT (plain_input_get_type ())
G_DECLARE_FINAL_TYPE (PlainInput, plain_input, PLAIN, INPUT, GInputStream)

struct _PlainInput
{
  GInputStream parent_instance;
  int fd;
};

G_DEFINE_FINAL_TYPE (PlainInput, plain_input, G_TYPE_INPUT_STREAM)

static gssize
plain_input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  const gssize n = read (PLAIN_INPUT (stream)->fd, buffer, count);

  if (n < 0)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return n;
}

static void
plain_input_class_init (PlainInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = plain_input_read;
}

static void
plain_input_init (PlainInput *self)
{
}

static void
init (Wire *self, gboolean async)
{
  *self = (Wire){ .async = async, .peer = -1 };
}

void
wire_init (Wire *self, gboolean async, TernOrigin *origin)
{
  init (self, async);
  self->connection = tern_connection_new ("127.0.0.1", tern_origin_get_port (origin), FALSE);
}

static int
make_pair (Wire *self, const char *bytes, gssize len)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  self->peer = fds[1];
  self->own = fds[0];
  len = len < 0 ? (gssize)strlen (bytes) : len;
  if (len > 0)
    g_assert_cmpint (write (fds[1], bytes, len), ==, len);
  return fds[0];
}

void
wire_init_canned (Wire *self, gboolean async, const char *bytes, gssize len)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;

  init (self, async);
  socket = g_socket_new_from_fd (make_pair (self, bytes, len), NULL);
  stream = g_socket_connection_factory_create_connection (socket);
  self->connection = tern_connection_new_for_stream (G_IO_STREAM (stream));
}

void
wire_init_unpollable (Wire *self, gboolean async, const char *bytes, gssize len)
{
  g_autoptr (GOutputStream) output = NULL;
  g_autoptr (GIOStream) stream = NULL;
  PlainInput *input = g_object_new (PLAIN_TYPE_INPUT, NULL);

  init (self, async);
  input->fd = make_pair (self, bytes, len);
  output = g_unix_output_stream_new (input->fd, TRUE);
  stream = g_simple_io_stream_new (G_INPUT_STREAM (input), output);
  self->connection = tern_connection_new_for_stream (stream);
  g_object_unref (input);
}

void
wire_clear (Wire *self)
{
  g_clear_object (&self->response);
  g_clear_error (&self->error);
  g_clear_object (&self->connection);
  if (self->peer >= 0)
    close (self->peer);
}

void
wire_feed (Wire *self, const char *bytes)
{
  g_assert_cmpint (write (self->peer, bytes, strlen (bytes)), ==, (int)strlen (bytes));
}

void
wire_end (Wire *self)
{
  g_assert_cmpint (shutdown (self->peer, SHUT_WR), ==, 0);
}

static char *
take_all (int fd)
{
  GString *text = g_string_new (NULL);
  char block[4096];
  gssize n;

  while ((n = recv (fd, block, sizeof block, MSG_DONTWAIT)) > 0)
    g_string_append_len (text, block, n);
  return g_string_free (text, FALSE);
}

char *
wire_sent (Wire *self)
{
  return take_all (self->peer);
}

char *
wire_unread (Wire *self)
{
  return take_all (self->own);
}

/* --- two faces ------------------------------------------------------------------------------- */

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

static GAsyncResult *
waiter_end (Waiter *self)
{
  g_assert_cmpuint (self->n_calls, ==, 0);
  tern_test_run_until_func (is_told, self, PATIENCE_MS);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_assert_cmpuint (self->n_calls, ==, 1);
  return self->result;
}

#define BOTH(self, ok, sync_call, async_call, finish_call)                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_clear_error (&(self)->error);                                                                \
    if (!(self)->async)                                                                            \
      ok = sync_call;                                                                              \
    else                                                                                           \
      {                                                                                            \
        g_autoptr (GAsyncResult) result = NULL;                                                    \
        Waiter waiter;                                                                             \
                                                                                                   \
        waiter_begin (&waiter);                                                                    \
        async_call;                                                                                \
        result = waiter_end (&waiter);                                                             \
        ok = finish_call;                                                                          \
      }                                                                                            \
    g_assert_true (!(ok) == ((self)->error != NULL));                                              \
  }                                                                                                \
  G_STMT_END

#define C (self->connection)
#define E (&self->error)

static GBytes *
make_bytes (const char *text)
{
  return text ? g_bytes_new (text, strlen (text)) : NULL;
}

gboolean
wire_open (Wire *self)
{
  gboolean ok;

  BOTH (self, ok, tern_connection_open (C, NULL, E),
        tern_connection_open_async (C, NULL, on_result, &waiter),
        tern_connection_open_finish (C, result, E));
  return ok;
}

gboolean
wire_request (
    Wire *self, const char *method, const char *target, TernHeaders *headers, const char *body)
{
  g_autoptr (GBytes) bytes = make_bytes (body);
  gboolean ok;

  BOTH (self, ok, tern_connection_request (C, method, target, headers, bytes, NULL, E),
        tern_connection_request_async (C, method, target, headers, bytes, NULL, on_result, &waiter),
        tern_connection_request_finish (C, result, E));
  return ok;
}

gboolean
wire_request_stream (
    Wire *self, const char *method, TernHeaders *headers, GInputStream *body, gint64 length)
{
  gboolean ok;

  BOTH (self, ok, tern_connection_request_stream (C, method, "/", headers, body, length, NULL, E),
        tern_connection_request_stream_async (C, method, "/", headers, body, length, NULL,
                                              on_result, &waiter),
        tern_connection_request_stream_finish (C, result, E));
  return ok;
}

gboolean
wire_request_file (Wire *self, const char *method, TernHeaders *headers, GFile *body)
{
  gboolean ok;

  BOTH (
      self, ok, tern_connection_request_file (C, method, "/", headers, body, NULL, E),
      tern_connection_request_file_async (C, method, "/", headers, body, NULL, on_result, &waiter),
      tern_connection_request_file_finish (C, result, E));
  return ok;
}

gboolean
wire_put (Wire *self, const char *method, const char *target, TernPutFlags flags)
{
  g_clear_error (&self->error);
  return tern_connection_put_request (C, method, target, flags, E);
}

gboolean
wire_header (Wire *self, const char *name, const char *value)
{
  g_clear_error (&self->error);
  return tern_connection_put_header (C, name, value, E);
}

gboolean
wire_end_headers (Wire *self, const char *body)
{
  g_autoptr (GBytes) bytes = make_bytes (body);
  gboolean ok;

  BOTH (self, ok, tern_connection_end_headers (C, bytes, NULL, E),
        tern_connection_end_headers_async (C, bytes, NULL, on_result, &waiter),
        tern_connection_end_headers_finish (C, result, E));
  return ok;
}

gboolean
wire_send (Wire *self, const char *data)
{
  g_autoptr (GBytes) bytes = make_bytes (data);
  gboolean ok;

  BOTH (self, ok, tern_connection_send (C, bytes, NULL, E),
        tern_connection_send_async (C, bytes, NULL, on_result, &waiter),
        tern_connection_send_finish (C, result, E));
  return ok;
}

gboolean
wire_send_stream (Wire *self, GInputStream *stream)
{
  gboolean ok;

  BOTH (self, ok, tern_connection_send_stream (C, stream, NULL, E),
        tern_connection_send_stream_async (C, stream, NULL, on_result, &waiter),
        tern_connection_send_stream_finish (C, result, E));
  return ok;
}

gboolean
wire_send_file (Wire *self, GFile *file)
{
  gboolean ok;

  BOTH (self, ok, tern_connection_send_file (C, file, NULL, E),
        tern_connection_send_file_async (C, file, NULL, on_result, &waiter),
        tern_connection_send_file_finish (C, result, E));
  return ok;
}

gboolean
wire_get (Wire *self)
{
  TernResponse *response;

  BOTH (self, response, tern_connection_get_response (C, NULL, E),
        tern_connection_get_response_async (C, NULL, on_result, &waiter),
        tern_connection_get_response_finish (C, result, E));
  g_clear_object (&self->response);
  self->response = response;
  return response != NULL;
}

GBytes *
wire_read (Wire *self, TernResponse *response, gsize size)
{
  GBytes *bytes;

  response = response ? response : self->response;
  BOTH (self, bytes, tern_response_read (response, size, NULL, E),
        tern_response_read_async (response, size, NULL, on_result, &waiter),
        tern_response_read_finish (response, result, E));
  return bytes;
}

char *
wire_read_all (Wire *self, TernResponse *response)
{
  g_autoptr (GBytes) bytes = NULL;

  response = response ? response : self->response;
  BOTH (self, bytes, tern_response_read_all (response, NULL, E),
        tern_response_read_all_async (response, NULL, on_result, &waiter),
        tern_response_read_all_finish (response, result, E));
  return bytes ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

void
wire_assert_answer_at (const char *where, Wire *self, guint status, const char *body)
{
  g_autofree char *text = NULL;

  if (!wire_get (self))
    g_error ("%s: no response: %s", where, self->error->message);
  if (tern_response_get_status (self->response) != status)
    g_error ("%s: status %u instead of %u", where, tern_response_get_status (self->response),
             status);
  text = wire_read_all (self, NULL);
  if (!text)
    g_error ("%s: no body: %s", where, self->error->message);
  tern_test_assert_bytes_at (where, text, -1, body, -1);
}
