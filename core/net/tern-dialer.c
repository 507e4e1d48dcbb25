/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a name to a connected socket: the look-up, then the race of its addresses (RFC 8305). It
 * must never keep a socket that lost, and never know what is spoken over the one that won. */
#include "net/tern-dialer.h"

#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"
#include "net/tern-stream-job.h"
#include "net/tern-stream-opener.h"
#include "net/tern-transport-stream.h"

typedef struct
{
  int fd;
  const TernAddress *address;
} Attempt;

struct _TernDialer
{
  char *host;
  TernDialPhase phase;
  TernStreamOpener *opener; /* of a connector, in place of all that follows */
  GIOStream *stream;
  TernAddress source; /* of length 0: any */
  TernLookup *lookup;
  GArray *addresses;               /* in the order in which they are tried */
  guint next;                      /* the first that was not tried yet */
  gint64 next_start;               /* when that one may start although others are under way */
  Attempt attempts[TERN_DIAL_MAX]; /* the longest under way first */
  guint n_attempts;
  int winner;
  GError *failure; /* what to tell when all fail */
  gint64 began;
  gint64 resolved;
  gint64 connected;
};

TernDialer *
tern_dialer_new (const char *host, guint16 port, TernLookupFunc lookup, gpointer lookup_data)
{
  TernDialer *self = g_new0 (TernDialer, 1);

  self->host = g_strdup (host);
  self->phase = TERN_DIAL_RESOLVE;
  self->lookup = tern_lookup_new (host, port, lookup, lookup_data);
  self->winner = -1;
  return self;
}

TernDialer *
tern_dialer_new_connector (TernConnector *connector, const char *scheme, const char *host,
                           guint16 port)
{
  TernDialer *self = g_new0 (TernDialer, 1);

  self->host = g_strdup (host);
  self->phase = TERN_DIAL_CONNECT;
  self->opener = tern_stream_opener_new (connector, scheme, host, port);
  self->winner = -1;
  return self;
}

void
tern_dialer_set_source (TernDialer *self, const TernAddress *source)
{
  self->source = *source;
}

/* RFC 8305 §4: the families take turns, beginning with that of the first address; within a
 * family the order of the look-up (RFC 6724) stays. */
static GArray *
interleave (GArray *found)
{
  GArray *turns = g_array_sized_new (FALSE, FALSE, sizeof (TernAddress), found->len);
  const TernAddress *all = (const TernAddress *)found->data;
  const sa_family_t first = all->addr.any.sa_family;
  guint next[2] = { 0, 0 };

  for (guint turn = 0; turns->len < found->len; turn = !turn)
    {
      guint *i = &next[turn];

      while (*i < found->len && (all[*i].addr.any.sa_family != first) != turn)
        (*i)++;
      if (*i < found->len)
        g_array_append_val (turns, all[(*i)++]);
    }
  return turns;
}

