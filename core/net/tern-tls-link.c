/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the bytes of a GnuTLS session come and go. GnuTLS reads a record with two reads and writes
 * each flight on its own; here one read takes what is there, up to 64 KiB, and what is written is
 * held until somebody has to wait for an answer, so that the last flight and the request share a
 * packet. It must never block, and never keep a receive buffer while it waits. */
#include "net/tern-tls-link.h"

#include <errno.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "net/tern-tls-name.h"

#define AHEAD_SIZE (64 * 1024)
/* Tickets, key updates, warnings and empty records in a row: a server that sends nothing else keeps
 * its client busy for ever. */
#define MAX_ROUNDS 256
#define MAX_PARTS 33

/* One buffer a thread lies ready, so that to give a buffer back at each wait costs nothing. */
static GPrivate spare_key = G_PRIVATE_INIT (g_free);

static guint8 *
take_buffer (void)
{
  guint8 *buffer = g_private_get (&spare_key);

  if (!buffer)
    return g_malloc (AHEAD_SIZE);
  g_private_set (&spare_key, NULL);
  return buffer;
}

static void
give_buffer (guint8 *buffer)
{
  if (g_private_get (&spare_key))
    g_free (buffer);
  else
    g_private_set (&spare_key, buffer);
}

TernTlsLink *
tern_tls_link_new (TernTlsSettings *settings, TernTransport *inner, const char *host,
                   const char *ticket_key)
{
  TernTlsLink *self = g_new0 (TernTlsLink, 1);
  gsize len = strlen (host);

  self->settings = tern_tls_settings_ref (settings);
  self->inner = inner;
  if (len > 1 && host[len - 1] == '.')
    len--;
  self->host = g_strndup (host, len);
  self->ticket_key = g_strconcat (self->host, "\n", ticket_key, NULL);
  return self;
}

static void
hold (TernTlsLink *self, const giovec_t *parts, int n_parts)
{
  for (int i = 0; i < n_parts; i++)
    {
      if (self->held_len + parts[i].iov_len > self->held_size)
        {
          self->held_size = MAX (self->held_len + parts[i].iov_len, 1024);
          self->held = g_realloc (self->held, self->held_size);
        }
      memcpy (self->held + self->held_len, parts[i].iov_base, parts[i].iov_len);
      self->held_len += parts[i].iov_len;
    }
}

/* In a handshake the idle clock begins anew with each byte, so who keeps it must be asked before
 * another wait. Later that is the affair of who reads. */
static void
note_moved (TernTlsLink *self, gsize n)
{
  self->moved += n;
  if (n > 0 && !self->is_established)
    self->wait->may_block = FALSE;
}

/* Forgets @n bytes that went out; the room goes as well, nothing is held while a connection idles.
 */
static void
drop_held (TernTlsLink *self, gsize n)
{
  self->held_len -= n;
  if (self->held_len > 0)
    {
      memmove (self->held, self->held + n, self->held_len);
      return;
    }
  g_clear_pointer (&self->held, g_free);
  self->held_size = 0;
}

/* Writes what is held and then @parts; *@n counts bytes of @parts alone. */
static TernStep
send_parts (TernTlsLink *self, const giovec_t *parts, int n_parts, gsize *n)
{
  *n = 0;
  do
    {
      struct iovec all[MAX_PARTS];
      int n_all = 0;
      gsize taken = 0;
      TernStep step;

      if (self->held_len > 0)
        all[n_all++] = (struct iovec){ self->held, self->held_len };
      for (int i = 0; i < n_parts && n_all < MAX_PARTS; i++)
        all[n_all++] = parts[i];
      step = self->inner->klass->write (self->inner, all, n_all, &taken, self->wait,
                                        &self->write_error);
      if (step != TERN_STEP_DONE)
        return step;
      gsize of_held = MIN (taken, self->held_len);
      note_moved (self, taken);
      if (of_held > 0)
        drop_held (self, of_held);
      *n = taken - of_held;
    }
  while (self->held_len > 0 || (n_parts > 0 && *n == 0));
  return TERN_STEP_DONE;
}

static ssize_t
push (gnutls_transport_ptr_t data, const giovec_t *parts, int n_parts)
{
  TernTlsLink *self = data;
  gsize n = 0;

  if (self->write_error)
    {
      gnutls_transport_set_errno (self->session, EPIPE);
      return -1;
    }
  if (self->hold)
    {
      gsize before = self->held_len;

      hold (self, parts, n_parts);
      return (ssize_t) (self->held_len - before);
    }
  switch (send_parts (self, parts, n_parts, &n))
    {
    case TERN_STEP_DONE:
      self->rounds = 0;
      return (ssize_t) n;
    case TERN_STEP_WAIT:
      self->blocked = TRUE;
      gnutls_transport_set_errno (self->session, EAGAIN);
      return -1;
    default:
      gnutls_transport_set_errno (self->session, EPIPE);
      return -1;
    }
}

