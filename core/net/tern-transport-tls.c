/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport that moves bytes through a TLS session. It gathers what is written into full
 * records, reads several records in one call, and keeps the tickets that come late. It must never
 * hand out a byte that did not pass through TLS. */
#include "net/tern-transport-tls.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "net/tern-tls-info-private.h"

/* RFC 8446 §5.1. */
#define MAX_RECORD (16 * 1024)

typedef struct
{
  TernTransport parent;
  TernTlsLink *link;
  gsize pending;      /* bytes of a write that GnuTLS has taken and not got rid of */
  gboolean is_closed; /* by close_notify; the transport beneath may be open still */
  gboolean has_seen;  /* a byte that a look at the quiet transport has met, for the next read */
  guint8 seen;
  GError *failure;
  TernTlsInfo *info;
} TernTransportTls;

/* The place of a write among its parts. */
typedef struct
{
  const struct iovec *parts;
  int n_parts;
  gsize offset; /* in the first of them */
} Cursor;

static void
cursor_skip (Cursor *cursor, gsize n)
{
  while (cursor->n_parts > 0)
    {
      gsize left = cursor->parts->iov_len - cursor->offset;

      if (n < left)
        {
          cursor->offset += n;
          return;
        }
      n -= left;
      cursor->parts++;
      cursor->n_parts--;
      cursor->offset = 0;
    }
}

/* The bytes of the next record: in place where one part fills it or ends the write, else gathered
 * in
 * @room, so that a head and its small body share a record. */
static gsize
cursor_next (const Cursor *cursor, guint8 *room, gsize max, const guint8 **bytes)
{
  Cursor at = *cursor;
  gsize len = 0;

  if (at.n_parts == 0)
    return 0;
  *bytes = (const guint8 *) at.parts->iov_base + at.offset;
  if (at.n_parts == 1 || at.parts->iov_len - at.offset >= max)
    return MIN (at.parts->iov_len - at.offset, max);
  *bytes = room;
  while (at.n_parts > 0 && len < max)
    {
      gsize n = MIN (at.parts->iov_len - at.offset, max - len);

      if (n > 0)
        memcpy (room + len, (const guint8 *) at.parts->iov_base + at.offset, n);
      len += n;
      cursor_skip (&at, n);
    }
  return len;
}

static TernStep
fail (TernTransportTls *self, int result, GError **error)
{
  if (!self->failure)
    tern_tls_link_fail (self->link, result, &self->failure);
  g_propagate_error (error, g_error_copy (self->failure));
  return TERN_STEP_FAILED;
}

/* Sends one record; what GnuTLS could not get rid of the last time goes first and counts once. */
static ssize_t
send_record (TernTransportTls *self, const guint8 *bytes, gsize len)
{
  ssize_t result;

  do
    {
      result = self->pending > 0 ? gnutls_record_send (self->link->session, NULL, 0)
                                 : gnutls_record_send (self->link->session, bytes, len);
      if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED)
        self->pending = len;
    }
  while (tern_tls_link_goes_on (self->link, (int) MIN (result, 0)));
  if (result > 0)
    self->pending = 0;
  return result;
}

static TernStep
tls_write (TernTransport *transport, const struct iovec *parts, int n_parts, gsize *n,
           TernWait *wait, GError **error)
{
  TernTransportTls *self = (TernTransportTls *) transport;
  Cursor cursor = { parts, n_parts, 0 };
  gsize max = MIN (MAX_RECORD, gnutls_record_get_max_size (self->link->session));
  ssize_t result = 0;

  *n = 0;
  if (self->failure)
    return fail (self, 0, error);
  tern_tls_link_begin (self->link, wait);
  self->link->hold = FALSE;
  for (;;)
    {
      guint8 room[MAX_RECORD];
      const guint8 *bytes;
      /* A record that waits was cut at its length when it was taken. */
      gsize len = cursor_next (&cursor, room, self->pending > 0 ? self->pending : max, &bytes);

      if (len == 0)
        break;
      result = send_record (self, bytes, len);
      if (result <= 0)
        break;
      *n += MIN ((gsize) result, len);
      cursor_skip (&cursor, (gsize) result);
    }
  tern_tls_link_end (self->link);
  if (*n > 0 || result == 0)
    return TERN_STEP_DONE;
  if (result == GNUTLS_E_AGAIN && self->link->blocked)
    return TERN_STEP_WAIT;
  /* Not kept: who went away while we wrote may have left an answer to read. */
  tern_tls_link_fail (self->link, (int) result, error);
  return TERN_STEP_FAILED;
}

static TernStep
tls_read (TernTransport *transport, void *buffer, gsize len, gsize *n, TernWait *wait,
          GError **error)
{
  TernTransportTls *self = (TernTransportTls *) transport;
  TernTlsLink *link = self->link;
  ssize_t result;

  *n = 0;
  if (self->has_seen && len > 0)
    {
      self->has_seen = FALSE;
      *(guint8 *) buffer = self->seen;
      *n = 1;
      return TERN_STEP_DONE;
    }
  if (self->failure)
    return fail (self, 0, error);
  tern_tls_link_begin (link, wait);
  do
    {
      result = gnutls_record_recv (link->session, (guint8 *) buffer + *n, len - *n);
      if (result > 0)
        {
          *n += (gsize) result;
          link->rounds = 0;
          /* More than one record a call, but not one more read for it. */
          link->no_read = TRUE;
        }
    }
  while (*n < len
         && (result > 0 ? tern_tls_link_has_bytes (link)
                        : tern_tls_link_goes_on (link, (int) result)));
  tern_tls_link_end (link);

  self->is_closed |= result == 0;
  if (*n > 0 || result == 0)
    {
      /* A failure behind bytes is told by the next read; GnuTLS itself would forget its cause. */
      if (result < 0 && !link->blocked)
        tern_tls_link_fail (link, (int) result, &self->failure);
      return TERN_STEP_DONE;
    }
  if (result == GNUTLS_E_AGAIN && link->blocked)
    return TERN_STEP_WAIT;
  return fail (self, (int) result, error);
}