static TernStep
resolve (TernDialer *self, TernWait *wait, GError **error)
{
  TernStep step;

  if (self->began == 0)
    self->began = g_get_monotonic_time ();
  step = tern_lookup_step (self->lookup, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->addresses = interleave (tern_lookup_get_addresses (self->lookup));
  g_clear_pointer (&self->lookup, tern_lookup_free);
  self->resolved = g_get_monotonic_time ();
  self->phase = TERN_DIAL_CONNECT;
  return TERN_STEP_DONE;
}

/* --- attempts -------------------------------------------------------------------------------- */

/* What says more about this host than about the server. */
static gboolean
says_little (int code)
{
  return code == ENETUNREACH || code == EADDRNOTAVAIL || code == EAFNOSUPPORT;
}

/* Keeps the last failure; one that says little does not replace one that says more. */
static void
note_failure (TernDialer *self, const TernAddress *address, int code)
{
  g_autofree char *text = NULL;

  if (self->failure && says_little (code))
    return;
  g_clear_error (&self->failure);
  text = tern_address_to_string (address);
  g_set_error (&self->failure, G_IO_ERROR, g_io_error_from_errno (code),
               _ ("Could not connect to %s (%s): %s"), self->host, text, g_strerror (code));
}

static void
log_attempt (TernDialer *self, const TernAddress *address, const char *what)
{
  g_autofree char *text = NULL;

  if (!tern_log_wants (TERN_LOG_NET))
    return;
  text = tern_address_to_string (address);
  tern_log (TERN_LOG_NET, "%s (%s): %s", self->host, text, what);
}

static void
win (TernDialer *self, int fd, const TernAddress *address)
{
  const int on = 1;

  /* It only costs speed where it fails. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  self->winner = fd;
  log_attempt (self, address, "connected");
}

static void
remove_attempt (TernDialer *self, guint i)
{
  self->n_attempts--;
  for (; i < self->n_attempts; i++)
    self->attempts[i] = self->attempts[i + 1];
}

/* When as many are under way as may be, the oldest has had a second and a half and a repeated
 * SYN: it gives way, else six dead addresses would hide a live seventh. */
static void
add_attempt (TernDialer *self, int fd, const TernAddress *address)
{
  if (self->n_attempts == TERN_DIAL_MAX)
    {
      close (self->attempts[0].fd);
      remove_attempt (self, 0);
    }
  self->attempts[self->n_attempts++] = (Attempt){ .fd = fd, .address = address };
}

/* FALSE with errno where the socket cannot come from where it is wanted to. */
static gboolean
bind_source (TernDialer *self, int fd, const TernAddress *address)
{
  const int on = 1;

  if (self->source.len == 0)
    return TRUE;
  if (self->source.addr.any.sa_family != address->addr.any.sa_family)
    {
      errno = EAFNOSUPPORT;
      return FALSE;
    }
  /* A port that was used a minute ago is no obstacle to another connection from it. */
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return bind (fd, &self->source.addr.any, self->source.len) == 0;
}

/* Starts on the next address; FALSE when that failed at once. */
static gboolean
start_attempt (TernDialer *self)
{
  const TernAddress *address = &g_array_index (self->addresses, TernAddress, self->next++);
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int fd = socket (address->addr.any.sa_family, type, 0);
  gboolean bound;
  int code;

  log_attempt (self, address, "connecting");
  bound = fd >= 0 && bind_source (self, fd, address);
  if (bound && connect (fd, &address->addr.any, address->len) == 0)
    {
      win (self, fd, address);
      return TRUE;
    }
  code = errno;
  /* An interrupted connect() goes on by itself. */
  if (bound && (code == EINPROGRESS || code == EINTR))
    {
      add_attempt (self, fd, address);
      return TRUE;
    }
  note_failure (self, address, code);
  if (fd >= 0)
    close (fd);
  return FALSE;
}

/* What became of an attempt: 0 is a connection. */
static int
read_code (int fd)
{
  int code = 0;
  socklen_t len = sizeof code;

  return getsockopt (fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0 ? errno : code;
}

/* Looks at all that are under way, without waiting. TRUE when one of them failed. */
static gboolean
look_at_attempts (TernDialer *self)
{
  GPollFD fds[TERN_DIAL_MAX];
  int codes[TERN_DIAL_MAX];
  const guint n = self->n_attempts;
  guint n_read = 0;
  gboolean failed = FALSE;

  for (guint i = 0; i < n; i++)
    fds[i] = (GPollFD){ .fd = self->attempts[i].fd, .events = G_IO_OUT };
  if (g_poll (fds, n, 0) <= 0)
    return FALSE;

  /* Of two that are there at once, the one that was preferred. */
  for (guint i = 0; i < n && self->winner < 0; i++)
    {
      codes[i] = fds[i].revents ? read_code (self->attempts[i].fd) : EINPROGRESS;
      if (codes[i] == 0)
        win (self, self->attempts[i].fd, self->attempts[i].address);
      n_read = i + 1;
    }
  /* From the end, so that removing one does not move those that are still to be looked at. */
  for (guint i = n_read; i-- > 0;)
    {
      const Attempt attempt = self->attempts[i];
      const int code = codes[i];

      if (code == EINPROGRESS)
        continue;
      remove_attempt (self, i);
      if (code == 0)
        continue;
      note_failure (self, attempt.address, code);
      close (attempt.fd);
      failed = TRUE;
    }
  return failed;
}

static void
close_attempts (TernDialer *self)
{
  while (self->n_attempts > 0)
    close (self->attempts[--self->n_attempts].fd);
}

/* --- the race -------------------------------------------------------------------------------- */

/* Starts whatever is due: the next address when nothing is under way, when the last start was long
 * enough ago, or at once when one failed (RFC 8305 §5). */
static void
start_due (TernDialer *self, gboolean failed)
{
  const gint64 now = g_get_monotonic_time ();

  if (failed)
    self->next_start = now;
  while (self->winner < 0 && self->next < self->addresses->len
         && (self->n_attempts == 0 || now >= self->next_start))
    if (start_attempt (self))
      self->next_start = now + TERN_DIAL_DELAY;
}

static TernStep
race (TernDialer *self, TernWait *wait, GError **error)
{
  gboolean failed = FALSE;

  /* Once around is enough for a connect on loopback: it is through when connect() returns. */
  do
    {
      start_due (self, failed);
      failed = self->winner < 0 && self->n_attempts > 0 && look_at_attempts (self);
    }
  while (failed && self->winner < 0);

  if (self->winner >= 0)
    {
      close_attempts (self);
      self->connected = g_get_monotonic_time ();
      self->phase = TERN_DIAL_DONE;
      return TERN_STEP_DONE;
    }
  if (self->n_attempts == 0)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return TERN_STEP_FAILED;
    }
  for (guint i = 0; i < self->n_attempts; i++)
    tern_wait_add_fd (wait, self->attempts[i].fd, G_IO_OUT);
  if (self->next < self->addresses->len)
    tern_wait_add_deadline (wait, self->next_start);
  return TERN_STEP_WAIT;
}

/* A name that only the connector understands is not looked up. */
static TernStep
open_stream (TernDialer *self, TernWait *wait, GError **error)
{
  TernStep step;

  if (self->began == 0)
    self->began = self->resolved = g_get_monotonic_time ();
  step = tern_stream_opener_step (self->opener, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->stream = tern_stream_opener_steal_stream (self->opener);
  self->connected = g_get_monotonic_time ();
  self->phase = TERN_DIAL_DONE;
  return TERN_STEP_DONE;
}

TernStep
tern_dialer_step (TernDialer *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  if (self->opener)
    return open_stream (self, wait, error);
  if (self->phase == TERN_DIAL_RESOLVE)
    step = resolve (self, wait, error);
  if (step == TERN_STEP_DONE && self->phase == TERN_DIAL_CONNECT)
    step = race (self, wait, error);
  return step;
}

TernDialPhase
tern_dialer_get_phase (TernDialer *self)
{
  return self->phase;
}

gint64
tern_dialer_get_resolve_time (TernDialer *self)
{
  return self->resolved - self->began;
}

gint64
tern_dialer_get_connect_time (TernDialer *self)
{
  return self->connected - self->resolved;
}

TernTransport *
tern_dialer_steal_transport (TernDialer *self)
{
  const int fd = self->winner;

  if (self->stream)
    {
      g_autoptr (GIOStream) stream = g_steal_pointer (&self->stream);

      return tern_transport_new_stream (stream);
    }
  self->winner = -1;
  return fd >= 0 ? tern_transport_new_tcp (fd) : NULL;
}

void
tern_dialer_free (TernDialer *self)
{
  close_attempts (self);
  if (self->winner >= 0)
    close (self->winner);
  g_clear_pointer (&self->opener, tern_stream_opener_free);
  g_clear_pointer (&self->stream, tern_stream_close_soon);
  g_clear_pointer (&self->lookup, tern_lookup_free);
  g_clear_pointer (&self->addresses, g_array_unref);
  g_clear_error (&self->failure);
  g_free (self->host);
  g_free (self);
}
