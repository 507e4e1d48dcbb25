/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor: one bare connection; see raw-connection.h for what it must never do. */
#include "raw-connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* One key share, of the cheaper group. */
#define PRIORITIES "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"

static gnutls_certificate_credentials_t credentials;
static gnutls_priority_t priorities;
static gnutls_datum_t session_data;

bool
raw_open (const BenchPlan *plan)
{
  if (!plan->workload->tls)
    return true;

  if (gnutls_priority_init (&priorities, PRIORITIES, NULL) != 0
      || gnutls_certificate_allocate_credentials (&credentials) != 0
      || gnutls_certificate_set_x509_trust_file (credentials, plan->ca_file, GNUTLS_X509_FMT_PEM)
             < 1)
    return bench_fail ("cannot read %s", plan->ca_file);

  return true;
}

void
raw_shut (void)
{
  gnutls_free (session_data.data);
  session_data.data = NULL;
  if (credentials != NULL)
    gnutls_certificate_free_credentials (credentials);
  if (priorities != NULL)
    gnutls_priority_deinit (priorities);
}

const char *
raw_host (const BenchPlan *plan)
{
  return strstr (plan->url, "//") + 2;
}

const char *
raw_path (const BenchPlan *plan)
{
  return strchr (raw_host (plan), '/');
}

int
raw_dial (const BenchPlan *plan)
{
  const char *port = strchr (raw_host (plan), ':');
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons ((uint16_t)atoi (port + 1)) };
  int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *)&address, sizeof address) != 0)
    {
      bench_fail ("connect to %s: %s", plan->url, strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  return fd;
}

static bool
send_all (int fd, const unsigned char *data, size_t len)
{
  while (len > 0)
    {
      ssize_t n = send (fd, data, len, MSG_NOSIGNAL);

      if (n < 0 && errno != EINTR)
        return false;
      if (n > 0)
        {
          data += n;
          len -= (size_t)n;
        }
    }

  return true;
}

static bool
flush_held (RawConnection *self)
{
  size_t len = self->held_len;

  self->held_len = 0;

  return send_all (self->fd, self->held, len);
}

/* Held back until something is awaited: Finished and the request leave in one packet. */
static ssize_t
push (gnutls_transport_ptr_t data, const void *bytes, size_t len)
{
  RawConnection *self = data;

  if (len > sizeof self->held - self->held_len && !flush_held (self))
    return -1;
  if (len > sizeof self->held)
    return send_all (self->fd, bytes, len) ? (ssize_t)len : -1;
  memcpy (self->held + self->held_len, bytes, len);
  self->held_len += len;

  return (ssize_t)len;
}

/* GnuTLS asks for 5 bytes, then for a record: from the socket that would be two reads each. */
static ssize_t
pull (gnutls_transport_ptr_t data, void *buffer, size_t len)
{
  RawConnection *self = data;

  if (self->wire_pos == self->wire_len)
    {
      if (!flush_held (self))
        return -1;

      ssize_t n = recv (self->fd, self->wire, sizeof self->wire, 0);

      if (n <= 0)
        return n;
      self->wire_pos = 0;
      self->wire_len = (size_t)n;
    }

  if (len > self->wire_len - self->wire_pos)
    len = self->wire_len - self->wire_pos;
  memcpy (buffer, self->wire + self->wire_pos, len);
  self->wire_pos += len;

  return (ssize_t)len;
}

/* Asked when the ticket is fetched: what has arrived is enough, nothing is waited for. */
static int
pull_timeout (gnutls_transport_ptr_t data, unsigned int milliseconds)
{
  RawConnection *self = data;

  (void)milliseconds;

  return self->wire_len > self->wire_pos;
}

static bool
start_tls (RawConnection *self)
{
  int rc;

  if (gnutls_init (&self->tls, GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP) != 0)
    return false;
  gnutls_priority_set (self->tls, priorities);
  gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_session_set_verify_cert (self->tls, "127.0.0.1", 0);
  gnutls_transport_set_ptr (self->tls, self);
  gnutls_transport_set_push_function (self->tls, push);
  gnutls_transport_set_pull_function (self->tls, pull);
  gnutls_transport_set_pull_timeout_function (self->tls, pull_timeout);
  if (session_data.data != NULL)
    gnutls_session_set_data (self->tls, session_data.data, session_data.size);

  do
    rc = gnutls_handshake (self->tls);
  while (rc < 0 && !gnutls_error_is_fatal (rc));

  return rc == 0 || bench_fail ("TLS: %s", gnutls_strerror (rc));
}

RawConnection *
raw_connection_new (const BenchPlan *plan)
{
  RawConnection *self = malloc (sizeof *self);

  if (self == NULL)
    return NULL;
  memset (self, 0, offsetof (RawConnection, wire));
  self->fd = raw_dial (plan);
  if (self->fd < 0 || (plan->workload->tls && !start_tls (self)))
    {
      raw_connection_free (self);
      return NULL;
    }

  return self;
}

void
raw_connection_free (RawConnection *self)
{
  if (self->tls != NULL)
    {
      gnutls_bye (self->tls, GNUTLS_SHUT_WR);
      flush_held (self);
      gnutls_deinit (self->tls);
    }
  if (self->fd >= 0)
    close (self->fd);
  free (self);
}

void
raw_connection_keep_session (RawConnection *self)
{
  if (self->tls == NULL)
    return;

  gnutls_free (session_data.data);
  session_data.data = NULL;
  gnutls_session_get_data2 (self->tls, &session_data);
}

bool
raw_connection_send (RawConnection *self, const void *data, size_t len)
{
  if (self->tls == NULL)
    return send_all (self->fd, data, len);

  const char *bytes = data;

  while (len > 0)
    {
      ssize_t n = gnutls_record_send (self->tls, bytes, len);

      if (n < 0 && gnutls_error_is_fatal ((int)n))
        return false;
      if (n > 0)
        {
          bytes += n;
          len -= (size_t)n;
        }
    }

  return true;
}

long
raw_connection_receive (RawConnection *self, void *buffer, size_t len)
{
  ssize_t n;

  if (self->tls == NULL)
    return recv (self->fd, buffer, len, 0);

  do
    n = gnutls_record_recv (self->tls, buffer, len);
  while (n < 0 && !gnutls_error_is_fatal ((int)n));

  return n;
}

static bool
is_field (const char *line, size_t len, const char *name)
{
  size_t name_len = strlen (name);

  return len > name_len && line[name_len] == ':' && strncasecmp (line, name, name_len) == 0;
}

bool
raw_head_parse (RawHead *head, const char *data, size_t len, const char *wanted)
{
  const char *end = memmem (data, len, "\r\n\r\n", 4);
  const char *line = data;

  memset (head, 0, sizeof *head);
  if (end == NULL)
    return false;
  head->head_len = (size_t)(end + 4 - data);
  head->status = atoi (data + 9);

  while (line < end)
    {
      const char *next = memchr (line, '\n', (size_t)(end + 2 - line));
      size_t line_len = (size_t)(next - line);

      if (is_field (line, line_len, "content-length"))
        head->length = strtoull (line + 15, NULL, 10);
      else if (is_field (line, line_len, "transfer-encoding"))
        head->chunked = true;
      else if (is_field (line, line_len, "content-encoding"))
        head->gzip = true;
      else if (wanted != NULL && is_field (line, line_len, wanted))
        head->wanted_found = true;
      line = next + 1;
    }

  return true;
}
