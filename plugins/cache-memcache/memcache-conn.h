/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to one server: one question at a time, each with a deadline on the monotonic
 * clock. For one thread at a time. After anything but a clean answer it is of no more use; it must
 * never wait beyond a deadline, nor keep more bytes than were asked for. */
#pragma once

#include <gio/gio.h>

#include "memcache-wire.h"

typedef struct _MemcacheConn MemcacheConn;

/* What is asked. A SET is of @head and @data together. */
typedef struct
{
  MemcacheVerb verb;
  const char *name;
  gsize most; /* bytes that a GET takes */
  guint32 expiry;
  const void *head;
  gsize head_len;
  const void *data;
  gsize data_len;
} MemcacheCommand;

typedef struct
{
  MemcacheWord word; /* neither MORE nor BAD */
  GBytes *data;      /* FOUND */
  char *text;        /* REFUSED: the server's line, printable */
} MemcacheReply;

/* @targets: MemcacheTargets, tried in that order. */
MemcacheConn *
memcache_conn_open (GArray *targets, gboolean classic, gint64 deadline, GError **error);
void memcache_conn_free (MemcacheConn *self);

/* Whether nothing has come since the last answer, not even the end. */
gboolean memcache_conn_is_quiet (MemcacheConn *self);

/* @silent: whether not a byte was answered. */
gboolean memcache_conn_ask (MemcacheConn *self,
                            const MemcacheCommand *command,
                            gint64 deadline,
                            MemcacheReply *reply,
                            gboolean *silent,
                            GError **error);

void memcache_reply_clear (MemcacheReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemcacheConn, memcache_conn_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MemcacheReply, memcache_reply_clear)
