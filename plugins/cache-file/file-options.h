/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a file store, from the query of its URI. Pure. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  guint64 max_size;        /* bytes on disk */
  guint64 max_entry_size;  /* bytes of one file */
  guint64 max_entries;     /* 0: no limit but the size */
  gboolean names_are_safe; /* readable ones, or hashes */
  guint mode;              /* of the files; the folder has x where they have r */
} FileOptions;

gboolean file_options_parse (FileOptions *options, GHashTable *items, GError **error);
