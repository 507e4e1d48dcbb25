/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two types over one struct: GObject asks a type whether it has an async form. See the header. */
#include "fake-connector.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tern-worker.h"
#include "tern-origin-demo.h"

/* --- the object --------------------------------------------------------------------------------
 */

typedef GObjectClass FakeConnectorClass;
typedef FakeConnector AsyncFakeConnector;
typedef GObjectClass AsyncFakeConnectorClass;

static GType fake_connector_get_type (void);
static GType async_fake_connector_get_type (void);
static void fake_iface_init (TernConnectorInterface *iface);
static void async_fake_iface_init (TernConnectorInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeConnector,
                         fake_connector,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TERN_TYPE_CONNECTOR, fake_iface_init))
G_DEFINE_TYPE_WITH_CODE (AsyncFakeConnector,
                         async_fake_connector,
                         fake_connector_get_type (),
                         G_IMPLEMENT_INTERFACE (TERN_TYPE_CONNECTOR, async_fake_iface_init))

static void
fake_connector_finalize (GObject *object)
{
  FakeConnector *self = (FakeConnector *)object;

  g_free (self->asked);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (fake_connector_parent_class)->finalize (object);
}

static void
fake_connector_class_init (FakeConnectorClass *klass)
{
  klass->finalize = fake_connector_finalize;
}

static void
fake_connector_init (FakeConnector *self)
{
  g_mutex_init (&self->lock);
}

static void
async_fake_connector_class_init (AsyncFakeConnectorClass *klass)
{
}

static void
async_fake_connector_init (AsyncFakeConnector *self)
{
}

FakeConnector *
fake_connector_new (FakeOpen open)
{
  FakeConnector *self = g_object_new (fake_connector_get_type (), NULL);

  self->open = open;
  return self;
}

FakeConnector *
fake_connector_new_async (FakeOpen open)
{
  FakeConnector *self = g_object_new (async_fake_connector_get_type (), NULL);

  self->open = open;
  return self;
}

char *
fake_connector_get_asked (FakeConnector *self)
{
  char *asked;

  g_mutex_lock (&self->lock);
  asked = g_strdup (self->asked);
  g_mutex_unlock (&self->lock);
  return asked;
}

/* --- the interface -----------------------------------------------------------------------------
 */

static void
note (FakeConnector *self, const char *scheme, const char *host, guint16 port)
{
  g_mutex_lock (&self->lock);
  g_free (self->asked);
  self->asked = g_strdup_printf ("%s %s %u", scheme, host, port);
  self->thread = g_thread_self ();
  g_mutex_unlock (&self->lock);
}

static void
on_stream_gone (gpointer connector, GObject *stream)
{
  g_atomic_int_add (&((FakeConnector *)connector)->n_streams, -1);
}

static GIOStream *
watch (FakeConnector *self, GIOStream *stream)
{
  if (!stream)
    return NULL;
  g_atomic_int_inc (&self->n_streams);
  g_object_weak_ref (G_OBJECT (stream), on_stream_gone, self);
  return stream;
}

static GIOStream *
fake_open_stream (TernConnector *connector,
                  const char *scheme,
                  const char *host,
                  guint16 port,
                  GCancellable *cancellable,
                  GError **error)
{
  FakeConnector *self = (FakeConnector *)connector;

  note (self, scheme, host, port);
  g_atomic_int_inc (&self->n_opened);
  return watch (self, self->open (self, cancellable, error));
}

static TernConnectorFlags
fake_get_flags (TernConnector *connector)
{
  return ((FakeConnector *)connector)->flags;
}

static void
fake_iface_init (TernConnectorInterface *iface)
{
  iface->open_stream = fake_open_stream;
  iface->get_flags = fake_get_flags;
}

static gboolean
open_now (gpointer data)
{
  GTask *task = data;
  FakeConnector *self = g_task_get_source_object (task);
  GError *error = NULL;
  GIOStream *stream = watch (self, self->open (self, g_task_get_cancellable (task), &error));

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, stream, g_object_unref);
  return G_SOURCE_REMOVE;
}

static gboolean
open_cancelled (GCancellable *cancellable, gpointer data)
{
  return open_now (data);
}

static void
fake_open_stream_async (TernConnector *connector,
                        const char *scheme,
                        const char *host,
                        guint16 port,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  FakeConnector *self = (FakeConnector *)connector;
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GSource) source = NULL;

  note (self, scheme, host, port);
  g_atomic_int_inc (&self->n_async);
  g_task_set_check_cancellable (task, FALSE);
  if (self->open == fake_open_hanging)
    {
      source = g_cancellable_source_new (cancellable);
      g_source_set_callback (source, G_SOURCE_FUNC (open_cancelled), task, g_object_unref);
    }
  else
    {
      source = g_timeout_source_new (self->open == fake_open_deaf ? 300 : 2);
      g_source_set_callback (source, open_now, task, g_object_unref);
    }
  g_source_attach (source, g_main_context_get_thread_default ());
}

