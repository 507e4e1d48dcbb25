/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the pool share. Everything here is used with the pool's lock held, unless it
 * says otherwise.
 *
 * A connection is idle or in use; a lease that is still to be dialed is in use. Two counts decide
 * everything: a host may use one more when fewer than its limit are in use, and so may the pool.
 * Idle ones are in nobody's way: they are closed when their place is needed. */
#pragma once

#include "net/tern-pool.h"

typedef struct _TernPoolHost TernPoolHost;

struct _TernPool
{
  gatomicrefcount ref_count;
  GMutex lock;
  GHashTable *hosts; /* a set of TernPoolHost */
  GSequence *turns;  /* the hosts whose first ticket waits for the pool's limit only, in order */
  GQueue idle;       /* TernLease.pool_link, the longest idle first */
  guint n_total;     /* idle and in use */
  guint n_waiting;
  guint max_total;
  guint max_per_host;
  gint64 idle_timeout;
  guint64 last_number; /* of the tickets */
  int generation;      /* atomic: how often it was closed */
};

struct _TernPoolHost
{
  char *key;
  guint hash;
  guint n;             /* idle and in use */
  GQueue idle;         /* TernLease.host_link, the last used first */
  GQueue tickets;      /* TernTicket.link, in order of asking */
  GSequenceIter *turn; /* its place among the pool's turns, or NULL */
  guint64 turn_number; /* the ticket by which it has that place */
};

struct _TernLease
{
  TernPool *pool; /* a reference while it is out; NULL for a private one */
  TernPoolHost *host;
  void (*returned) (gpointer data, TernTransport *transport); /* of a private one */
  gpointer data;
  TernTransport *transport;
  int generation;
  gboolean reused;
  gint64 idle_since;
  GList host_link;
  GList pool_link; /* also links the dead */
};

struct _TernTicket
{
  TernPool *pool;
  char *key;
  guint hash;
  gboolean fresh;
  gboolean is_queued;
  gboolean is_ready; /* the owner's: the lease was looked at */
  guint64 number;
  TernPoolHost *host; /* while it is queued */
  TernLease *lease;
  TernWake *wake; /* while it is queued */
  GList link;
};

/* What must wait until the lock is let go: closing transports and waking others. */
typedef struct
{
  GQueue dead;
  GSList *wakes;
} TernPoolAfter;

#define TERN_POOL_AFTER_INIT { G_QUEUE_INIT, NULL }

/* Lets the lock go and does what had to wait for that. */
void tern_pool_unlock (TernPool *self, TernPoolAfter *after);

/* --- hosts (tern-pool-host.c) --- */

GHashTable *tern_pool_host_table_new (void);
/* NULL where it is not known and not to be made. */
TernPoolHost *tern_pool_find_host (TernPool *self, const char *key, guint hash, gboolean make);
/* Finds its place among the turns anew; after each change of what it uses or who waits. */
void tern_pool_host_settle (TernPool *self, TernPoolHost *host);
/* Forgets it when nothing is left of it. */
void tern_pool_host_drop (TernPool *self, TernPoolHost *host);

/* --- connections (tern-pool.c) --- */

/* A lease under @host if one more may be in use, with a reference to the pool; else NULL. */
TernLease *tern_pool_take (TernPool *self, TernPoolHost *host, gboolean fresh,
                           TernPoolAfter *after);
TernLease *tern_pool_pop_idle (TernPool *self, TernPoolHost *host);
void tern_pool_push_idle (TernPool *self, TernLease *lease);
/* Closes what has been idle for too long. */
void tern_pool_expire (TernPool *self, gint64 now, TernPoolAfter *after);
/* Gives those who wait what they may have now, in order of asking. */
void tern_pool_dispatch (TernPool *self, TernPoolAfter *after);

/* --- leases (tern-lease.c) --- */

/* Without the lock: looks at a kept connection and replaces it until one is quiet or there is none
 * but to dial. */
TernLease *tern_lease_ensure_quiet (TernLease *self);
