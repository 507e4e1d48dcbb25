/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files come in the order in which they were made, as the entries of a workload do: the kernel
 * has what belongs to neighbours side by side, and another order would cost it twice as much. */
#include "raw-folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As much as a store reads before it knows how large an entry is. */
#define AT_ONCE 8192

typedef struct
{
  ino_t number; /* grows with the time at which the file was made */
  char name[80];
} RawFile;

static int folder = -1;
static RawFile *files;
static size_t n_files;
static size_t next;

static int
compare (const void *a, const void *b)
{
  const RawFile *first = a, *second = b;

  return first->number < second->number ? -1 : first->number > second->number ? 1 : 0;
}

static void
add (const struct dirent *item)
{
  if (item->d_name[0] == '.' || strlen (item->d_name) >= sizeof files->name)
    return;
  if ((n_files & (n_files - 1)) == 0)
    files = realloc (files, sizeof *files * (n_files > 0 ? 2 * n_files : 1));
  files[n_files].number = item->d_ino;
  strcpy (files[n_files++].name, item->d_name);
}

bool
raw_folder_open (const char *path)
{
  DIR *dir = opendir (path);
  const struct dirent *item;

  if (dir == NULL)
    return bench_fail ("%s: no folder", path);
  while ((item = readdir (dir)) != NULL)
    add (item);
  folder = dup (dirfd (dir));
  closedir (dir);
  if (folder < 0 || n_files == 0)
    return bench_fail ("%s: nothing is in it", path);
  qsort (files, n_files, sizeof *files, compare);

  return true;
}

bool
raw_folder_read (const BenchPlan *plan, BenchTally *tally)
{
  static char buffer[AT_ONCE];
  const char *name = files[next++ % n_files].name;
  int fd = openat (folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
  ssize_t n = fd >= 0 ? pread (fd, buffer, sizeof buffer, 0) : -1;

  if (fd >= 0)
    close (fd);
  if (n < (ssize_t)plan->size)
    return bench_fail ("%s: no entry", name);
  tally->ops++;
  tally->bytes += (uint64_t)n;

  return true;
}

void
raw_folder_close (void)
{
  if (folder >= 0)
    close (folder);
  free (files);
  folder = -1;
  files = NULL;
  n_files = 0;
}
