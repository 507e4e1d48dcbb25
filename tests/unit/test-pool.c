/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool by its accounts, in one thread: what is kept, who waits, who is next. */
#include "pool-fakes.h"
#include "tern-test-util.h"

#define SECOND G_TIME_SPAN_SECOND

/* --- keeping --------------------------------------------------------------------------------- */

static void
test_reuse (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *first = take (pool, "a", 1);
  TernLease *second = take (pool, "a", 2);
  TernLease *other = take (pool, "b", 3);
  TernLease *again;

  g_assert_false (tern_lease_is_reused (first));
  tern_lease_release (first, TRUE, 1);
  tern_lease_release (other, TRUE, 1);
  tern_lease_release (second, TRUE, 2);
  assert_counts (pool, 3, 3, 0);
  /* The last used comes first, and was looked at. */
  n_looked = 0;
  again = try_key (pool, "a", 3);
  g_assert_cmpint (get_id (again), ==, 2);
  g_assert_true (tern_lease_is_reused (again));
  g_assert_cmpint (n_looked, ==, 1);
  assert_counts (pool, 2, 3, 0);
  tern_lease_release (again, FALSE, 4);
  assert_counts (pool, 2, 2, 0);
  g_assert_cmpint (n_fakes, ==, 2);
  again = try_key (pool, "a", 5);
  g_assert_cmpint (get_id (again), ==, 1);
  tern_lease_release (again, TRUE, 6);
}

/* Keys are compared, not only their hashes. */
static void
test_same_hash (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *one = tern_pool_try (pool, "a", 7, FALSE, 0);
  TernLease *other;

  dial (pool, one, 1);
  tern_lease_release (one, TRUE, 0);
  other = tern_pool_try (pool, "b", 7, FALSE, 0);
  g_assert_cmpint (get_id (other), ==, 0);
  tern_lease_release (other, FALSE, 0);
  one = tern_pool_try (pool, "a", 7, FALSE, 0);
  g_assert_cmpint (get_id (one), ==, 1);
  tern_lease_release (one, FALSE, 0);
  assert_counts (pool, 0, 0, 0);
}

static void
test_fresh (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *lease;

  tern_pool_set_limits (pool, 4, 1, SECOND);
  tern_lease_release (take (pool, "a", 1), TRUE, 0);
  /* The kept one makes room for the fresh one. */
  lease = tern_pool_try (pool, "a", g_str_hash ("a"), TRUE, 0);
  g_assert_cmpint (get_id (lease), ==, 0);
  g_assert_cmpint (n_fakes, ==, 0);
  g_assert_null (tern_pool_try (pool, "a", g_str_hash ("a"), TRUE, 0));
  tern_lease_release (lease, TRUE, 0);
  assert_counts (pool, 0, 0, 0);
}

static void
test_noise (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *leases[3];
  TernLease *lease;

  for (guint i = 0; i < 3; i++)
    leases[i] = take (pool, "a", i + 1);
  make_noise (leases[1]);
  make_noise (leases[2]);
  for (guint i = 0; i < 3; i++)
    tern_lease_release (leases[i], TRUE, i);
  n_looked = 0;
  lease = try_key (pool, "a", 3);
  g_assert_cmpint (get_id (lease), ==, 1);
  g_assert_cmpint (n_looked, ==, 3);
  assert_counts (pool, 0, 1, 0);
  make_noise (lease);
  tern_lease_release (lease, TRUE, 4);
  /* All dead: it becomes the right to dial. */
  lease = try_key (pool, "a", 5);
  g_assert_cmpint (get_id (lease), ==, 0);
  g_assert_false (tern_lease_is_reused (lease));
  g_assert_cmpint (n_fakes, ==, 0);
  assert_counts (pool, 0, 1, 0);
  dial (pool, lease, 9);
  tern_lease_release (lease, TRUE, 6);
  assert_counts (pool, 1, 1, 0);
}

