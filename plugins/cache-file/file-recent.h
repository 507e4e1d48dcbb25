/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the few entries that were opened last, still open: whoever asks for an entry often
 * replaces its meta next, and need not find it once more then. It never knows whether a file is
 * still the one under its name, nor what is in it by now; who takes one out looks. Thread-safe. */
#pragma once

#include "file-record.h"

/* Operations at a time that find theirs again; the descriptors that it keeps at most. */
#define FILE_RECENT_MAX 16

typedef struct
{
  int fd; /* -1: none */
  guint generation;
  guint64 hash;
  guint64 size;
  FileRecord record;
} FileRecentItem;

typedef struct
{
  GMutex lock;
  int end; /* of the descriptors that are not too many */
  FileRecentItem items[FILE_RECENT_MAX];
} FileRecent;

void file_recent_init (FileRecent *self);
void file_recent_clear (FileRecent *self);

/* Takes a file over, of which that much is known. FALSE: not now, or descriptors are scarce. */
gboolean
file_recent_put (FileRecent *self, const char *key, int fd, guint64 size, const FileRecord *record);
/* Hands it over: who takes it closes it. FALSE: not here. */
gboolean file_recent_take (FileRecent *self, const char *key, FileRecentItem *item);
