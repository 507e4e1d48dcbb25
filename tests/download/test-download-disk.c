/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk that is full and a folder that may not be written: in processes of their own, which have a
 * small file system mounted and are nobody. Where the system does not allow that it is skipped. */
#include "load.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 300000

enum
{
  GOOD = 0,
  BAD = 1,
  SKIPPED = 77
};

typedef int (*Part) (Load *load, const Shelf *shelf);

/* 128 KiB of room. */
static gboolean
mount_small (const char *dir)
{
  if (unshare (CLONE_NEWNS) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("small", dir, "tmpfs", 0, "size=131072") == 0;
}

static int
check (gboolean condition, const char *what)
{
  if (!condition)
    g_printerr ("# not so: %s\n", what);
  return condition ? GOOD : BAD;
}

#define CHECK(condition) check ((condition), #condition)

static gboolean
has_no_space (Load *load, const Shelf *shelf)
{
  return !load_run (load, shelf, "/file", NULL)
         && g_error_matches (load->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

/* The size is known: nothing is fetched. */
static int
fill_known (Load *load, const Shelf *shelf)
{
  if (!mount_small (load->dir))
    return SKIPPED;
  return CHECK (has_no_space (load, shelf)) | CHECK (load_partial_size (load) == -1);
}

/* It is not: what fits in stays for the next time. */
static int
fill_unknown (Load *load, const Shelf *shelf)
{
  if (!mount_small (load->dir))
    return SKIPPED;
  return CHECK (has_no_space (load, shelf)) | CHECK (load_partial_size (load) > 50000)
         | CHECK (has_no_space (load, shelf));
}

static int
write_read_only (Load *load, const Shelf *shelf)
{
  if (chmod (load->dir, 0555) != 0 || (geteuid () == 0 && setuid (65534) != 0))
    return SKIPPED;
  return CHECK (!load_run (load, shelf, "/file", NULL))
         | CHECK (g_error_matches (load->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED));
}

/* A partial file that somebody else made is none to go on with. */
static int
meet_another_user (Load *load, const Shelf *shelf)
{
  g_autofree char *partial = load_partial (load);

  if (geteuid () != 0 || !g_file_set_contents (partial, "evil", -1, NULL)
      || chmod (partial, 0666) != 0 || chmod (load->dir, 0777) != 0 || setuid (65534) != 0)
    return SKIPPED;
  return CHECK (!load_run (load, shelf, "/file", NULL))
         | CHECK (g_error_matches (load->error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE));
}

static void
run_apart (gboolean async, Part part, gboolean chunked)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int status;
  pid_t pid;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  if (!load_may_fork ())
    return;
  if (chunked)
    {
      shelf_put (&shelf, shelf_chunks, 0);
      shelf_put (&shelf, shelf_chunks, 0);
    }
  pid = fork ();
  if (pid == 0)
    _exit (part (&load, &shelf));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  chmod (load.dir, 0700);
  if (WEXITSTATUS (status) == SKIPPED)
    g_test_skip ("this needs to be root, or namespaces");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, GOOD);
}

static void
test_known (gboolean async, gconstpointer data)
{
  run_apart (async, fill_known, FALSE);
}

static void
test_unknown (gboolean async, gconstpointer data)
{
  run_apart (async, fill_unknown, TRUE);
}

static void
test_read_only (gboolean async, gconstpointer data)
{
  run_apart (async, write_read_only, FALSE);
}

static void
test_another_user (gboolean async, gconstpointer data)
{
  run_apart (async, meet_another_user, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/disk/full/known", test_known, NULL);
  tern_test_add_both ("/disk/full/unknown", test_unknown, NULL);
  tern_test_add_both ("/disk/read-only", test_read_only, NULL);
  tern_test_add_both ("/disk/another-user", test_another_user, NULL);
  return g_test_run ();
}
