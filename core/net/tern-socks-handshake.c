/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moves the bytes of a talk with a SOCKS proxy. It understands none of them, and must never read
 * more than the talk asks for. */
#include "net/tern-socks-handshake.h"

#include <gio/gio.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"

struct _TernSocksHandshake
{
  TernSocks *socks;
  TernTransport *transport;
  gsize sent; /* of the output */
  guint8 reply[TERN_SOCKS_MAX_NEED];
  gsize received; /* of what is needed */
  guint64 moved;
};

TernSocksHandshake *
tern_socks_handshake_new (const TernSocksPlan *plan, GError **error)
{
  TernSocks *socks = tern_socks_new (plan, error);
  TernSocksHandshake *self;

  if (!socks)
    return NULL;
  self = g_new0 (TernSocksHandshake, 1);
  self->socks = socks;
  return self;
}

void
tern_socks_handshake_free (TernSocksHandshake *self)
{
  g_clear_pointer (&self->transport, tern_transport_free);
  tern_socks_free (self->socks);
  g_free (self);
}

void
tern_socks_handshake_take_transport (TernSocksHandshake *self, TernTransport *transport)
{
  self->transport = transport;
}

static TernStep
send_output (TernSocksHandshake *self, TernWait *wait, GError **error)
{
  GBytes *output = tern_socks_get_output (self->socks);
  gsize len = 0;
  const guint8 *data = output ? g_bytes_get_data (output, &len) : NULL;
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->sent < len)
    {
      const struct iovec rest = { (guint8 *)data + self->sent, len - self->sent };
      gsize n = 0;

      step = tern_transport_write (self->transport, &rest, 1, &n, wait, error);
      self->sent += n;
      self->moved += n;
      /* The idle clock begins anew now, so who keeps it must be asked before another wait. */
      wait->may_block = FALSE;
    }
  return step;
}

static TernStep
receive_reply (TernSocksHandshake *self, gsize need, TernWait *wait, GError **error)
{
  while (self->received < need)
    {
      gsize n = 0;
      const TernStep step = tern_transport_read (self->transport, self->reply + self->received,
                                                 need - self->received, &n, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      if (n == 0)
        {
          g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL,
                       _ ("It closed the connection instead of an answer"));
          return TERN_STEP_FAILED;
        }
      self->received += n;
      self->moved += n;
      wait->may_block = FALSE; /* as above */
    }
  return TERN_STEP_DONE;
}

TernStep
tern_socks_handshake_step (TernSocksHandshake *self, TernWait *wait, GError **error)
{
  gsize need;

  while ((need = tern_socks_get_need (self->socks)) > 0)
    {
      TernStep step = send_output (self, wait, error);

      if (step == TERN_STEP_DONE)
        step = receive_reply (self, need, wait, error);
      if (step != TERN_STEP_DONE)
        return step;
      if (!tern_socks_eat (self->socks, self->reply, error))
        return TERN_STEP_FAILED;
      self->received = self->sent = 0;
    }
  return TERN_STEP_DONE;
}

guint64
tern_socks_handshake_count_moved (TernSocksHandshake *self)
{
  return self->moved;
}

TernTransport *
tern_socks_handshake_steal_transport (TernSocksHandshake *self)
{
  return g_steal_pointer (&self->transport);
}