static GIOStream *
fake_open_stream_finish (TernConnector *connector, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
async_fake_iface_init (TernConnectorInterface *iface)
{
  fake_iface_init (iface);
  iface->open_stream_async = fake_open_stream_async;
  iface->open_stream_finish = fake_open_stream_finish;
}

/* --- ways to open ------------------------------------------------------------------------------
 */

GIOStream *
fake_open_tcp (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  return G_IO_STREAM (
      g_socket_client_connect_to_host (client, "127.0.0.1", self->port, cancellable, error));
}

GIOStream *
fake_open_unix (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);

  return G_IO_STREAM (
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), cancellable, error));
}

GIOStream *
fake_open_blocking (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  const struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons (self->port),
                                       .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (const struct sockaddr *)&address, sizeof address), ==, 0);
  return tern_test_stream_new (fd, self->stream_flags);
}

GIOStream *
fake_open_mock (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) in
      = g_memory_input_stream_new_from_data (self->reply, (gssize)strlen (self->reply), NULL);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  return g_simple_io_stream_new (in, out);
}

GIOStream *
fake_open_hanging (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_poll (&fd, 1, 60000);
  g_cancellable_release_fd (cancellable);
  g_cancellable_set_error_if_cancelled (cancellable, error);
  return NULL;
}

GIOStream *
fake_open_deaf (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  if (G_OBJECT_TYPE (self) == fake_connector_get_type ())
    g_usleep (300000);
  return fake_open_tcp (self, NULL, error);
}

GIOStream *
fake_open_failing (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, FAKE_ERROR, 42, "the tunnel fell in");
  return NULL;
}

GIOStream *
fake_open_nothing (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  return NULL;
}

GIOStream *
fake_open_closed (FakeConnector *self, GCancellable *cancellable, GError **error)
{
  GIOStream *stream = fake_open_mock (self, cancellable, error);

  g_io_stream_close (stream, NULL, NULL);
  return stream;
}

/* --- a Unix socket -----------------------------------------------------------------------------
 */

static gpointer
pump (gpointer data)
{
  GIOStream **ends = data;
  GSocket *out = g_socket_connection_get_socket (G_SOCKET_CONNECTION (ends[1]));

  g_output_stream_splice (g_io_stream_get_output_stream (ends[1]),
                          g_io_stream_get_input_stream (ends[0]), G_OUTPUT_STREAM_SPLICE_NONE, NULL,
                          NULL);
  g_socket_shutdown (out, FALSE, TRUE, NULL);
  return NULL;
}

struct _FakeRelay
{
  TernOrigin *origin;
  GSocketListener *listener;
  GCancellable *over;
  GThread *thread;
};

typedef struct
{
  GIOStream *front;
  GIOStream *behind;
} Relayed;

static gpointer
serve (gpointer data)
{
  Relayed *relayed = data;
  GThread *thread
      = g_thread_new ("relay-up", pump, (GIOStream *[]){ relayed->front, relayed->behind });

  pump ((GIOStream *[]){ relayed->behind, relayed->front });
  g_thread_join (thread);
  g_object_unref (relayed->front);
  g_object_unref (relayed->behind);
  g_free (relayed);
  return NULL;
}

static gpointer
relay_main (gpointer data)
{
  FakeRelay *self = data;
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *front;

  g_socket_client_set_enable_proxy (client, FALSE);
  while ((front = g_socket_listener_accept (self->listener, NULL, self->over, NULL)))
    {
      Relayed *relayed = g_new0 (Relayed, 1);
      const guint16 port = tern_origin_get_port (self->origin);

      relayed->front = G_IO_STREAM (front);
      relayed->behind
          = G_IO_STREAM (g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL));
      g_assert_nonnull (relayed->behind);
      g_ptr_array_add (threads, g_thread_new ("relay", serve, relayed));
    }
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  return NULL;
}

FakeRelay *
fake_relay_new (const char *path, TernOrigin *origin)
{
  FakeRelay *self = g_new0 (FakeRelay, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  self->origin = origin;
  self->listener = g_socket_listener_new ();
  self->over = g_cancellable_new ();
  g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("relay-listen", relay_main, self);
  return self;
}

void
fake_relay_free (FakeRelay *self)
{
  g_cancellable_cancel (self->over);
  g_thread_join (self->thread);
  g_object_unref (self->listener);
  g_object_unref (self->over);
  g_free (self);
}

/* --- a client over it --------------------------------------------------------------------------
 */

void
fixture_init (Fixture *self, gboolean async, FakeConnector *connector, const char *path)
{
  g_autofree char *uri = g_strconcat (URI, path, NULL);

  self->origin = tern_origin_new ();
  tern_origin_add_demo (self->origin);
  self->connector = connector;
  connector->port = tern_origin_get_port (self->origin);
  ask_init (&self->ask, async, NULL, "GET", uri);
  tern_client_set_connector (self->ask.client, TERN_CONNECTOR (connector));
}

static gboolean
streams_are_gone (gpointer data)
{
  return g_atomic_int_get (&((FakeConnector *)data)->n_streams) == 0
         && tern_worker_count (TERN_LANE_STREAM) == 0 && tern_worker_count (TERN_LANE_CLOSE) == 0;
}

void
fake_connector_wait_gone (FakeConnector *self)
{
  tern_test_run_until_func (streams_are_gone, self, 10000);
}

void
fixture_clear (Fixture *self)
{
  ask_clear (&self->ask);
  fake_connector_wait_gone (self->connector);
  g_object_unref (self->connector);
  tern_origin_free (self->origin);
}
