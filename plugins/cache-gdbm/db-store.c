/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call opens, uses and closes. A file that is damaged, or in which somebody died while he
 * wrote, is never written again: it becomes the older one, or is begun anew. */
#include "db-store.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "db-file.h"
#include "db-record.h"
#include "db-turn.h"

/* By how much a file may grow besides the record: two buckets with their free space, the directory
 * and what is left over. */
#define MARGIN (8 * DB_FILE_BLOCK_SIZE)

/* Not even an empty file and the smallest record. */
#define SMALLEST_LIMIT (DB_FILE_EMPTY_SIZE + MARGIN + DB_FILE_BLOCK_SIZE)

/* How often the file may be full when it is this call's turn. */
#define MAX_REPLACED 10

/* The file that is written, its descriptor and what goes with it. */
typedef struct
{
  DbFile file;
  int fd;
} Current;

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Of one file. Writing past the limit that the process has would kill it. */
static guint64
get_limit (DbStore *self)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    return MIN (self->options.max_size / 2, (guint64)limit.rlim_cur);
  return self->options.max_size / 2;
}

static void
close_current (Current *current)
{
  db_file_close (&current->file);
  if (current->fd >= 0)
    db_place_close (current->fd);
  current->fd = -1;
}

typedef enum
{
  OPENED,
  FAILED,
  AGAIN, /* the file is another one now */
} Outcome;

/* @room: what is to fit in; @is_broken: whether writing into it just failed. */
static Outcome
open_locked (DbStore *self, Current *current, guint64 room, gboolean is_broken, GError **error)
{
  DbFileState state = db_file_open (&current->file, current->fd, TRUE, self->place.folder);
  gboolean done = FALSE;

  if (state == DB_FILE_GOOD && (is_broken || current->file.size + room > get_limit (self)))
    state = DB_FILE_UNCLEAN;
  switch (state)
    {
    case DB_FILE_GOOD:
      return OPENED;
    case DB_FILE_EMPTY:
      done = db_file_create (&current->file, current->fd, self->place.folder, error);
      return done ? OPENED : FAILED;
    /* Both go, for what the older one has may have been replaced in the damaged one. */
    case DB_FILE_DAMAGED:
      done = db_turn_may_replace_old (self, error) && db_place_remove (&self->place, error);
      return done ? AGAIN : FAILED;
    case DB_FILE_UNCLEAN:
      done = db_turn_may_replace_old (self, error) && db_place_make_old (&self->place, error);
      return done ? AGAIN : FAILED;
    case DB_FILE_FOREIGN:
    default:
      db_turn_refuse (self, state, error);
      return FAILED;
    }
}

/* For writing. A file that was made older, or removed, is followed by a new one; with many
 * processes that may be full again by the time it is locked. */
static gboolean
open_current (DbStore *self,
              Current *current,
              DbPlaceAccess access,
              guint64 room,
              gboolean is_broken,
              gint64 deadline,
              GError **error)
{
  Outcome outcome = AGAIN;

  for (guint i = 0; i < MAX_REPLACED && outcome == AGAIN; i++)
    {
      current->file = (DbFile){ NULL };
      current->fd = db_turn_lock (self, i == 0 ? access : DB_PLACE_CREATE, deadline, error);
      if (current->fd < 0)
        return FALSE;
      outcome = open_locked (self, current, room, is_broken && i == 0, error);
      if (outcome != OPENED)
        close_current (current);
    }
  return outcome == OPENED || (outcome == AGAIN && db_turn_refuse (self, DB_FILE_FAILED, error));
}

static DbFileFound
find_old (DbStore *self, const char *key, GBytes **value, gint64 *keep_until)
{
  DbFileFound found = DB_FILE_ABSENT;
  DbFile file;
  int fd = db_place_open_old (&self->place, NULL);

  if (fd < 0)
    return DB_FILE_ABSENT;
  db_file_open (&file, fd, FALSE, -1);
  if (file.db != NULL)
    found = db_file_find (&file, key, get_now (), value, keep_until);
  db_file_close (&file);
  close (fd);
  return found;
}

