/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream of some kind as a transport, its peer's descriptors, and calls of it driven sync or
 * async, for the tests of transports over streams. */
#pragma once

#include "net/tern-transport-stream.h"

typedef enum
{
  SOCKET,   /* GSocketConnection */
  UNIX,     /* GUnix streams over a socket */
  PIPES,    /* over two pipes */
  BLOCKING, /* nothing to poll */
  BYTEWISE,
  BUFFERED,
  N_KINDS
} Kind;

extern const char *const link_kind_names[N_KINDS];

typedef struct
{
  gboolean async;
  TernTransport *transport;
  int in; /* the peer's */
  int out;
} Link;

void link_init (Link *self, gboolean async, Kind kind);
/* Over a stream that the test made, which is taken. */
void link_take (Link *self, GIOStream *stream);
/* Takes one end of a socket pair. */
GIOStream *link_make_stream (Kind kind, int fd);
void link_close_peer (Link *self);
/* Also waits until no job is left. */
void link_clear (Link *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Link, link_clear)

/* The peer's doings. */
void link_say (Link *self, const char *text);
void link_assert_said (Link *self, const char *text);

/* One call of the transport. */
typedef struct
{
  TernTransport *transport;
  TernStep (*call) (TernTransport *, void *, gsize, gsize *, TernWait *, GError **); /* or write */
  char *buffer;
  gsize len;
  gsize n;
  gint64 deadline;
  gboolean over;
  GError *error;
} Io;

/* @ms is a deadline, 0 for none. */
gboolean link_drive (Link *self, Io *io, guint ms, GCancellable *cancellable, GError **error);

/* Reads once, at most @len; what came, "" for the end. */
char *link_hear (Link *self, gsize len, gboolean line);
/* Several reads, as many as it takes. */
void link_assert_heard (Link *self, const char *text, gboolean line);
void link_assert_end (Link *self);
gboolean link_tell (Link *self, const char *data, gsize len, GError **error);
void link_assert_told (Link *self, const char *text);
