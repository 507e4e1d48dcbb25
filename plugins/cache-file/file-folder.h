/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder of a file store. It was looked at once, when it was opened; everything after goes by
 * its descriptor, follows no symbolic link and reads nothing but regular files. Thread-safe: it
 * has no state but the descriptor. */
#pragma once

#include <gio/gio.h>

#define FILE_FOLDER_TEMP_PREFIX "tmp-"

typedef struct
{
  int fd; /* -1 when it is not open */
  guint mode;
} FileFolder;

/* Creates what is missing; refuses a link, somebody else's folder and one that cannot be
 * written. */
gboolean file_folder_open (FileFolder *self, const char *path, guint mode, GError **error);
void file_folder_close (FileFolder *self);

/* NULL without an error where there is no whole, undamaged, unexpired record of the key. */
GBytes *file_folder_read (FileFolder *self, const char *key, gint64 now, GError **error);

/* Others see the old record, none, or the new one, never a part. */
gboolean file_folder_write (FileFolder *self, const char *key, GBytes *value, gint64 keep_until,
                            GError **error);
gboolean file_folder_delete (FileFolder *self, const char *key, GError **error);
