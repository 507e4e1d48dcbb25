/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the files of a store: by hash, readable ones, or those that the program makes. Two
 * keys that got one name push each other out; the key in the record keeps them apart. */
#pragma once

#include <tern/tern-plugin.h>

#define FILE_NAMES_SIZE 256 /* what a file system takes, and the NUL */
#define FILE_NAMES_TEMP_PREFIX "tmp-"
#define FILE_NAMES_SUFFIX ".tern"

typedef enum
{
  FILE_NAMES_HASH,
  FILE_NAMES_SAFE,
  FILE_NAMES_FUNC,
} FileNamesKind;

typedef struct
{
  FileNamesKind kind;
  TernCacheNameFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} FileNames;

void file_names_clear (FileNames *self);

/* FALSE: the program's function made none that can be one. */
gboolean file_names_make (const FileNames *self,
                          const char *key,
                          char name[FILE_NAMES_SIZE],
                          GError **error);

/* Whether a record may lie under that name. Where names tell nothing (file_names_tell()) it is a
 * record when it begins like one. */
gboolean file_names_may_be (const FileNames *self, const char *name);
gboolean file_names_tell (const FileNames *self);

/* Of a file that a writer has not published yet. */
gboolean file_names_is_temp (const char *name);
