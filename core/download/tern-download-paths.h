/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a download lies: what it will be called, and what it is called until it is whole. It looks
 * at the file system and never changes it. */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

#include "base/tern-uri.h"

typedef struct
{
  char *folder;  /* of all of them */
  char *target;  /* NULL until the name is known: the destination is a folder */
  char *partial; /* what is there so far */
  char *state;   /* what is known of that */
  mode_t mode;   /* of the file that is replaced, 0 where there is none */
} TernDownloadPaths;

/* @place is a digest of what is asked for. */
gboolean tern_download_paths_init (TernDownloadPaths *self,
                                   GFile *destination,
                                   const TernUri *uri,
                                   const char *place,
                                   gboolean overwrite,
                                   GError **error);
void tern_download_paths_clear (TernDownloadPaths *self);

/* The name in the folder. */
gboolean tern_download_paths_set_name (TernDownloadPaths *self,
                                       const char *name,
                                       gboolean overwrite,
                                       GError **error);
