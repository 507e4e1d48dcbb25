/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kept connections of a client, and who may open another. It hands out leases, never
 * transports; it dials nothing, has no thread, no source and no clock but the one that is handed
 * in. */
#pragma once

#include "net/tern-transport.h"

typedef struct _TernPool TernPool;
typedef struct _TernLease TernLease;
typedef struct _TernTicket TernTicket;

/* Thread-safe, reference counted: a lease keeps its pool. */
TernPool *tern_pool_new (void);
TernPool *tern_pool_ref (TernPool *self);
void tern_pool_unref (TernPool *self);

/* At least one connection each; @idle_timeout in microseconds, 0: keep none, TERN_NEVER: for ever.
 * Kept connections that are too old are closed when somebody next takes or gives back one. */
void tern_pool_set_limits (TernPool *self, guint max_total, guint max_per_host,
                           gint64 idle_timeout);

/* Closes every idle connection and condemns those in use: they close when they come back. */
void tern_pool_close (TernPool *self);

/* Asks for a connection under @key (origin, proxy, TLS settings, partition: a string; @hash of it)
 * without waiting: a lease that is ready (a kept connection, looked at, or the right to dial), or
 * NULL when one has to queue with a ticket. @fresh: never a kept one. Allocates nothing for a kept
 * one. */
TernLease *tern_pool_try (TernPool *self, const char *key, guint hash, gboolean fresh, gint64 now);

/* Asks for a connection and waits its turn. */
TernTicket *tern_ticket_new (TernPool *pool, const char *key, guint hash, gboolean fresh);

/* DONE: a lease; WAIT: queued in order of asking, woken by wake handle (no descriptor). A kept
 * connection was looked at (is_quiet) before it is handed out; those that are not quiet are
 * closed. */
TernStep tern_ticket_step (TernTicket *self, gint64 now, TernWait *wait, GError **error);
TernLease *tern_ticket_steal_lease (TernTicket *self);
/* What it had been given, or was about to be, goes to the next who waits. */
void tern_ticket_free (TernTicket *self);

/* NULL for a lease that still has to be dialed; then tern_lease_set_transport(), which takes it. */
TernTransport *tern_lease_get_transport (TernLease *self);
void tern_lease_set_transport (TernLease *self, TernTransport *transport);
/* Whether the transport has carried an exchange before. */
gboolean tern_lease_is_reused (TernLease *self);

/* Gives it back: kept for the next when @reusable and the pool still wants it, else closed. The
 * transport must have no byte left over. Wakes who waits. */
void tern_lease_release (TernLease *self, gboolean reusable, gint64 now);

/* A connection of nobody's pool, to be used like a leased one. When it is given back @returned gets
 * the transport, or NULL where it was not fit for another exchange and was closed. */
TernLease *tern_lease_new_private (TernTransport *transport,
                                   void (*returned) (gpointer data, TernTransport *transport),
                                   gpointer data);

/* For the tests. Total counts idle and leased ones, dialed or not. */
guint tern_pool_count_idle (TernPool *self);
guint tern_pool_count_total (TernPool *self);
guint tern_pool_count_waiting (TernPool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPool, tern_pool_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTicket, tern_ticket_free)
