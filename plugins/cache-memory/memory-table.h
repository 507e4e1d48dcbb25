/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table behind a memory store: bounded, the least recently used goes first. Thread-safe; no
 * value is freed under its lock, for that may run code of others. */
#pragma once

#include <glib.h>

typedef struct _MemoryTable MemoryTable;

/* A table of its own, or the one of that name, which lives as long as anybody holds it. */
MemoryTable *memory_table_new (void);
MemoryTable *memory_table_get_named (const char *name);
MemoryTable *memory_table_ref (MemoryTable *self);
void memory_table_unref (MemoryTable *self);

/* Limits in bytes, keys and bookkeeping counted; 0 leaves one as it is. */
void memory_table_set_limits (MemoryTable *self, guint64 max_size, guint64 max_entry_size);
/* The largest value that would be kept under that key beside that meta. */
guint64 memory_table_get_max_body (MemoryTable *self, const char *key, GBytes *meta);

/* @meta: NULL where it is not asked for. */
GBytes *memory_table_get (MemoryTable *self, const char *key, gint64 now, GBytes **meta);
void memory_table_set (MemoryTable *self, const char *key, GBytes *meta, GBytes *value,
                       gint64 keep_until, gint64 now);
/* Nothing happens where the meta is not @before. */
void memory_table_set_meta (MemoryTable *self, const char *key, GBytes *before, GBytes *meta,
                            gint64 keep_until, gint64 now);
void memory_table_delete (MemoryTable *self, const char *key);
void memory_table_clear (MemoryTable *self);

void memory_table_usage (MemoryTable *self, gint64 now, guint64 *n_keys, guint64 *size);

typedef struct
{
  char *key;
  guint64 size;
  gint64 keep_until;
} MemoryListed;

void memory_listed_free (MemoryListed *listed);

/* What is there now, the most recently used first; listing changes no order. */
GPtrArray *memory_table_list (MemoryTable *self, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemoryTable, memory_table_unref)
