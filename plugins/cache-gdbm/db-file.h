/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One database, open for the length of one call. libgdbm is used here and in db-walk.c; it is
 * never shown a file whose header would lead it astray, never maps one, and never waits for the
 * disk. */
#pragma once

#include <gdbm.h>
#include <gio/gio.h>

/* What a file takes that has nothing in it, and by how much it grows at the least. */
#define DB_FILE_BLOCK_SIZE 8192
#define DB_FILE_EMPTY_SIZE (4 * DB_FILE_BLOCK_SIZE)

typedef enum
{
  DB_FILE_GOOD,
  DB_FILE_EMPTY,   /* no bytes at all */
  DB_FILE_UNCLEAN, /* somebody died while he wrote; may still be read */
  DB_FILE_DAMAGED, /* ours, or what is left of it */
  DB_FILE_FOREIGN, /* never ours: not to be touched */
  DB_FILE_FAILED,  /* no memory, no descriptor; says nothing of the file */
} DbFileState;

typedef enum
{
  DB_FILE_ABSENT,
  DB_FILE_VALUE,
  DB_FILE_TOMBSTONE,
  DB_FILE_USELESS, /* damaged or past its time */
} DbFileFound;

typedef struct
{
  GDBM_FILE db; /* NULL is closed */
  int sink;     /* see db_file_close() */
  goffset size; /* when it was opened */
  guint64 seed; /* of the records' sums */
  guint8 salt[16];
  gboolean is_writer;
  gboolean is_marked; /* as being written */
  gboolean was_written; /* when it was opened: somebody died at it */
} DbFile;

/* @fd stays the caller's, and locked. @sink: any descriptor that nothing can be written to. The
 * file is open when it is GOOD, or UNCLEAN. */
DbFileState db_file_open (DbFile *self, int fd, gboolean is_writer, int sink);
/* Whether somebody died while he wrote a file that is DAMAGED now. */
gboolean db_file_was_written (int fd);
/* Of a file that is EMPTY, a database. */
gboolean db_file_create (DbFile *self, int fd, int sink, GError **error);
void db_file_close (DbFile *self);

DbFileFound
db_file_find (DbFile *self, const char *key, gint64 now, GBytes **value, gint64 *keep_until);
/* Whether there is anything under the key, good or not. */
gboolean db_file_has (DbFile *self, const char *key);
/* The key under which libgdbm has it. */
void db_file_hash_key (DbFile *self, const char *key, guint8 hashed[32]);
/* @value: NULL for a tombstone. */
gboolean
db_file_store (DbFile *self, const char *key, GBytes *value, gint64 keep_until, GError **error);
gboolean db_file_delete (DbFile *self, const char *key, GError **error);
/* To be called after the last change; without it the file is unclean. */
gboolean db_file_finish (DbFile *self, GError **error);