/* Bytes that arrive on an idle connection may be tickets, which come whenever the server likes (RFC
 * 8446 §4.6.1). Takes those in; anything else, also a part of a record, is no quiet. What belongs
 * to somebody else is not lost: with TLS inside of TLS it may be a ticket of the inner one. */
static gboolean
take_in_tickets (TernTransportTls *self)
{
  TernTlsLink *link = self->link;
  TernWait wait;
  ssize_t result;
  gboolean is_blocked;

  tern_wait_init (&wait, NULL, NULL);
  tern_tls_link_begin (link, &wait);
  do
    result = gnutls_record_recv (link->session, &self->seen, 1);
  while (tern_tls_link_goes_on (link, (int) MIN (result, 0)));
  is_blocked = result == GNUTLS_E_AGAIN && link->blocked;
  tern_tls_link_end (link);
  tern_wait_clear (&wait);
  self->has_seen = result == 1;
  self->is_closed |= result == 0;
  if (result < 0 && !is_blocked)
    tern_tls_link_fail (link, (int) result, &self->failure);
  return is_blocked && !tern_tls_link_has_bytes (link);
}

static gboolean
tls_is_quiet (TernTransport *transport)
{
  TernTransportTls *self = (TernTransportTls *) transport;

  if (self->failure || self->is_closed || self->has_seen || self->pending > 0
      || tern_tls_link_has_bytes (self->link))
    return FALSE;
  return tern_transport_is_quiet (self->link->inner) || take_in_tickets (self);
}

static void
tls_free (TernTransport *transport)
{
  TernTransportTls *self = (TernTransportTls *)transport;

  /* A half-sent record may not look like an end in order. */
  tern_tls_link_free (self->link, self->pending == 0 && !self->failure);
  g_clear_pointer (&self->info, tern_tls_info_unref);
  g_clear_error (&self->failure);
  g_free (self);
}

static const TernTransportClass tls_class = { tls_read, tls_write, tls_is_quiet, tls_free };

/* TLS 1.2: by ticket, or by an identifier that the server remembers. */
static gboolean
is_resumable (gnutls_session_t session)
{
  gnutls_datum_t id = { NULL, 0 };

  return (gnutls_session_get_flags (session) & GNUTLS_SFLAGS_SESSION_TICKET) != 0
         || (gnutls_session_get_id2 (session, &id) >= 0 && id.size > 0);
}

/* TLS 1.3 tickets are told by GnuTLS as they come; what it returns then is of the last one. */
static void
keep_ticket (TernTlsLink *link)
{
  gnutls_datum_t data = { NULL, 0 };
  gboolean is_single_use = gnutls_protocol_get_version (link->session) == GNUTLS_TLS1_3;

  /* What somebody let in by hand was let in once. */
  if (link->errors != 0 || (!is_single_use && !is_resumable (link->session)))
    return;
  if (gnutls_session_get_data2 (link->session, &data) < 0)
    return;
  tern_tls_tickets_put (tern_tls_settings_get_tickets (link->settings), link->ticket_key,
                        tern_tls_ticket_new (data, g_get_real_time () / G_USEC_PER_SEC,
                                             link->not_after, is_single_use));
}

static int
on_ticket (gnutls_session_t session, unsigned type, unsigned when, unsigned is_incoming,
           const gnutls_datum_t *message)
{
  keep_ticket (((TernTransportTls *) gnutls_session_get_ptr (session))->link);
  return 0;
}

TernTransport *
tern_transport_new_tls (TernTlsLink *link)
{
  TernTransportTls *self = g_new0 (TernTransportTls, 1);

  self->parent.klass = &tls_class;
  self->parent.fd = link->inner->fd;
  self->parent.unshared = link->errors != 0;
  self->link = link;
  gnutls_session_set_ptr (link->session, self);
  gnutls_session_set_verify_function (link->session, NULL);
  if (gnutls_protocol_get_version (link->session) == GNUTLS_TLS1_3)
    gnutls_handshake_set_hook_function (link->session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                        GNUTLS_HOOK_POST, on_ticket);
  else if (!gnutls_session_is_resumed (link->session))
    /* In TLS 1.2 the ticket came in the handshake and holds for many connections (RFC 5077). */
    keep_ticket (link);
  return &self->parent;
}

TernTlsInfo *
tern_transport_get_tls_info (TernTransport *transport)
{
  TernTransportTls *self = (TernTransportTls *) transport;

  if (transport->klass != &tls_class)
    return NULL;
  if (!self->info)
    self->info = tern_tls_info_new (self->link);
  return tern_tls_info_ref (self->info);
}
