/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connected byte stream, plain or TLS. It moves bytes in steps and knows nothing of HTTP. */
#pragma once

#include <sys/uio.h>

#include "io/tern-step.h"

typedef struct _TernTransport TernTransport;

typedef struct
{
  /* DONE with *n > 0: bytes; DONE with *n == 0: the other side closed in order. FAILED for a reset,
   * or for TLS that ended without close_notify (TERN_ERROR_TLS). It blocks where @wait says that it
   * may_block: who waits for anything besides must take that flag away before. */
  TernStep (*read) (TernTransport *self, void *buffer, gsize len, gsize *n, TernWait *wait,
                    GError **error);
  /* DONE with *n > 0 bytes taken (perhaps fewer than given). */
  TernStep (*write) (TernTransport *self, const struct iovec *parts, int n_parts, gsize *n,
                     TernWait *wait, GError **error);
  /* One look at an idle transport: TRUE when nothing came, neither bytes nor an end. */
  gboolean (*is_quiet) (TernTransport *self);
  /* Closes with what the protocol asks for (close_notify), without waiting. */
  void (*free) (TernTransport *self);
  /* As read, but no byte behind the first LF is taken. NULL: it is read byte by byte, which is
   * right for what has its bytes in memory. */
  TernStep (*read_line) (TernTransport *self, void *buffer, gsize len, gsize *n, TernWait *wait,
                         GError **error);
} TernTransportClass;

struct _TernTransport
{
  const TernTransportClass *klass;
  int fd; /* perhaps no longer O_NONBLOCK: who uses it directly says MSG_DONTWAIT */
  /* What follows a message belongs to somebody else: heads are read by lines, and of a body no more
   * than it has. */
  gboolean frugal;
  gboolean unshared; /* it serves the request that it was made for, and no other */
};

static inline TernStep
tern_transport_read (TernTransport *self, void *buffer, gsize len, gsize *n, TernWait *wait,
                     GError **error)
{
  return self->klass->read (self, buffer, len, n, wait, error);
}

/* Up to @len bytes that end behind the first LF at the latest; else as tern_transport_read(). */
TernStep tern_transport_read_line (TernTransport *self, void *buffer, gsize len, gsize *n,
                                   TernWait *wait, GError **error);

static inline TernStep
tern_transport_write (TernTransport *self, const struct iovec *parts, int n_parts, gsize *n,
                      TernWait *wait, GError **error)
{
  return self->klass->write (self, parts, n_parts, n, wait, error);
}

static inline gboolean
tern_transport_is_quiet (TernTransport *self)
{
  return self->klass->is_quiet (self);
}

static inline void
tern_transport_free (TernTransport *self)
{
  self->klass->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTransport, tern_transport_free)

/* Takes a connected, non-blocking, close-on-exec socket. */
TernTransport *tern_transport_new_tcp (int fd);

/* The same for a stream socket that belongs to @owner: @let_go ends it in place of close(). */
TernTransport *tern_transport_new_socket (int fd, GDestroyNotify let_go, gpointer owner);