static void
test_expiry (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *a = take (pool, "a", 1);
  TernLease *b = take (pool, "b", 2);
  TernLease *c = take (pool, "c", 3);
  TernLease *lease;

  tern_pool_set_limits (pool, 64, 6, 10 * SECOND);
  /* Given back out of order, as threads do. */
  tern_lease_release (b, TRUE, 2 * SECOND);
  tern_lease_release (a, TRUE, 1 * SECOND);
  tern_lease_release (c, TRUE, 9 * SECOND);
  lease = try_key (pool, "d", 11 * SECOND);
  assert_counts (pool, 2, 3, 0);
  /* Giving one back closes the others that are too old, also another host's. */
  tern_lease_release (lease, FALSE, 12 * SECOND);
  assert_counts (pool, 1, 1, 0);
  lease = try_key (pool, "c", 19 * SECOND);
  g_assert_cmpint (get_id (lease), ==, 0);
  tern_lease_release (lease, FALSE, 19 * SECOND);
  assert_counts (pool, 0, 0, 0);
  g_assert_cmpint (n_fakes, ==, 0);

  tern_pool_set_limits (pool, 64, 6, TERN_NEVER);
  tern_lease_release (take (pool, "a", 1), TRUE, 1);
  lease = try_key (pool, "a", G_MAXINT64 - 1);
  g_assert_cmpint (get_id (lease), ==, 1);
  tern_pool_set_limits (pool, 64, 6, 0);
  tern_lease_release (lease, TRUE, 1);
  g_assert_cmpint (n_fakes, ==, 0);
}

static void
test_close (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *in_use = take (pool, "a", 1);
  TernLease *lease;
  Waiter waiter;

  tern_pool_set_limits (pool, 2, 6, 10 * SECOND);
  tern_lease_release (take (pool, "a", 2), TRUE, 0);
  tern_pool_close (pool);
  assert_counts (pool, 0, 1, 0);
  g_assert_cmpint (n_fakes, ==, 1);
  tern_lease_release (in_use, TRUE, 1);
  assert_counts (pool, 0, 0, 0);
  g_assert_cmpint (n_fakes, ==, 0);

  /* It stays usable. */
  lease = take (pool, "a", 3);
  in_use = take (pool, "a", 4);
  waiter_start (&waiter, pool, "a", FALSE);
  tern_lease_release (lease, TRUE, 2);
  g_assert_cmpint (waiter.n_woken, ==, 1);
  /* What was granted and not collected is closed as well. */
  tern_pool_close (pool);
  lease = waiter_collect (&waiter);
  g_assert_cmpint (get_id (lease), ==, 0);
  dial (pool, lease, 5);
  tern_lease_release (lease, TRUE, 3);
  assert_counts (pool, 1, 2, 0);
  tern_lease_release (in_use, TRUE, 3);
  assert_counts (pool, 1, 1, 0);
}

static void
test_lease_outlives (void)
{
  TernPool *pool = tern_pool_new ();
  TernLease *kept = take (pool, "a", 1);
  TernLease *lease = take (pool, "a", 2);

  tern_lease_release (kept, TRUE, 0);
  tern_pool_unref (pool);
  g_assert_cmpint (n_fakes, ==, 2);
  tern_lease_release (lease, TRUE, 0);
  g_assert_cmpint (n_fakes, ==, 0);
}

/* --- waiting --------------------------------------------------------------------------------- */

static void
test_host_limit (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *leases[2];
  TernLease *lease;
  Waiter waiters[2];

  tern_pool_set_limits (pool, 10, 2, SECOND);
  leases[0] = take (pool, "a", 1);
  leases[1] = take (pool, "a", 2);
  g_assert_null (try_key (pool, "a", 0));
  waiter_start (&waiters[0], pool, "a", FALSE);
  waiter_start (&waiters[1], pool, "a", FALSE);
  assert_counts (pool, 0, 2, 2);
  /* Another host does not have to wait for this one. */
  lease = take (pool, "b", 3);
  tern_lease_release (lease, TRUE, 0);
  g_assert_cmpint (waiters[0].n_woken, ==, 0);

  /* A kept one goes straight to the first. */
  tern_lease_release (leases[1], TRUE, 0);
  assert_counts (pool, 1, 3, 1);
  g_assert_null (try_key (pool, "a", 0));
  lease = waiter_collect (&waiters[0]);
  g_assert_cmpint (get_id (lease), ==, 2);
  g_assert_true (tern_lease_is_reused (lease));
  /* A closed one leaves its place to the next. */
  tern_lease_release (leases[0], FALSE, 0);
  leases[0] = waiter_collect (&waiters[1]);
  g_assert_cmpint (get_id (leases[0]), ==, 0);
  tern_lease_release (lease, FALSE, 0);
  tern_lease_release (leases[0], FALSE, 0);
  assert_counts (pool, 1, 1, 0);
}

