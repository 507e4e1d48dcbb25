/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libgdbm says of the order and the number of its keys is not believed any more than the rest:
 * a walk ends after as many steps as the file could hold records. */
#include "db-walk.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "db-record.h"

/* The lengths of the keys that are ours; see db-file.c. */
#define RECORD_KEY_LEN 32
#define SHEET_KEY_LEN 24

static void
tell_damage (const DbWalker *walker, const char *name, const datum *key, const char *what)
{
  GString *where = g_string_new (name);

  /* The key of the record is nowhere else than in it, so what is told is where it lies. */
  for (int i = 0; key != NULL && i < MIN (key->dsize, RECORD_KEY_LEN); i++)
    g_string_append_printf (where, "%s%02x", i == 0 ? "#" : "", (guint8)key->dptr[i]);
  if (walker->damaged != NULL)
    walker->damaged (where->str, what, walker->user_data);
  g_string_free (where, TRUE);
}

/* Of one record, which may be hidden by one in the newer file. FALSE where it is damaged. */
static gboolean
visit (DbFile *self, const datum *name, const datum *found, const DbWalker *walker)
{
  const guint8 *record = (const guint8 *)found->dptr;
  g_autofree char *key = db_record_dup_key (record, found->dsize, self->seed);
  guint8 hashed[RECORD_KEY_LEN];
  gint64 keep_until;

  if (key == NULL)
    return FALSE;
  db_file_hash_key (self, key, hashed);
  if (memcmp (hashed, name->dptr, sizeof hashed) != 0)
    return FALSE;
  keep_until = db_record_get_keep_until (record);
  if (walker->found == NULL || db_record_get_kind (record) == DB_RECORD_TOMBSTONE
      || (keep_until != 0 && keep_until < walker->now)
      || (walker->newer != NULL && db_file_has (walker->newer, key)))
    return TRUE;
  walker->found (key, found->dsize - DB_RECORD_HEAD_SIZE - strlen (key), keep_until,
                 walker->user_data);
  return TRUE;
}

/* Who died while he wrote left no more than the one record half done: the first is not told. */
static void
look_at (DbFile *self, const char *name, datum *key, const DbWalker *walker, guint *n_damaged)
{
  datum found = { NULL };

  if (key->dsize == SHEET_KEY_LEN)
    return;
  if (key->dsize == RECORD_KEY_LEN)
    found = gdbm_fetch (self->db, *key);
  if ((found.dptr == NULL || !visit (self, key, &found, walker)) && (*n_damaged)++ > 0)
    tell_damage (walker, name, key, _ ("a record is damaged"));
  free (found.dptr);
}

/* Walks over @order, and looks into @self for each key. */
static gboolean
walk (DbFile *self, DbFile *order, const char *name, const DbWalker *walker, guint *n_damaged)
{
  guint64 most = (guint64)self->size / DB_RECORD_HEAD_SIZE, n = 0;
  datum key = gdbm_firstkey (order->db);
  gdbm_count_t counted = 0;
  gboolean is_sound;

  for (; key.dptr != NULL && n < most; n++)
    {
      datum next;

      look_at (self, name, &key, walker, n_damaged);
      next = gdbm_nextkey (order->db, key);
      free (key.dptr);
      key = next;
    }
  is_sound = key.dptr == NULL && gdbm_errno == GDBM_ITEM_NOT_FOUND
             && gdbm_count (self->db, &counted) == 0 && counted == n;
  free (key.dptr);
  return is_sound;
}

/* What libgdbm hands out in order it remembers, and would find again where a get does not; hence
 * the second look, by one that does not remember. */
void
db_walk (DbFile *self, int fd, const char *name, const DbWalker *walker)
{
  guint n_damaged = self->was_written ? 0 : 1;
  gboolean is_sound = FALSE;
  DbFile order;

  db_file_open (&order, fd, FALSE, -1);
  if (order.db != NULL)
    is_sound = walk (self, &order, name, walker, &n_damaged);
  db_file_close (&order);
  if (!is_sound && !self->was_written)
    tell_damage (walker, name, NULL, _ ("the database is damaged"));
}
