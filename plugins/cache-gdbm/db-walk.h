/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All records of one file, one after the other. Nothing is changed. */
#pragma once

#include "db-file.h"

typedef struct
{
  gint64 now;
  DbFile *newer; /* hides what it has, too; may be NULL */
  /* Either may be NULL; neither may use the store, for the file is locked. */
  void (*found) (const char *key, guint64 size, gint64 keep_until, gpointer user_data);
  void (*damaged) (const char *name, const char *what, gpointer user_data);
  gpointer user_data;
} DbWalker;

/* @fd: that @self was opened with. @name: of the file, for who is told of damage; not told is what
 * a death in the middle of one change explains. */
void db_walk (DbFile *self, int fd, const char *name, const DbWalker *walker);
