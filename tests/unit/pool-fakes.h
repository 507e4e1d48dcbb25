/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the pool share: transports that are numbers and ask the pool something when
 * they are looked at, so that a look with the lock held would never return; and tickets with a
 * wake that counts. */
#pragma once

#include "net/tern-pool.h"

/* --- transports that are numbers ------------------------------------------------------------- */

typedef struct
{
  TernTransport base;
  TernPool *pool;
  int id;
  gboolean is_quiet;
} Fake;

static int n_fakes;  /* alive */
static int n_looked; /* how often one was asked whether it is quiet */

static inline gboolean
fake_is_quiet (TernTransport *base)
{
  Fake *fake = (Fake *) base;

  tern_pool_count_total (fake->pool);
  g_atomic_int_inc (&n_looked);
  return fake->is_quiet;
}

/* The last reference to a pool may be going, so this one does not ask it. */
static inline void
fake_free (TernTransport *base)
{
  g_atomic_int_add (&n_fakes, -1);
  g_free (base);
}

static const TernTransportClass fake_class = { .is_quiet = fake_is_quiet, .free = fake_free };

static inline void
dial (TernPool *pool, TernLease *lease, int id)
{
  Fake *fake = g_new0 (Fake, 1);

  fake->base.klass = &fake_class;
  fake->base.fd = -1;
  fake->pool = pool;
  fake->id = id;
  fake->is_quiet = TRUE;
  g_atomic_int_inc (&n_fakes);
  tern_lease_set_transport (lease, &fake->base);
}

/* 0: still to be dialed. */
static inline int
get_id (TernLease *lease)
{
  Fake *fake = (Fake *) tern_lease_get_transport (lease);

  return fake ? fake->id : 0;
}

static inline void
make_noise (TernLease *lease)
{
  ((Fake *) tern_lease_get_transport (lease))->is_quiet = FALSE;
}

static inline TernLease *
try_key (TernPool *pool, const char *key, gint64 now)
{
  return tern_pool_try (pool, key, g_str_hash (key), FALSE, now);
}

/* A dialed lease. */
static inline TernLease *
take (TernPool *pool, const char *key, int id)
{
  TernLease *lease = try_key (pool, key, 0);

  g_assert_nonnull (lease);
  g_assert_cmpint (get_id (lease), ==, 0);
  dial (pool, lease, id);
  return lease;
}

/* --- tickets with a wake that counts --------------------------------------------------------- */

typedef struct
{
  TernTicket *ticket;
  TernWait wait;
  int n_woken;
} Waiter;

static inline void
on_wake (gpointer target)
{
  ((Waiter *) target)->n_woken++;
}

static inline TernWake *
make_wake (gpointer driver)
{
  return tern_wake_new (on_wake, driver);
}

static inline TernStep
waiter_step (Waiter *waiter, gint64 now)
{
  g_autoptr (GError) error = NULL;
  TernStep step;

  tern_wait_reset (&waiter->wait);
  step = tern_ticket_step (waiter->ticket, now, &waiter->wait, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (waiter->wait.n_fds, ==, 0);
  return step;
}

static inline void
waiter_start (Waiter *waiter, TernPool *pool, const char *key, gboolean fresh)
{
  waiter->n_woken = 0;
  waiter->ticket = tern_ticket_new (pool, key, g_str_hash (key), fresh);
  tern_wait_init (&waiter->wait, make_wake, waiter);
  g_assert_cmpint (waiter_step (waiter, 0), ==, TERN_STEP_WAIT);
  g_assert_cmpint (waiter_step (waiter, 0), ==, TERN_STEP_WAIT);
}

static inline void
waiter_end (Waiter *waiter)
{
  tern_wake_disarm (tern_wait_get_wake (&waiter->wait));
  tern_wait_clear (&waiter->wait);
  g_clear_pointer (&waiter->ticket, tern_ticket_free);
}

/* What a woken waiter got. */
static inline TernLease *
waiter_collect (Waiter *waiter)
{
  TernLease *lease;

  g_assert_cmpint (waiter->n_woken, ==, 1);
  g_assert_cmpint (waiter_step (waiter, 0), ==, TERN_STEP_DONE);
  g_assert_cmpint (waiter_step (waiter, 0), ==, TERN_STEP_DONE);
  lease = tern_ticket_steal_lease (waiter->ticket);
  g_assert_nonnull (lease);
  waiter_end (waiter);
  return lease;
}

static inline void
assert_counts (TernPool *pool, guint idle, guint total, guint waiting)
{
  g_assert_cmpuint (tern_pool_count_idle (pool), ==, idle);
  g_assert_cmpuint (tern_pool_count_total (pool), ==, total);
  g_assert_cmpuint (tern_pool_count_waiting (pool), ==, waiting);
}
