/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of a connection that is being opened:
 *
 *   DIAL ──> TUNNEL ──> TLS ──> DONE
 *    └───────────────────┴───────┘
 *
 * Dialing straight to a server takes TLS along; behind a tunnel, or on a program's stream, the
 * handshake is a state of its own. It never sends a byte of a request. */
#include "connection/tern-opener.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "connection/tern-connection-host.h"
#include "exchange/tern-deadline.h"
#include "net/tern-transport-stream.h"

typedef enum
{
  STATE_DIAL,
  STATE_TUNNEL,
  STATE_TLS,
  STATE_DONE,
} State;

struct _TernOpener
{
  TernConnection *connection; /* borrowed: the call that opens keeps it */
  State state;
  TernUri *uri;         /* what is dialed */
  TernUri *target;      /* who is spoken to in the end */
  TernTlsSettings *tls; /* where the handshake is ours; NULL else */
  TernTlsIdentity *identity;
  TernEstablish *establish;
  TernTunnel *tunnel; /* NULL for none */
  TernTlsHandshake *handshake;
  TernTransport *transport;
  TernTimings timings;
  gint64 deadline;
};

static TernTlsSettings *
get_tls (TernConnection *connection)
{
  g_autoptr (GPtrArray) identities = NULL;

  if (connection->tls)
    return connection->tls;
  connection->tls = tern_tls_settings_new (connection->ca_file, connection->validate_certificates,
                                           (TernTlsVersion)connection->tls_minimum_version,
                                           (TernTlsVersion)connection->tls_maximum_version);
  if (connection->identity)
    {
      identities = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_tls_identity_unref);
      g_ptr_array_add (identities, tern_tls_identity_ref (connection->identity));
      tern_tls_settings_set_identities (connection->tls, identities);
    }
  return connection->tls;
}

/* --- before a byte is sent ------------------------------------------------------------------- */

static void
on_tunnel_head (gpointer data, gboolean is_sent, const char *text)
{
  if (is_sent)
    tern_connection_tell_text (data, text);
}

static gboolean
plan_tunnel (TernOpener *self, GError **error)
{
  TernConnection *connection = self->connection;
  const TernTunnelPlan plan = { .proxy = self->uri->host,
                                .host = self->target->host,
                                .port = self->target->port,
                                .version = connection->http_version,
                                .fields = { connection->tunnel_headers },
                                .limits = tern_connection_get_limits (connection),
                                .idle_timeout = tern_connection_get_idle_timeout (connection),
                                .deadline = self->deadline,
                                .uri = self->target,
                                .head = connection->debug_level > 0 ? on_tunnel_head : NULL,
                                .data = connection };

  self->tunnel = tern_tunnel_new (&plan, error);
  return self->tunnel != NULL;
}

/* What cannot be used is found before a packet is sent. */
static gboolean
plan_tls (TernOpener *self, GError **error)
{
  self->tls = tern_tls_settings_ref (get_tls (self->connection));
  return tern_tls_settings_load (self->tls, error)
         && tern_tls_settings_find_identity (self->tls, self->target->host, self->target->port,
                                             &self->identity, error);
}

/* Where to connect from. */
static gboolean
read_source (TernConnection *connection, TernAddress *source, GError **error)
{
  const gssize len = connection->source_address
                         ? g_socket_address_get_native_size (connection->source_address)
                         : 0;

  *source = (TernAddress){ 0 };
  if (len == 0)
    return TRUE;
  if (!G_IS_INET_SOCKET_ADDRESS (connection->source_address) || len < 0
      || (gsize)len > sizeof source->addr)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The source address is not one of the Internet"));
      return FALSE;
    }
  source->len = (socklen_t)len;
  return g_socket_address_to_native (connection->source_address, &source->addr, sizeof source->addr,
                                     error);
}

static gboolean
plan_dialing (TernOpener *self, GError **error)
{
  TernConnection *connection = self->connection;
  TernAddress source;
  TernExchangeEnv env = { .connector = connection->connector,
                          .lookup = tern_lookup_system,
                          .limits = tern_connection_get_limits (connection),
                          .idle_timeout = tern_connection_get_idle_timeout (connection),
                          .total_deadline = self->deadline };

  if (!read_source (connection, &source, error))
    return FALSE;
  if (source.len > 0)
    env.source = &source;
  if (self->uri->secure)
    env.tls = get_tls (connection);
  self->establish = tern_establish_new (&env, self->uri, self->uri->authority);
  return TRUE;
}

/* A program's stream is used once. */
static gboolean
take_stream (TernOpener *self, GError **error)
{
  g_autoptr (GIOStream) stream = g_steal_pointer (&self->connection->stream);

  if (stream)
    {
      self->transport = tern_transport_new_stream (stream);
      return TRUE;
    }
  g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
               _ ("The stream of the connection was closed"));
  return FALSE;
}

static gboolean
plan (TernOpener *self, GError **error)
{
  TernConnection *connection = self->connection;
  const GError *bad = connection->bad_host ? connection->bad_host : connection->bad_tunnel;

  if (bad)
    {
      g_propagate_error (error, g_error_copy (bad));
      return FALSE;
    }
  self->target = tern_uri_ref (connection->tunnel ? connection->tunnel : connection->uri);
  /* A proxy is dialed without TLS: what is encrypted is what is said through it. */
  self->uri = connection->tunnel ? tern_connection_host_parse (connection->uri->host,
                                                               connection->uri->port, FALSE, error)
                                 : tern_uri_ref (connection->uri);
  if (!self->uri || (connection->tunnel && !plan_tunnel (self, error)))
    return FALSE;
  if (self->target->secure && (!self->uri->secure || connection->has_stream)
      && !plan_tls (self, error))
    return FALSE;
  return connection->has_stream ? take_stream (self, error) : plan_dialing (self, error);
}