static void
test_total_limit (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *leases[3];

  tern_pool_set_limits (pool, 3, 6, SECOND);
  leases[0] = take (pool, "a", 1);
  leases[1] = take (pool, "b", 2);
  leases[2] = take (pool, "c", 3);
  g_assert_null (try_key (pool, "d", 0));
  tern_lease_release (leases[1], TRUE, 1);
  tern_lease_release (leases[0], TRUE, 2);
  /* The longest idle makes room. */
  leases[0] = take (pool, "d", 4);
  assert_counts (pool, 1, 3, 0);
  leases[1] = try_key (pool, "a", 3);
  g_assert_cmpint (get_id (leases[1]), ==, 1);
  for (guint i = 0; i < 3; i++)
    tern_lease_release (leases[i], FALSE, 4);
  assert_counts (pool, 0, 0, 0);
  g_assert_cmpint (n_fakes, ==, 0);
}

/* One place, in order of asking whatever the host. */
static void
test_order (void)
{
  static const char *const keys[] = { "b", "a", "a", "c", "b", "a" };
  g_autoptr (TernPool) pool = tern_pool_new ();
  Waiter waiters[G_N_ELEMENTS (keys)];
  TernLease *lease;

  tern_pool_set_limits (pool, 1, 1, SECOND);
  lease = take (pool, "a", 1);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    waiter_start (&waiters[i], pool, keys[i], i == 2);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      for (guint later = i; later < G_N_ELEMENTS (keys); later++)
        g_assert_cmpint (waiters[later].n_woken, ==, 0);
      tern_lease_release (lease, i % 2 == 0, 0);
      lease = waiter_collect (&waiters[i]);
      g_assert_cmpint (get_id (lease), ==, 0);
      dial (pool, lease, i + 2);
      g_assert_cmpint (n_fakes, ==, 1);
      assert_counts (pool, 0, 1, G_N_ELEMENTS (keys) - 1 - i);
    }
  tern_lease_release (lease, TRUE, 0);
  assert_counts (pool, 1, 1, 0);
}

/* A host at its own limit lets those behind it pass, and gets its turn back later. */
static void
test_passing (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *a, *b;
  Waiter for_a, for_c;

  tern_pool_set_limits (pool, 2, 1, SECOND);
  a = take (pool, "a", 1);
  b = take (pool, "b", 2);
  waiter_start (&for_a, pool, "a", FALSE);
  waiter_start (&for_c, pool, "c", FALSE);
  tern_lease_release (b, FALSE, 0);
  g_assert_cmpint (for_a.n_woken, ==, 0);
  b = waiter_collect (&for_c);
  tern_lease_release (a, TRUE, 0);
  a = waiter_collect (&for_a);
  g_assert_cmpint (get_id (a), ==, 1);
  tern_lease_release (a, FALSE, 0);
  tern_lease_release (b, FALSE, 0);
}

/* Whoever goes away hands on what it had: queued, woken, or with the lease in its hands. */
static void
test_dropped (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *lease;
  Waiter waiters[5];

  tern_pool_set_limits (pool, 1, 1, SECOND);
  lease = take (pool, "a", 1);
  for (guint i = 0; i < 5; i++)
    waiter_start (&waiters[i], pool, i == 3 ? "b" : "a", FALSE);
  waiter_end (&waiters[0]);
  assert_counts (pool, 0, 1, 4);
  tern_lease_release (lease, TRUE, 0);
  g_assert_cmpint (waiters[1].n_woken, ==, 1);
  g_assert_cmpint (waiters[2].n_woken, ==, 0);
  waiter_end (&waiters[1]);
  g_assert_cmpint (waiters[2].n_woken, ==, 1);
  g_assert_cmpint (waiter_step (&waiters[2], 0), ==, TERN_STEP_DONE);
  g_assert_cmpint (waiters[3].n_woken, ==, 0);
  waiter_end (&waiters[2]);
  /* The next is another host's: the kept connection makes room for it. */
  g_assert_cmpint (waiters[3].n_woken, ==, 1);
  g_assert_cmpint (n_fakes, ==, 0);
  waiter_end (&waiters[3]);
  lease = waiter_collect (&waiters[4]);
  g_assert_cmpint (get_id (lease), ==, 0);
  tern_lease_release (lease, FALSE, 0);
  assert_counts (pool, 0, 0, 0);
}

