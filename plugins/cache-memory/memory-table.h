/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table behind a memory store: bounded, the least recently used goes first. Thread-safe; no
 * value is freed under its lock, for that may run code of others. */
#pragma once

#include <glib.h>

typedef struct _MemoryTable MemoryTable;

/* A table of its own, or the one of that name, which lives as long as anybody holds it. */
MemoryTable *memory_table_new (void);
MemoryTable *memory_table_get_named (const char *name);
void memory_table_unref (MemoryTable *self);

/* Limits in bytes, keys and bookkeeping counted; 0 leaves one as it is. */
void memory_table_set_limits (MemoryTable *self, guint64 max_size, guint64 max_entry_size);

GBytes *memory_table_get (MemoryTable *self, const char *key, gint64 now);
void memory_table_set (MemoryTable *self, const char *key, GBytes *value, gint64 keep_until,
                       gint64 now);
void memory_table_delete (MemoryTable *self, const char *key);
