/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a GDBM store, from the query of its URI. Pure. */
#pragma once

#include <gio/gio.h>

/* Below this no generation could hold anything. */
#define DB_OPTIONS_MIN_SIZE (512 * 1024)

typedef struct
{
  guint64 max_size;       /* bytes of both files together */
  guint64 max_entry_size; /* bytes of one record */
  gint64 wait;            /* microseconds that one call may wait for its turn */
} DbOptions;

gboolean db_options_parse (DbOptions *options, GHashTable *items, GError **error);