TernOpener *
tern_opener_new (TernConnection *connection, GError **error)
{
  const gint64 timeout = tern_connection_get_idle_timeout (connection);
  TernOpener *self = g_new0 (TernOpener, 1);

  self->connection = connection;
  self->deadline = timeout ? g_get_monotonic_time () + timeout : TERN_NEVER;
  if (plan (self, error))
    return self;
  tern_opener_free (self);
  return NULL;
}

void
tern_opener_free (TernOpener *self)
{
  g_clear_pointer (&self->establish, tern_establish_free);
  g_clear_pointer (&self->tunnel, tern_tunnel_free);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  g_clear_pointer (&self->transport, tern_transport_free);
  g_clear_pointer (&self->identity, tern_tls_identity_unref);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  g_clear_pointer (&self->uri, tern_uri_unref);
  g_clear_pointer (&self->target, tern_uri_unref);
  g_free (self);
}

/* --- steps ----------------------------------------------------------------------------------- */

static TernStep
step_dial (TernOpener *self, TernWait *wait, GError **error)
{
  if (self->establish)
    {
      const TernStep step = tern_establish_step (self->establish, &self->timings, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      self->transport = tern_establish_steal_transport (self->establish);
    }
  self->state = self->tunnel ? STATE_TUNNEL : self->tls ? STATE_TLS : STATE_DONE;
  if (self->tunnel)
    tern_tunnel_take_transport (self->tunnel, g_steal_pointer (&self->transport));
  return TERN_STEP_DONE;
}

static TernStep
step_tunnel (TernOpener *self, TernWait *wait, GError **error)
{
  const TernStep step = tern_tunnel_step (self->tunnel, wait, error);
  const TernHttp1Head *head;

  if (step != TERN_STEP_DONE)
    return step;
  head = tern_tunnel_get_head (self->tunnel);
  tern_connection_tell_reply (self->connection, head);
  if (tern_tunnel_is_refused (self->tunnel))
    {
      tern_tunnel_set_refused (error, self->uri->authority, tern_tunnel_get_target (self->tunnel),
                               head->status, head->reason);
      return TERN_STEP_FAILED;
    }
  self->transport = tern_tunnel_steal_transport (self->tunnel);
  self->state = self->tls ? STATE_TLS : STATE_DONE;
  return TERN_STEP_DONE;
}

static TernStep
step_tls (TernOpener *self, TernWait *wait, GError **error)
{
  TernStep step;

  if (!self->handshake)
    {
      self->handshake = tern_tls_handshake_new (self->tls, g_steal_pointer (&self->transport),
                                                self->target->host, self->target->authority);
      tern_tls_handshake_set_identity (self->handshake, self->identity);
    }
  step = tern_tls_handshake_step (self->handshake, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->transport = tern_tls_handshake_steal_transport (self->handshake);
  self->state = STATE_DONE;
  return TERN_STEP_DONE;
}

/* What keeps a proxy's page too long is no reason to forget why it refused: the tunnel ends by the
 * same clock, with what came of the page. */
static gboolean
is_late (TernOpener *self, GError **error)
{
  if (self->deadline == TERN_NEVER || g_get_monotonic_time () < self->deadline
      || (self->tunnel && tern_tunnel_is_refused (self->tunnel)))
    return FALSE;
  tern_deadline_set_error (error, tern_opener_get_phase (self), self->uri->host);
  return TRUE;
}

TernStep
tern_opener_step (TernOpener *self, TernWait *wait, GError **error)
{
  static TernStep (*const steps[]) (TernOpener *, TernWait *, GError **) = {
    [STATE_DIAL] = step_dial,
    [STATE_TUNNEL] = step_tunnel,
    [STATE_TLS] = step_tls,
  };
  TernStep step = TERN_STEP_DONE;

  if (is_late (self, error))
    return TERN_STEP_FAILED;
  tern_wait_add_deadline (wait, self->deadline);
  while (step == TERN_STEP_DONE && self->state != STATE_DONE)
    step = steps[self->state](self, wait, error);
  return step == TERN_STEP_WAIT && is_late (self, error) ? TERN_STEP_FAILED : step;
}

TernPhase
tern_opener_get_phase (TernOpener *self)
{
  if (self->state == STATE_TLS)
    return TERN_PHASE_TLS;
  return self->state == STATE_DIAL && self->establish ? tern_establish_get_phase (self->establish)
                                                      : TERN_PHASE_CONNECT;
}

TernTransport *
tern_opener_steal_transport (TernOpener *self)
{
  return g_steal_pointer (&self->transport);
}

TernResponse *
tern_opener_make_tunnel_response (TernOpener *self)
{
  const TernHttp1Head *head = self->tunnel ? tern_tunnel_get_head (self->tunnel) : NULL;
  TernResponse *response;

  if (!head)
    return NULL;
  if (tern_tunnel_is_refused (self->tunnel))
    response = tern_tunnel_steal_refusal (self->tunnel);
  else
    response = tern_response_new (head->status, head->version, g_strdup (head->reason),
                                  tern_headers_ref (head->headers), self->target);
  response->located = TRUE; /* the proxy's fields as they came */
  return response;
}

const TernTimings *
tern_opener_get_timings (TernOpener *self)
{
  return &self->timings;
}
