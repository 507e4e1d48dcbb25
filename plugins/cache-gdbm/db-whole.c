/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listing and counting see what a get would find: what is newer hides what is older, whatever it
 * is, and of a damaged file nothing counts. */
#include "db-whole.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db-turn.h"
#include "db-walk.h"

typedef struct
{
  char *name; /* a key; or where something is damaged */
  char *what;
  guint64 size;
  gint64 keep_until;
} Told;

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->name);
  g_free (told->what);
  g_free (told);
}

static void
note_key (const char *key, guint64 size, gint64 keep_until, gpointer user_data)
{
  Told *told = g_new0 (Told, 1);

  told->name = g_strdup (key);
  told->size = size;
  told->keep_until = keep_until;
  g_ptr_array_add (user_data, told);
}

static void
note_damage (const char *name, const char *what, gpointer user_data)
{
  Told *told = g_new0 (Told, 1);

  told->name = g_strdup (name);
  told->what = g_strdup (what);
  g_ptr_array_add (user_data, told);
}

static void
count_key (const char *key, guint64 size, gint64 keep_until, gpointer user_data)
{
  ++*(guint64 *)user_data;
}

/* Of a file that does not open. What was being written when somebody died is lost, not damaged. */
static void
tell_damage (int fd, const char *name, DbFileState state, const DbWalker *walker)
{
  if (state == DB_FILE_DAMAGED && walker->damaged != NULL && !db_file_was_written (fd))
    walker->damaged (name, _ ("the database is damaged"), walker->user_data);
}

static void
walk_old (DbStore *self, const DbWalker *walker)
{
  int fd = db_place_open_old (&self->place, NULL);
  DbFileState state;
  DbFile file;

  if (fd < 0)
    return;
  state = db_file_open (&file, fd, FALSE, -1);
  if (file.db != NULL)
    db_walk (&file, fd, self->place.old_name, walker);
  else
    tell_damage (fd, self->place.old_name, state, walker);
  db_file_close (&file);
  close (fd);
}

/* Both files, the newer one first; one that is not there has nothing. */
static gboolean
walk_locked (DbStore *self, DbWalker *walker, gint64 deadline, GError **error)
{
  DbFileState state = DB_FILE_EMPTY;
  g_autoptr (GError) inner = NULL;
  DbFile file = { NULL };
  int fd = db_turn_lock (self, DB_PLACE_READ, deadline, &inner);

  if (fd < 0 && !g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  if (fd >= 0)
    state = db_file_open (&file, fd, FALSE, -1);
  if (file.db != NULL)
    {
      db_walk (&file, fd, self->place.name, walker);
      walker->newer = &file;
    }
  else if (fd >= 0)
    tell_damage (fd, self->place.name, state, walker);
  if (file.db != NULL || state == DB_FILE_EMPTY)
    walk_old (self, walker);
  walker->newer = NULL;
  db_file_close (&file);
  if (fd >= 0)
    db_place_close (fd);
  return (state != DB_FILE_FOREIGN && state != DB_FILE_FAILED)
         || db_turn_refuse (self, state, error);
}

static gboolean
walk (DbStore *self, DbWalker *walker, GError **error)
{
  gint64 deadline;
  gboolean done;

  walker->now = g_get_real_time () / G_USEC_PER_SEC;
  if (!db_turn_enter (self, &deadline, error))
    return FALSE;
  done = walk_locked (self, walker, deadline, error);
  db_turn_leave (self);
  return done;
}

gboolean
db_whole_foreach (DbStore *self, TernCacheStoreFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (told_free);
  DbWalker walker = { .found = note_key, .user_data = all };

  if (!walk (self, &walker, error))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      const Told *told = g_ptr_array_index (all, i);

      if (!func (told->name, told->size, told->keep_until, user_data))
        break;
    }
  return TRUE;
}

gboolean
db_whole_verify (DbStore *self, TernCacheDamageFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (told_free);
  DbWalker walker = { .damaged = note_damage, .user_data = all };

  if (!walk (self, &walker, error))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      const Told *told = g_ptr_array_index (all, i);

      func (told->name, told->what, user_data);
    }
  return TRUE;
}

static guint64
get_file_size (DbStore *self, const char *name)
{
  struct stat info;

  return fstatat (self->place.folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? (guint64)info.st_size
                                                                             : 0;
}

/* The bytes are those of the files, what is free in them included: it is what the store takes. */
gboolean
db_whole_usage (DbStore *self, guint64 *n_keys, guint64 *size, GError **error)
{
  DbWalker walker = { .found = count_key, .user_data = n_keys };

  *n_keys = 0;
  if (!walk (self, &walker, error))
    return FALSE;
  *size = get_file_size (self, self->place.name) + get_file_size (self, self->place.old_name);
  return TRUE;
}

static gboolean
clear_locked (DbStore *self, gint64 deadline, GError **error)
{
  DbFileState state;
  gboolean done = FALSE;
  DbFile file;
  int fd = db_turn_lock (self, DB_PLACE_CREATE, deadline, error);

  if (fd < 0)
    return FALSE;
  state = db_file_open (&file, fd, FALSE, -1);
  db_file_close (&file);
  if (state == DB_FILE_FOREIGN || state == DB_FILE_FAILED)
    db_turn_refuse (self, state, error);
  else
    done = db_turn_may_replace_old (self, error) && db_place_remove (&self->place, error);
  db_place_close (fd);
  return done;
}

gboolean
db_whole_clear (DbStore *self, GError **error)
{
  gint64 deadline;
  gboolean done;

  if (!db_turn_enter (self, &deadline, error))
    return FALSE;
  done = clear_locked (self, deadline, error);
  db_turn_leave (self);
  return done;
}