/* @is_old: where it was found. A file in which somebody died can be read. */
static DbFileFound
find (DbStore *self, const char *key, gint64 deadline, GBytes **value, gboolean *is_old)
{
  DbFileFound found = DB_FILE_ABSENT;
  DbFileState state = DB_FILE_EMPTY;
  g_autoptr (GError) error = NULL;
  gint64 keep_until;
  DbFile file = { NULL };
  int fd = db_turn_lock (self, DB_PLACE_READ, deadline, &error);

  *is_old = FALSE;
  /* Where there is none, the older one may still be there. */
  if (fd < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return DB_FILE_ABSENT;
  if (fd >= 0)
    state = db_file_open (&file, fd, FALSE, -1);
  if (file.db != NULL)
    found = db_file_find (&file, key, get_now (), value, &keep_until);
  /* Nor from the older one where the other is damaged: it may have had another value. */
  if (found == DB_FILE_ABSENT && (file.db != NULL || state == DB_FILE_EMPTY))
    {
      found = find_old (self, key, value, &keep_until);
      *is_old = TRUE;
    }
  db_file_close (&file);
  if (fd >= 0)
    db_place_close (fd);
  return found;
}

static guint64
get_room (const char *key, GBytes *value)
{
  gsize value_len = value != NULL ? g_bytes_get_size (value) : 0;

  return DB_RECORD_HEAD_SIZE + strlen (key) + value_len + MARGIN;
}

/* Looks again, for much may have happened since the reader had the lock; then what is useless goes,
 * and what is used moves from the older file into the other, or it would be lost with it. */
static gboolean
tidy_current (DbStore *self, Current *current, const char *key, GError **error)
{
  g_autoptr (GBytes) value = NULL;
  gint64 keep_until = 0;
  DbFileFound found = db_file_find (&current->file, key, get_now (), &value, &keep_until);

  if (found == DB_FILE_USELESS)
    return db_file_delete (&current->file, key, error) && db_file_finish (&current->file, error);
  if (found != DB_FILE_ABSENT || find_old (self, key, &value, &keep_until) != DB_FILE_VALUE
      || current->file.size + get_room (key, value) > get_limit (self))
    return TRUE;
  return db_file_store (&current->file, key, value, keep_until, error)
         && db_file_finish (&current->file, error);
}

/* Only if nobody has to be waited for; there will be other occasions. */
static void
tidy (DbStore *self, const char *key)
{
  g_autoptr (GError) error = NULL;
  Current current;

  if (!db_gate_enter (self->gate, 0))
    return;
  current.file = (DbFile){ NULL };
  current.fd = db_place_open (&self->place, DB_PLACE_WRITE, 0, NULL);
  if (current.fd >= 0
      && db_file_open (&current.file, current.fd, TRUE, self->place.folder) == DB_FILE_GOOD
      && !tidy_current (self, &current, key, &error))
    g_debug ("%s", error->message);
  close_current (&current);
  db_turn_leave (self);
}

GBytes *
db_store_get (DbStore *self, const char *key)
{
  gboolean is_old = FALSE;
  GBytes *value = NULL;
  DbFileFound found;
  gint64 deadline;

  if (!db_turn_enter (self, &deadline, NULL))
    return NULL;
  found = find (self, key, deadline, &value, &is_old);
  db_turn_leave (self);
  if (is_old ? found == DB_FILE_VALUE : found == DB_FILE_USELESS)
    tidy (self, key);
  return value;
}

/* @value: NULL to forget the key. */
static gboolean
change_current (DbStore *self,
                Current *current,
                const char *key,
                GBytes *value,
                gint64 keep_until,
                GError **error)
{
  g_autoptr (GBytes) hidden = NULL;
  gint64 until;
  gboolean done;

  if (value != NULL || find_old (self, key, &hidden, &until) == DB_FILE_VALUE)
    done = db_file_store (&current->file, key, value, keep_until, error);
  else
    done = db_file_delete (&current->file, key, error);
  return done && db_file_finish (&current->file, error);
}

static gboolean
change (DbStore *self,
        const char *key,
        GBytes *value,
        gint64 keep_until,
        gint64 deadline,
        GError **error)
{
  /* To hide what the older file has, the key is written too. */
  gboolean is_needed = value != NULL || db_place_has_old (&self->place);
  DbPlaceAccess access = is_needed ? DB_PLACE_CREATE : DB_PLACE_WRITE;
  gboolean done = FALSE;

  /* A file that cannot be written is made the older one, so the second time it is a new one. */
  for (guint i = 0; i < 2 && !done; i++)
    {
      Current current;

      g_clear_error (error);
      if (!open_current (self, &current, access, get_room (key, value), i > 0, deadline, error))
        return FALSE;
      done = change_current (self, &current, key, value, keep_until, error);
      close_current (&current);
    }
  return done;
}

gboolean
db_store_delete (DbStore *self, const char *key, GError **error)
{
  g_autoptr (GError) inner = NULL;
  gint64 deadline;
  gboolean done;

  if (!db_turn_enter (self, &deadline, error))
    return FALSE;
  done = change (self, key, NULL, 0, deadline, &inner);
  db_turn_leave (self);
  if (done || g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

gboolean
db_store_set (DbStore *self, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  guint64 room = get_room (key, value), limit = get_limit (self);
  g_autoptr (GError) inner = NULL;
  gint64 deadline;
  gboolean done;

  if (limit < SMALLEST_LIMIT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _ ("%s: the process may not write files that large"), self->place.path);
      return FALSE;
    }
  /* Forgotten at once, and the old value with it. */
  if (room - MARGIN > self->options.max_entry_size || room + DB_FILE_EMPTY_SIZE > limit
      || (keep_until != 0 && keep_until < get_now ()))
    return db_store_delete (self, key, error);
  if (!db_turn_enter (self, &deadline, error))
    return FALSE;
  done = change (self, key, value, keep_until, deadline, &inner);
  db_turn_leave (self);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&inner));
  return done;
}

/* A file that cannot be used is told now; one that is only in use is not looked at. */
static gboolean
try_files (DbStore *self, GError **error)
{
  g_autoptr (GError) inner = NULL;
  Current current;
  gint64 deadline;

  if (!db_turn_may_replace_old (self, error) || !db_turn_enter (self, &deadline, error))
    return FALSE;
  if (open_current (self, &current, DB_PLACE_CREATE, 0, FALSE, deadline, &inner))
    close_current (&current);
  db_turn_leave (self);
  if (inner == NULL || g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_BUSY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

gboolean
db_store_init (DbStore *self, const char *path, GError **error)
{
  g_autofree char *canonical = g_canonicalize_filename (path, NULL);

  if (!db_place_init (&self->place, canonical, error))
    return FALSE;
  self->gate = db_gate_get (canonical);
  return try_files (self, error);
}

void
db_store_clear (DbStore *self)
{
  db_place_clear (&self->place);
  g_clear_pointer (&self->gate, db_gate_release);
}
