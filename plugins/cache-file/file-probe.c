/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells records from other files. */
#include "file-probe.h"

#include <fcntl.h>
#include <unistd.h>

#include "file-record.h"

static gboolean
begins_like_one (const FileFolder *folder, const char *name)
{
  guint8 start[8];
  int fd = file_folder_open_file (folder, name, NULL, NULL);
  gboolean is_ours;

  if (fd < 0)
    return FALSE;
  is_ours = file_folder_read_all (fd, 0, start, sizeof start)
            && file_record_is_ours (start, sizeof start);
  close (fd);
  return is_ours;
}

gboolean
file_probe (const FileFolder *folder, const FileNames *names, const char *name, struct stat *info)
{
  return file_names_may_be (names, name)
         && fstatat (folder->fd, name, info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info->st_mode)
         && (file_names_tell (names) || begins_like_one (folder, name));
}
