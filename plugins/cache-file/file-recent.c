/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each key has one place; who comes to one that is taken gets it. A lock that somebody holds is no
 * reason to wait, for without a file from here it goes as well: so a child of fork() is not held
 * up by a thread that only its parent has. */
#include "file-recent.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file-hash.h"

/* A child shares the locks of the files that its parent had open, and may not rely on them. */
static guint generation;

static void
after_fork (void)
{
  generation++;
}

/* The lowest number that is free is given out, so half of what the process may have is its own,
 * however many stores it opens. */
static int
find_end (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 0;
  return (int)(MIN (limit.rlim_cur, G_MAXINT) / 2);
}

void
file_recent_init (FileRecent *self)
{
  static gsize watched = 0;

  if (g_once_init_enter (&watched))
    {
      pthread_atfork (NULL, NULL, after_fork);
      g_once_init_leave (&watched, 1);
    }
  self->end = find_end ();
  g_mutex_init (&self->lock);
  for (guint i = 0; i < FILE_RECENT_MAX; i++)
    self->items[i].fd = -1;
}

void
file_recent_clear (FileRecent *self)
{
  for (guint i = 0; i < FILE_RECENT_MAX; i++)
    if (self->items[i].fd >= 0)
      close (self->items[i].fd);
  g_mutex_clear (&self->lock);
}

static guint64
hash_key (const char *key)
{
  return file_hash (key, strlen (key), 0);
}

gboolean
file_recent_put (FileRecent *self, const char *key, int fd, guint64 size, const FileRecord *record)
{
  const guint64 hash = hash_key (key);
  FileRecentItem *place = &self->items[hash % FILE_RECENT_MAX];
  int old;

  if (fd >= self->end || !g_mutex_trylock (&self->lock))
    return FALSE;
  old = place->fd;
  *place = (FileRecentItem){ fd, generation, hash, size, *record };
  g_mutex_unlock (&self->lock);
  if (old >= 0)
    close (old);
  return TRUE;
}

gboolean
file_recent_take (FileRecent *self, const char *key, FileRecentItem *item)
{
  const guint64 hash = hash_key (key);
  FileRecentItem *place = &self->items[hash % FILE_RECENT_MAX];

  if (!g_mutex_trylock (&self->lock))
    return FALSE;
  *item = *place;
  if (place->hash == hash)
    place->fd = -1;
  g_mutex_unlock (&self->lock);
  if (item->fd < 0 || item->hash != hash)
    return FALSE;
  if (item->generation == generation)
    return TRUE;
  close (item->fd);
  return FALSE;
}