/* The connection that was handed over fell silent for ever before it was fetched. */
static void
test_granted_noise (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *lease;
  Waiter waiter;

  tern_pool_set_limits (pool, 1, 1, SECOND);
  lease = take (pool, "a", 1);
  waiter_start (&waiter, pool, "a", FALSE);
  make_noise (lease);
  tern_lease_release (lease, TRUE, 0);
  lease = waiter_collect (&waiter);
  g_assert_cmpint (get_id (lease), ==, 0);
  g_assert_cmpint (n_fakes, ==, 0);
  assert_counts (pool, 0, 1, 0);
  tern_lease_release (lease, FALSE, 0);
}

static void
test_limits_change (void)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  TernLease *leases[3];
  Waiter waiters[2];

  tern_pool_set_limits (pool, 1, 1, SECOND);
  leases[0] = take (pool, "a", 1);
  waiter_start (&waiters[0], pool, "a", FALSE);
  waiter_start (&waiters[1], pool, "b", FALSE);
  tern_pool_set_limits (pool, 2, 1, SECOND);
  g_assert_cmpint (waiters[0].n_woken, ==, 0);
  leases[1] = waiter_collect (&waiters[1]);
  tern_pool_set_limits (pool, 3, 2, SECOND);
  leases[2] = waiter_collect (&waiters[0]);
  dial (pool, leases[1], 2);
  dial (pool, leases[2], 3);

  /* Lowered: idle ones go at once, those in use when they come back. */
  tern_lease_release (leases[2], TRUE, 0);
  assert_counts (pool, 1, 3, 0);
  tern_pool_set_limits (pool, 3, 1, SECOND);
  assert_counts (pool, 0, 2, 0);
  tern_pool_set_limits (pool, 0, 0, SECOND);
  g_assert_null (try_key (pool, "c", 0));
  tern_lease_release (leases[0], TRUE, 0);
  assert_counts (pool, 0, 1, 0);
  tern_lease_release (leases[1], TRUE, 0);
  assert_counts (pool, 1, 1, 0);
}

#define N_WAITING 10000

/* @spread: every ticket another host. */
static void
test_many (gconstpointer spread)
{
  g_autoptr (TernPool) pool = tern_pool_new ();
  g_autofree Waiter *waiters = g_new0 (Waiter, N_WAITING);
  const guint fds = tern_test_count_fds ();
  TernLease *lease;

  tern_pool_set_limits (pool, 1, 1, SECOND);
  lease = take (pool, "0", 1);
  for (guint i = 0; i < N_WAITING; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", spread ? i + 1 : 0);

      waiter_start (&waiters[i], pool, key, FALSE);
    }
  g_assert_cmpuint (tern_test_count_fds (), ==, fds);
  assert_counts (pool, 0, 1, N_WAITING);
  /* Every third gives up, in the middle of the queue. */
  for (guint i = 0; i < N_WAITING; i += 3)
    waiter_end (&waiters[i]);
  for (guint i = 0; i < N_WAITING; i++)
    {
      if (i % 3 == 0)
        continue;
      tern_lease_release (lease, TRUE, 0);
      lease = waiter_collect (&waiters[i]);
      if (get_id (lease) == 0)
        dial (pool, lease, i + 2);
    }
  g_assert_cmpint (get_id (lease), ==, spread ? N_WAITING - 1 + 2 - (N_WAITING % 3 == 1) : 1);
  tern_lease_release (lease, TRUE, 0);
  assert_counts (pool, 1, 1, 0);
}

static void
run (gconstpointer func)
{
  n_fakes = 0;
  ((void (*) (void)) func) ();
  /* Whatever a test did, the pool closed everything. */
  g_assert_cmpint (g_atomic_int_get (&n_fakes), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (void);
  } tests[] = {
    { "/pool/reuse", test_reuse },
    { "/pool/same-hash", test_same_hash },
    { "/pool/fresh", test_fresh },
    { "/pool/noise", test_noise },
    { "/pool/expiry", test_expiry },
    { "/pool/close", test_close },
    { "/pool/lease-outlives", test_lease_outlives },
    { "/pool/host-limit", test_host_limit },
    { "/pool/total-limit", test_total_limit },
    { "/pool/order", test_order },
    { "/pool/passing", test_passing },
    { "/pool/dropped", test_dropped },
    { "/pool/granted-noise", test_granted_noise },
    { "/pool/limits-change", test_limits_change },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, tests[i].func, run);
  g_test_add_data_func ("/pool/many/one-host", NULL, test_many);
  g_test_add_data_func ("/pool/many/many-hosts", "spread", test_many);
  return g_test_run ();
}
