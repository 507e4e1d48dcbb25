/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernSocks4: see the header. One thread accepts; each connection has a thread that reads the
 * request and carries one direction, and one for the other. */

#include "tern-socks4.h"

#include <string.h>

#define GRANTED 90
#define REFUSED 91
#define WORD_MAX 256

struct _TernSocks4
{
  GSocketListener *listener;
  GCancellable *cancellable;
  GThread *thread;
  guint16 port;
  char *user;

  GMutex lock;
  GPtrArray *threads;
  GPtrArray *requests;
};

typedef struct
{
  TernSocks4 *proxy;
  GSocketConnection *client;
} Session;

typedef struct
{
  GSocketConnection *from;
  GSocketConnection *to;
  GCancellable *cancellable;
} Relay;

/* Until the end of @from, which becomes the end of @to. */
static gpointer
carry (gpointer data)
{
  Relay *relay = data;

  g_output_stream_splice (g_io_stream_get_output_stream (G_IO_STREAM (relay->to)),
                          g_io_stream_get_input_stream (G_IO_STREAM (relay->from)),
                          G_OUTPUT_STREAM_SPLICE_NONE, relay->cancellable, NULL);
  g_socket_shutdown (g_socket_connection_get_socket (relay->to), FALSE, TRUE, NULL);
  return NULL;
}

/* A word that ends with NUL; NULL when none comes. */
static char *
read_word (GInputStream *in, GCancellable *cancellable)
{
  g_autoptr (GString) word = g_string_new (NULL);
  char byte;

  while (word->len < WORD_MAX && g_input_stream_read (in, &byte, 1, cancellable, NULL) == 1)
    {
      if (byte == '\0')
        return g_string_free (g_steal_pointer (&word), FALSE);
      g_string_append_c (word, byte);
    }
  return NULL;
}

/* An address 0.0.0.x is none: then a name follows (SOCKS4a). */
static gboolean
is_name_ahead (const guint8 *address)
{
  return address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0;
}

static gboolean
read_request (
    GInputStream *in, GCancellable *cancellable, char **user, char **host, guint16 *port)
{
  guint8 head[8];
  gsize n;

  if (!g_input_stream_read_all (in, head, sizeof head, &n, cancellable, NULL) || n < sizeof head
      || head[0] != 4 || head[1] != 1)
    return FALSE;
  *user = read_word (in, cancellable);
  *port = (guint16) (head[2] << 8 | head[3]);
  *host = is_name_ahead (head + 4)
              ? read_word (in, cancellable)
              : g_strdup_printf ("%u.%u.%u.%u", head[4], head[5], head[6], head[7]);
  return *user && *host;
}

static void
note (TernSocks4 *self, const char *user, const char *host, guint16 port)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->requests, g_strdup_printf ("%s %s:%u", user, host, port));
  g_mutex_unlock (&self->lock);
}

static GSocketConnection *
connect_out (TernSocks4 *self, const char *user, const char *host, guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  if (self->user && strcmp (self->user, user) != 0)
    return NULL;
  if (strcmp (host, "localhost") != 0 && !g_str_has_prefix (host, "127."))
    return NULL;
  return g_socket_client_connect_to_host (client, host, port, self->cancellable, NULL);
}

static void
serve (TernSocks4 *self, GSocketConnection *client)
{
  g_autofree char *user = NULL;
  g_autofree char *host = NULL;
  guint16 port;

  if (!read_request (g_io_stream_get_input_stream (G_IO_STREAM (client)), self->cancellable, &user,
                     &host, &port))
    return;
  note (self, user, host, port);
  g_autoptr (GSocketConnection) target = connect_out (self, user, host, port);
  char reply[8] = { 0, target ? GRANTED : REFUSED };
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (client)), reply,
                                  sizeof reply, NULL, self->cancellable, NULL)
      || target == NULL)
    return;
  Relay out = { client, target, self->cancellable };
  Relay back = { target, client, self->cancellable };
  GThread *other = g_thread_new ("socks4-back", carry, &back);
  carry (&out);
  g_thread_join (other);
}

static gpointer
run_session (gpointer data)
{
  Session *session = data;

  serve (session->proxy, session->client);
  g_io_stream_close (G_IO_STREAM (session->client), NULL, NULL);
  g_object_unref (session->client);
  g_free (session);
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  TernSocks4 *self = data;
  GSocketConnection *client;

  while ((client = g_socket_listener_accept (self->listener, NULL, self->cancellable, NULL)))
    {
      Session *session = g_new0 (Session, 1);

      session->proxy = self;
      session->client = client;
      g_ptr_array_add (self->threads, g_thread_new ("socks4", run_session, session));
    }
  return NULL;
}

TernSocks4 *
tern_socks4_new (const char *user)
{
  TernSocks4 *self = g_new0 (TernSocks4, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_listener_new ();
  self->cancellable = g_cancellable_new ();
  self->user = g_strdup (user);
  self->threads = g_ptr_array_new ();
  self->requests = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  if (!g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error))
    g_error ("socks4: %s", error->message);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("socks4-accept", accept_all, self);
  return self;
}

void
tern_socks4_free (TernSocks4 *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_free (self->user);
  g_free (self);
}

guint16
tern_socks4_get_port (TernSocks4 *self)
{
  return self->port;
}

guint
tern_socks4_n_requests (TernSocks4 *self)
{
  g_mutex_lock (&self->lock);
  guint n = self->requests->len;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
tern_socks4_get_request (TernSocks4 *self, guint i)
{
  g_mutex_lock (&self->lock);
  char *request = i < self->requests->len ? g_strdup (self->requests->pdata[i]) : NULL;
  g_mutex_unlock (&self->lock);
  return request;
}
