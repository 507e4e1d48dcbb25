/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One folder of entries, many processes: they write, read, replace metas and bodies, and are killed
 * at any moment. Whoever opens an entry gets a meta and a body that belong together. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "file-entries.h"

/* The meta tells what the body is, and how often it was replaced: "letter length count". Returns
 * whether it is true. */
static gboolean
fits (FileParts *parts, guint *count, char *letter, gsize *len)
{
  g_autofree char *meta
      = g_strndup (g_bytes_get_data (parts->meta, NULL), g_bytes_get_size (parts->meta));
  g_autoptr (GBytes) body = NULL;
  const char *data;
  gsize body_len;

  if (sscanf (meta, "%c %" G_GSIZE_FORMAT " %u", letter, len, count) != 3)
    return FALSE;
  body = file_read_body (parts);
  if (body == NULL)
    return FALSE;
  data = g_bytes_get_data (body, &body_len);
  for (gsize i = 0; i < body_len; i++)
    if (data[i] != *letter)
      return FALSE;
  return body_len == *len;
}

static gboolean
write_one (TernCacheStore *store, const char *key, GRand *rand, char letter)
{
  const gsize len = g_rand_boolean (rand) ? g_rand_int_range (rand, 1, 5000)
                                          : g_rand_int_range (rand, 1, 400000);
  g_autofree char *letters = g_strnfill (len, letter);
  g_autofree char *meta = g_strdup_printf ("%c %" G_GSIZE_FORMAT " 0", letter, len);
  g_autoptr (TernCacheWriter) writer = file_create (store, key, meta);
  const gsize half = len / 2;

  return TERN_CACHE_WRITER_GET_IFACE (writer)->write (writer, (guint8 *)letters, half, NULL)
         && TERN_CACHE_WRITER_GET_IFACE (writer)->write (writer, (guint8 *)letters + half,
                                                         len - half, NULL)
         && file_commit (writer, meta, 0, NULL);
}

static void
replace_meta (
    TernCacheStore *store, const char *key, GBytes *before, char letter, gsize len, guint count)
{
  /* Now and then one that does not fit into its room. */
  g_autofree char *padding = g_strnfill (count % 50 == 49 ? 2000 : count % 7, ' ');
  g_autofree char *meta
      = g_strdup_printf ("%c %" G_GSIZE_FORMAT " %u%s", letter, len, count + 1, padding);
  g_autoptr (GBytes) bytes = g_bytes_new (meta, strlen (meta));

  TERN_CACHE_STORE_GET_IFACE (store)->set_meta (store, key, before, bytes, 0, NULL);
}

/* Returns whether all that it saw was right. */
static gboolean
use (TernCacheStore *store, guint number, guint rounds)
{
  GRand *rand = g_rand_new_with_seed (number);
  gboolean fine = TRUE;

  for (guint i = 0; i < rounds && fine; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", g_rand_int_range (rand, 0, 4));
      const guint what = g_rand_int_range (rand, 0, 20);
      g_auto (FileParts) parts = { NULL };
      char letter;
      guint count;
      gsize len;

      if (what == 0)
        fine = tern_cache_store_delete (store, key, NULL);
      else if (what < 4)
        fine = write_one (store, key, rand, 'a' + number % 26);
      else if (file_open (store, key, &parts))
        {
          fine = fits (&parts, &count, &letter, &len);
          if (fine && what < 14)
            replace_meta (store, key, parts.meta, letter, len, count);
        }
    }
  g_rand_free (rand);
  return fine;
}

static void
test_load (FileFixture *f, gconstpointer options)
{
  pid_t children[3];

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      children[i] = fork ();
      g_assert_cmpint (children[i], >=, 0);
      if (children[i] == 0)
        _exit (use (f->store, i + 1, 400) ? 0 : 1);
    }
  g_assert_true (use (f->store, 0, 400));
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int status = -1;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_assert_no_temp (f);
}

static void
use_in_thread (guint number, gpointer data)
{
  g_assert_true (use (data, number, 150));
}

static void
test_threads (FileFixture *f, gconstpointer options)
{
  tern_test_run_threads (5, use_in_thread, f->store);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
}

static void
test_killed (FileFixture *f, gconstpointer options)
{
  for (guint i = 0; i < 50; i++)
    {
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        _exit (use (f->store, i, G_MAXUINT) ? 0 : 1);
      g_usleep (1000 + g_random_int_range (0, 8000));
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      g_assert_cmpuint (file_verify (f->store), ==, 0);
      g_assert_true (use (f->store, i, 10));
    }
}

/* One that does nothing but replace metas, which is where a file is changed in place. */
static gboolean
replace_forever (TernCacheStore *store)
{
  for (;;)
    {
      g_auto (FileParts) parts = { NULL };
      char letter;
      guint count;
      gsize len;

      if (!file_open (store, "key", &parts) || !fits (&parts, &count, &letter, &len))
        return FALSE;
      replace_meta (store, "key", parts.meta, letter, len, count);
    }
}

static void
test_killed_in_meta (FileFixture *f, gconstpointer options)
{
  g_autofree char *letters = g_strnfill (1000, 'x');
  g_autoptr (GBytes) body = g_bytes_new_static (letters, 1000);
  guint last = 0;

  file_store_entry (f->store, "key", "x 1000 0", body);
  for (guint i = 0; i < 60; i++)
    {
      pid_t child = fork ();
      g_auto (FileParts) parts = { NULL };
      int status = 0;
      char letter;
      guint count;
      gsize len;

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        _exit (replace_forever (f->store) ? 0 : 1);
      g_usleep (500 + g_random_int_range (0, 4000));
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      g_assert_cmpuint (file_verify (f->store), ==, 0);
      g_assert_true (file_open (f->store, "key", &parts));
      g_assert_true (fits (&parts, &count, &letter, &len));
      /* What was written once is not taken back. */
      g_assert_cmpuint (count, >=, last);
      last = count;
    }
  g_assert_cmpuint (last, >, 0);
}

/* A process that was stopped while it replaces a meta does not stop others. */
static void
test_stopped (FileFixture *f, gconstpointer options)
{
  g_autofree char *letters = g_strnfill (1000, 'x');
  g_autoptr (GBytes) body = g_bytes_new_static (letters, 1000);

  file_store_entry (f->store, "key", "x 1000 0", body);
  for (guint i = 0; i < 5; i++)
    {
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        _exit (replace_forever (f->store) ? 0 : 1);
      g_usleep (2000 + g_random_int_range (0, 4000));
      kill (child, SIGSTOP);
      g_assert_true (use (f->store, i, 20));
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      file_store_entry (f->store, "key", "x 1000 0", body);
    }
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-file/processes/" path, FileFixture, "", file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("load", test_load);
  ADD ("threads", test_threads);
  ADD ("killed", test_killed);
  ADD ("killed-in-meta", test_killed_in_meta);
  ADD ("stopped", test_stopped);
  return g_test_run ();
}
