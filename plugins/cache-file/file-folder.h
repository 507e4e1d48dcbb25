/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder of a file store. It was looked at once, when it was opened; everything after goes by
 * its descriptor, follows no symbolic link and opens nothing but regular files. Thread-safe: it
 * has no state but the descriptor. */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define FILE_FOLDER_TEMP_SIZE 64

typedef struct
{
  int fd; /* -1 when it is not open */
  guint mode;
} FileFolder;

/* Creates what is missing; refuses a link, somebody else's folder and one that cannot be
 * written. */
gboolean file_folder_open (FileFolder *self, const char *path, guint mode, GError **error);
void file_folder_close (FileFolder *self);

/* Opens a file, for writing too where @can_write is asked for and it may be. -1 without an error
 * where there is none of ours. It may be no regular file: who reads from it finds out. */
int file_folder_open_file (const FileFolder *self,
                           const char *name,
                           gboolean *can_write,
                           GError **error);
/* FALSE: no regular file. */
gboolean file_folder_stat (int fd, struct stat *info);
/* A name was taken away from the file, or never there. */
gboolean file_folder_is_gone (int fd);

/* A file under a name that nobody else has. Who dies while writing leaves it for the sweep.
 * -1: see errno. */
int file_folder_create_temp (const FileFolder *self, char temp[FILE_FOLDER_TEMP_SIZE]);

/* Others see the old record, none, or the new one, never a part. FALSE: see errno. */
gboolean file_folder_publish (const FileFolder *self, const char *temp, const char *name);

/* FALSE: see errno. @parts are used up. */
gboolean file_folder_write_all (int fd, guint64 at, struct iovec *parts, int n_parts);
/* As much as there is, from the start; -1: see errno. */
gssize file_folder_read_some (int fd, guint8 *buffer, gsize len);
gboolean file_folder_read_all (int fd, guint64 at, guint8 *buffer, gsize len);

/* Notes that a file is used, and until when it is of use. */
void file_folder_touch (int fd);
void file_folder_note_keep_until (int fd, gint64 keep_until);

gboolean file_folder_delete (const FileFolder *self, const char *name, GError **error);
gboolean file_folder_is_same (const FileFolder *self, const char *name, const struct stat *info);
/* Only if the name is still that of the file that is open. */
void file_folder_delete_same (const FileFolder *self, const char *name, int fd);

/* An error about a file or a folder, from errno; FALSE. */
gboolean file_folder_fail (GError **error, int code, const char *what);