/* RFC 8446 app. D.4: the change_cipher_spec of TLS 1.3 is there for the looks and asks for no
 * answer; GnuTLS makes it before the rest of the server's flight is in, it goes with ours. */
static gboolean
asks_for_nothing (TernTlsLink *self)
{
  return self->held_len == 0 || (self->held_len == 6 && self->held[0] == 20);
}

/* Reads ahead: 1 for bytes, 0 for the end, -1 with the errno set. */
static int
fill (TernTlsLink *self)
{
  gsize n = 0;
  TernStep step = TERN_STEP_WAIT;

  if (self->is_eof)
    return 0;
  if (self->read_error || self->is_plain)
    {
      gnutls_transport_set_errno (self->session, ECONNRESET);
      return -1;
    }
  /* Before waiting for an answer, say what it is an answer to. When that fails, the other side may
   * have said why before it went, so read on. */
  if (!self->no_read
      && (asks_for_nothing (self) || tern_tls_link_flush (self, self->wait) != TERN_STEP_WAIT))
    {
      if (!self->ahead)
        self->ahead = take_buffer ();
      step = self->inner->klass->read (self->inner, self->ahead, AHEAD_SIZE, &n, self->wait,
                                       &self->read_error);
    }
  if (step == TERN_STEP_WAIT)
    {
      self->blocked = TRUE;
      gnutls_transport_set_errno (self->session, EAGAIN);
      return -1;
    }
  if (step == TERN_STEP_FAILED)
    {
      gnutls_transport_set_errno (self->session, ECONNRESET);
      return -1;
    }
  self->is_eof = n == 0;
  self->ahead_start = 0;
  note_moved (self, n);
  self->ahead_end = (guint) n;
  return n > 0;
}

/* RFC 8446 §5.1: five bytes of header, the last two are the length of what follows. */
static void
count_record (TernTlsLink *self, const guint8 *bytes, gsize len)
{
  while (len > 0)
    {
      gsize n;

      if (self->body_left > 0)
        {
          n = MIN (len, self->body_left);
          self->body_left -= (guint) n;
        }
      else
        {
          n = MIN (len, sizeof self->header - self->header_len);
          memcpy (self->header + self->header_len, bytes, n);
          self->header_len += (guint) n;
          if (self->header_len == sizeof self->header)
            {
              self->body_left = (guint) self->header[3] << 8 | self->header[4];
              self->header_len = 0;
            }
        }
      bytes += n;
      len -= n;
    }
}

/* The types of records are 20 to 24 and any text starts beyond: who answers in text is told from
 * who speaks TLS by one byte, before GnuTLS sees it. */
static gboolean
is_first_byte_plain (TernTlsLink *self)
{
  self->has_heard = TRUE;
  self->is_plain = self->ahead[0] < 20 || self->ahead[0] > 24;
  return self->is_plain;
}

static ssize_t
pull (gnutls_transport_ptr_t data, void *buffer, size_t len)
{
  TernTlsLink *self = data;
  gsize n;

  if (self->ahead_start == self->ahead_end)
    {
      int result = fill (self);

      if (result <= 0)
        return result;
    }
  if (!self->has_heard && is_first_byte_plain (self))
    {
      gnutls_transport_set_errno (self->session, ECONNRESET);
      return -1;
    }
  n = MIN (len, self->ahead_end - self->ahead_start);
  memcpy (buffer, self->ahead + self->ahead_start, n);
  count_record (self, self->ahead + self->ahead_start, n);
  self->ahead_start += (guint) n;
  return (ssize_t) n;
}

/* GnuTLS asks only where it would wait; it never may, so what is not there has "timed out". */
static int
pull_timeout (gnutls_transport_ptr_t data, unsigned milliseconds)
{
  TernTlsLink *self = data;

  return self->ahead_start < self->ahead_end || self->is_eof;
}

gboolean
tern_tls_link_start (TernTlsLink *self, GError **error)
{
  static const gnutls_datum_t http11 = { (unsigned char *) "http/1.1", 8 };
  guint8 address[16];
  int result;

  if (!tern_tls_settings_load (self->settings, error))
    return FALSE;
  /* One key share: a second one costs as much as the first and nearly every server takes x25519 or
   * P-256; one that does not asks again (RFC 8446 §4.1.4). */
  result = gnutls_init (&self->session,
                        GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_KEY_SHARE_TOP);
  if (result >= 0)
    result = gnutls_priority_set (self->session, tern_tls_settings_get_priority (self->settings));
  if (result >= 0)
    result = gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE,
                                     tern_tls_settings_get_credentials (self->settings));
  if (result >= 0)
    result = gnutls_alpn_set_protocols (self->session, &http11, 1, 0);
  /* RFC 6066 §3: a literal address is no server name. */
  if (result >= 0 && tern_tls_name_parse_ip (self->host, address) == 0)
    result
        = gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, self->host, strlen (self->host));
  if (result < 0)
    {
      tern_tls_link_fail (self, result, error);
      return FALSE;
    }
  tern_tls_identity_attach (self->identity, self->session);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_vec_push_function (self->session, push);
  gnutls_transport_set_pull_function (self->session, pull);
  gnutls_transport_set_pull_timeout_function (self->session, pull_timeout);
  return TRUE;
}

