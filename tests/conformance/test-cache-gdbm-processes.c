/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes on one GDBM database: under load, and killed at any instant. */
#include <signal.h>

#include "gdbm-store.h"

#define N_KEYS 8

typedef struct
{
  guint wrong;
  guint hits;
  guint kept;
  guint refused;
} Counts;

/* A value is the key and then letters of one kind: one of another key, or of two, is seen. */
static void
use_once (TernCacheStore *store, GRand *rand, Counts *counts)
{
  g_autofree char *key = g_strdup_printf ("key %d", g_rand_int_range (rand, 0, N_KEYS));
  gsize size = g_rand_int_range (rand, 1, 20000), len, head = strlen (key);
  g_autoptr (GBytes) kept = tern_cache_store_get (store, key, NULL);
  const char *data;

  if (kept != NULL)
    {
      data = g_bytes_get_data (kept, &len);
      counts->hits++;
      if (len <= head || memcmp (data, key, head) != 0)
        counts->wrong++;
      for (gsize i = head + 1; i < len && counts->wrong == 0; i++)
        counts->wrong += data[i] != data[head];
    }
  if (g_rand_int_range (rand, 0, 10) == 0)
    tern_cache_store_delete (store, key, NULL);
  else
    {
      g_autofree char *letters = g_strnfill (size, 'a' + g_rand_int_range (rand, 0, 26));
      g_autofree char *text = g_strconcat (key, letters, NULL);

      if (gdbm_try_set (store, key, text, strlen (text), 0, NULL))
        counts->kept++;
      else
        counts->refused++;
    }
}

/* In a process of its own, with a store of its own. */
static int
run_child (const char *path, guint rounds)
{
  g_autoptr (TernCacheStore) store = gdbm_store_try (path, "max-size=1M&wait=30", NULL);
  GRand *rand = g_rand_new ();
  Counts counts = { 0 };

  if (store == NULL)
    return 3;
  for (guint i = 0; i < rounds && counts.wrong == 0; i++)
    use_once (store, rand, &counts);
  g_rand_free (rand);
  if (counts.wrong > 0)
    return 1;
  /* All got their turns, and some of what one wrote was there for the other. */
  return rounds < 100 || (counts.refused == 0 && counts.hits > 0) ? 0 : 2;
}

static GPid
start_child (const char *path, const char *rounds)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { self, "--child", path, rounds, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
assert_ends_well (GPid pid)
{
  int status = -1;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

static void
use_in_thread (guint number, gpointer store)
{
  GRand *rand = g_rand_new_with_seed (number);
  Counts counts = { 0 };

  for (guint i = 0; i < 150; i++)
    use_once (store, rand, &counts);
  g_assert_cmpuint (counts.wrong, ==, 0);
  g_assert_cmpuint (counts.refused, ==, 0);
  g_rand_free (rand);
}

static void
test_load (GdbmFixture *f, gconstpointer data)
{
  GPid children[2];

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = start_child (f->path, "300");
  tern_test_run_threads (2, use_in_thread, f->store);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    assert_ends_well (children[i]);
  g_assert_cmpint (gdbm_file_size (f->path) + gdbm_file_size (f->old), <=, 1024 * 1024);
}

/* Forked with a store that is open. */
static void
test_forked (GdbmFixture *f, gconstpointer data)
{
  GRand *rand = g_rand_new_with_seed (5);
  Counts counts = { 0 };
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  for (guint i = 0; i < 200; i++)
    use_once (f->store, rand, &counts);
  g_rand_free (rand);
  if (child == 0)
    _exit (counts.wrong > 0 || counts.refused > 0 ? 1 : 0);
  assert_ends_well (child);
  g_assert_cmpuint (counts.wrong, ==, 0);
  g_assert_cmpuint (counts.refused, ==, 0);
}

static void
count_damage (const char *name, const char *what, gpointer data)
{
  g_test_message ("%s: %s", name, what);
  ++*(guint *)data;
}

/* Writers are killed again and again, two at a time: what is left is right or missing, nothing is
 * damaged, nothing stays locked, the limit holds, and the next value is kept. */
static void
test_killed (GdbmFixture *f, gconstpointer data)
{
  guint rounds = tern_test_measures_memory () ? 40 : 8;
  GRand *rand = g_rand_new_with_seed (7);
  Counts counts = { 0 };
  guint n_damaged = 0;

  for (guint i = 0; i < rounds; i++)
    {
      pid_t children[2];

      for (guint j = 0; j < G_N_ELEMENTS (children); j++)
        {
          children[j] = fork ();
          g_assert_cmpint (children[j], >=, 0);
          if (children[j] == 0)
            _exit (run_child (f->path, G_MAXUINT));
        }
      g_usleep (2000 + g_random_int_range (0, 20000));
      for (guint j = 0; j < G_N_ELEMENTS (children); j++)
        {
          int status = -1;

          kill (children[j], SIGKILL);
          g_assert_cmpint (waitpid (children[j], &status, 0), ==, children[j]);
          g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
        }
      g_assert_true (tern_cache_store_verify (f->store, count_damage, &n_damaged, NULL));
      for (guint j = 0; j < 16; j++)
        use_once (f->store, rand, &counts);
      gdbm_set (f->store, "key 0", "key 0x", 6, 0);
      g_assert_true (gdbm_has (f->store, "key 0"));
      g_assert_cmpint (gdbm_file_size (f->path) + gdbm_file_size (f->old), <=, 1024 * 1024);
    }
  g_assert_cmpuint (n_damaged, ==, 0);
  g_assert_cmpuint (counts.wrong, ==, 0);
  g_assert_cmpuint (counts.refused, ==, 0);
  g_assert_cmpuint (counts.hits, >, 0);
  g_rand_free (rand);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-gdbm/processes/" path, GdbmFixture, "max-size=1M&wait=30", gdbm_set_up,      \
              func, gdbm_tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2], (guint)g_ascii_strtoull (argv[3], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  ADD ("load", test_load);
  ADD ("forked", test_forked);
  ADD ("killed", test_killed);
  return g_test_run ();
}
