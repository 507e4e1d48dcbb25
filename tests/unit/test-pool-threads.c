/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool from many threads at once: no limit is passed, no connection changes its host, and
 * nobody waits for ever. */
#include "io/tern-drive.h"
#include "pool-fakes.h"

#define HAMMER_ROUNDS 400
#define HAMMER_TOTAL 4
#define HAMMER_HOST 2

typedef struct
{
  TernPool *pool;
  int in_use[3];
  int all_in_use;
  int n_got;
} Hammer;

static TernStep
hammer_step (gpointer self, TernWait *wait, GError **error)
{
  return tern_ticket_step (self, g_get_monotonic_time (), wait, error);
}

static TernLease *
hammer_get (Hammer *hammer, const char *key, gboolean fresh, guint32 chance)
{
  const guint hash = g_str_hash (key);
  g_autoptr (TernTicket) ticket = NULL;
  TernLease *lease = tern_pool_try (hammer->pool, key, hash, fresh, g_get_monotonic_time ());

  if (lease)
    return lease;
  ticket = tern_ticket_new (hammer->pool, key, hash, fresh);
  if (chance % 5 == 0)
    {
      /* Asks and goes away, perhaps just when it is given something. */
      TernWait wait;

      tern_wait_init (&wait, make_wake, NULL);
      tern_ticket_step (ticket, g_get_monotonic_time (), &wait, NULL);
      g_thread_yield ();
      tern_wait_clear (&wait);
      return NULL;
    }
  g_assert_true (tern_drive_sync (hammer_step, ticket, NULL, NULL));
  return tern_ticket_steal_lease (ticket);
}

static gpointer
hammer_main (gpointer data)
{
  static const char *const keys[] = { "a", "b", "c" };
  Hammer *hammer = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (g_thread_self ()));

  for (guint i = 0; i < HAMMER_ROUNDS; i++)
    {
      const guint32 chance = g_rand_int (rand) >> 4;
      const guint which = chance % G_N_ELEMENTS (keys);
      TernLease *lease = hammer_get (hammer, keys[which], chance % 11 == 0, chance);

      if (!lease)
        continue;
      g_assert_cmpint (g_atomic_int_add (&hammer->in_use[which], 1), <, HAMMER_HOST);
      g_assert_cmpint (g_atomic_int_add (&hammer->all_in_use, 1), <, HAMMER_TOTAL);
      if (get_id (lease) == 0)
        dial (hammer->pool, lease, 1 + which);
      /* Never another host's. */
      g_assert_cmpint (get_id (lease), ==, 1 + which);
      if (chance % 7 == 0)
        g_thread_yield ();
      if (chance % 13 == 0)
        make_noise (lease);
      if (chance % 101 == 0)
        tern_pool_close (hammer->pool);
      g_atomic_int_inc (&hammer->n_got);
      g_atomic_int_add (&hammer->all_in_use, -1);
      g_atomic_int_add (&hammer->in_use[which], -1);
      tern_lease_release (lease, chance % 17 != 0, g_get_monotonic_time ());
    }
  return NULL;
}

static void
test_hammer (void)
{
  Hammer hammer = { .pool = tern_pool_new () };
  GThread *threads[8];

  tern_pool_set_limits (hammer.pool, HAMMER_TOTAL, HAMMER_HOST, G_TIME_SPAN_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer_main, &hammer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (hammer.n_got, >, 8 * HAMMER_ROUNDS / 2);
  g_assert_cmpuint (tern_pool_count_waiting (hammer.pool), ==, 0);
  g_assert_cmpuint (tern_pool_count_idle (hammer.pool), ==, tern_pool_count_total (hammer.pool));
  g_assert_cmpuint (tern_pool_count_idle (hammer.pool), ==, n_fakes);
  tern_pool_unref (hammer.pool);
  g_assert_cmpint (g_atomic_int_get (&n_fakes), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/hammer", test_hammer);
  return g_test_run ();
}
