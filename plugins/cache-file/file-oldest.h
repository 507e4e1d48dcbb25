/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of any number of files, the few that go first: what has expired, then the least recently used.
 * However many it is told of, it remembers no more than FILE_OLDEST_MAX. Pure. */
#pragma once

#include <glib.h>

#define FILE_OLDEST_MAX 8192

typedef struct
{
  gint64 rank; /* lower goes first */
  guint64 size;
  char *name;
} FileOldestItem;

typedef struct
{
  GArray *items; /* a heap with the last one to go on top, until it is sorted */
} FileOldest;

void file_oldest_init (FileOldest *self);
void file_oldest_clear (FileOldest *self);

void file_oldest_add (FileOldest *self, const char *name, gint64 rank, guint64 size);

/* The first to go stands last. Nothing can be added then. */
void file_oldest_sort (FileOldest *self);
/* Takes that one; the caller frees its name. FALSE: none is left. */
gboolean file_oldest_take (FileOldest *self, FileOldestItem *item);