void
tern_tls_link_begin (TernTlsLink *self, TernWait *wait)
{
  self->wait = wait;
  self->blocked = FALSE;
  self->no_read = FALSE;
  self->hold = TRUE;
}

void
tern_tls_link_end (TernTlsLink *self)
{
  self->wait = NULL;
  self->hold = TRUE;
  if (!self->ahead || self->ahead_start < self->ahead_end)
    return;
  give_buffer (g_steal_pointer (&self->ahead));
  self->ahead_start = self->ahead_end = 0;
}

gboolean
tern_tls_link_goes_on (TernTlsLink *self, int result)
{
  if (result >= 0 || gnutls_error_is_fatal (result))
    return FALSE;
  if ((result == GNUTLS_E_AGAIN && self->blocked) || ++self->rounds > MAX_ROUNDS)
    return FALSE;
  /* RFC 5246 §7.4.1.1: a client may decline to negotiate again. */
  if (result == GNUTLS_E_REHANDSHAKE)
    gnutls_alert_send (self->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
  return TRUE;
}

TernStep
tern_tls_link_flush (TernTlsLink *self, TernWait *wait)
{
  gsize n;
  TernStep step;

  if (self->held_len == 0)
    return TERN_STEP_DONE;
  self->wait = wait;
  step = self->write_error ? TERN_STEP_FAILED : send_parts (self, NULL, 0, &n);
  if (step == TERN_STEP_FAILED)
    drop_held (self, self->held_len);
  return step;
}

void
tern_tls_link_flush_now (TernTlsLink *self)
{
  TernWait wait;

  tern_wait_init (&wait, NULL, NULL);
  tern_tls_link_flush (self, &wait);
  self->wait = NULL;
  tern_wait_clear (&wait);
}

gboolean
tern_tls_link_has_bytes (TernTlsLink *self)
{
  return self->ahead_start < self->ahead_end || self->header_len > 0 || self->body_left > 0
         || gnutls_record_check_pending (self->session) > 0;
}

static void
set_io_error (TernTlsLink *self, const GError *reason, GError **error)
{
  /* A connection that breaks while it carries data is what its transport says it is. */
  if (self->is_established)
    g_propagate_error (error, g_error_copy (reason));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_TLS, _ ("TLS handshake with %s failed: %s"),
                 self->host, reason->message);
}

static void
set_eof_error (TernTlsLink *self, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_TLS,
               self->is_established
                   ? _ ("%s closed without close_notify, what came may be cut short")
                   : _ ("%s closed the connection during the TLS handshake"),
               self->host);
}

static void
set_tls_error (TernTlsLink *self, int result, GError **error)
{
  const char *reason = result == GNUTLS_E_FATAL_ALERT_RECEIVED
                           ? gnutls_alert_get_name (gnutls_alert_get (self->session))
                           : gnutls_strerror (result);

  if (!gnutls_error_is_fatal (result))
    reason = _ ("the server sends handshake messages without end");
  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    g_set_error (error, TERN_ERROR, TERN_ERROR_TLS,
                 self->is_established ? _ ("%s ended the TLS connection with the alert “%s”")
                                      : _ ("%s ended the TLS handshake with the alert “%s”"),
                 self->host, reason ? reason : "?");
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_TLS,
                 self->is_established ? _ ("TLS connection to %s failed: %s")
                                      : _ ("TLS handshake with %s failed: %s"),
                 self->host, reason);
}

void
tern_tls_link_fail (TernTlsLink *self, int result, GError **error)
{
  if (self->is_plain)
    g_set_error (error, TERN_ERROR, TERN_ERROR_TLS, _ ("%s does not speak TLS"), self->host);
  else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    set_tls_error (self, result, error);
  else if (self->read_error || self->write_error)
    set_io_error (self, self->read_error ? self->read_error : self->write_error, error);
  else if (self->is_eof)
    set_eof_error (self, error);
  else
    {
      set_tls_error (self, result, error);
      if (!self->session)
        return;
      self->hold = TRUE;
      gnutls_alert_send_appropriate (self->session, result);
      tern_tls_link_flush_now (self);
    }
}

void
tern_tls_link_free (TernTlsLink *self, gboolean bye)
{
  if (self->session)
    {
      tern_tls_link_begin (self, NULL);
      if (bye && !self->write_error && !self->read_error)
        {
          gnutls_bye (self->session, GNUTLS_SHUT_WR);
          tern_tls_link_flush_now (self);
        }
      gnutls_deinit (self->session);
    }
  if (self->ahead)
    give_buffer (self->ahead);
  tern_transport_free (self->inner);
  tern_tls_settings_unref (self->settings);
  g_clear_pointer (&self->identity, tern_tls_identity_unref);
  g_clear_error (&self->read_error);
  g_clear_error (&self->write_error);
  g_free (self->held);
  g_free (self->host);
  g_free (self->ticket_key);
  g_free (self);
}
