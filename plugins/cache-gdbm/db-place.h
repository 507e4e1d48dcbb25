/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a store is: the file of its URI, and the older one beside it. Opens and locks them; it
 * knows nothing of what is in them, and must never touch a file that is not the user's own. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  int folder; /* O_PATH; -1 is closed */
  char *path;
  char *name;     /* in the folder */
  char *old_name; /* in the folder */
} DbPlace;

typedef enum
{
  DB_PLACE_READ,
  DB_PLACE_WRITE,
  DB_PLACE_CREATE, /* write, and make an empty file where there is none */
} DbPlaceAccess;

gboolean db_place_init (DbPlace *self, const char *path, GError **error);
void db_place_clear (DbPlace *self);

/* The file, locked; -1 with G_IO_ERROR_NOT_FOUND, G_IO_ERROR_BUSY when @deadline passed, or
 * another error. */
int db_place_open (DbPlace *self, DbPlaceAccess access, gint64 deadline, GError **error);
void db_place_close (int fd);

/* The older file, without a lock: nobody writes into it any more, and whoever has a lock on the
 * other keeps it from being replaced. */
int db_place_open_old (DbPlace *self, GError **error);
gboolean db_place_has_old (DbPlace *self);

/* These two for who has a lock for writing. */
gboolean db_place_make_old (DbPlace *self, GError **error);
gboolean db_place_remove (DbPlace *self, GError **error); /* both */
