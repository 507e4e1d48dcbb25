/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits for longer than he was allowed to gets an error and never the lock later. */
#include "db-turn.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

static gint64
get_deadline (DbStore *self)
{
  gint64 wait = g_atomic_int_get (&self->is_stuck) ? 0 : self->options.wait;

  return g_get_monotonic_time () + wait;
}

gboolean
db_turn_enter (DbStore *self, gint64 *deadline, GError **error)
{
  *deadline = get_deadline (self);
  if (db_gate_enter (self->gate, *deadline))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("%s: in use by other threads"),
               self->place.path);
  return FALSE;
}

void
db_turn_leave (DbStore *self)
{
  db_gate_leave (self->gate);
}

/* Where somebody keeps the file locked, waiting for it once is enough. */
static void
note_lock (DbStore *self, int fd, const GError *error)
{
  gboolean is_stuck = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY);

  if ((fd >= 0 || is_stuck) && g_atomic_int_get (&self->is_stuck) != is_stuck)
    g_atomic_int_set (&self->is_stuck, is_stuck);
}

int
db_turn_lock (DbStore *self, DbPlaceAccess access, gint64 deadline, GError **error)
{
  g_autoptr (GError) inner = NULL;
  int fd = db_place_open (&self->place, access, deadline, &inner);

  note_lock (self, fd, inner);
  if (fd < 0)
    g_propagate_error (error, g_steal_pointer (&inner));
  return fd;
}

static gboolean
refuse_foreign (const char *name, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("%s: not a cache, and left as it is"),
               name);
  return FALSE;
}

gboolean
db_turn_refuse (DbStore *self, DbFileState state, GError **error)
{
  if (state == DB_FILE_FOREIGN)
    return refuse_foreign (self->place.path, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("%s: cannot be opened"), self->place.path);
  return FALSE;
}

gboolean
db_turn_may_replace_old (DbStore *self, GError **error)
{
  g_autoptr (GError) inner = NULL;
  DbFileState state;
  DbFile file;
  int fd = db_place_open_old (&self->place, &inner);

  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  if (fd < 0)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  state = db_file_open (&file, fd, FALSE, -1);
  db_file_close (&file);
  close (fd);
  if (state == DB_FILE_FOREIGN)
    return refuse_foreign (self->place.old_name, error);
  return state != DB_FILE_FAILED || db_turn_refuse (self, state, error);
}
