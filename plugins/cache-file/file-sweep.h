/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps a folder within its limits, a bit with each write. There is no index, in memory or on
 * disk: whenever a part of the room was filled, the folder is looked through, and what has expired
 * goes first, then the least recently used. It touches nothing but records and half-made ones, so
 * a folder that was given by mistake loses nothing. Thread-safe. */
#pragma once

#include <dirent.h>

#include "file-folder.h"
#include "file-names.h"
#include "file-oldest.h"
#include "file-options.h"

typedef enum
{
  FILE_SWEEP_IDLE,
  FILE_SWEEP_LOOK,   /* goes through the folder */
  FILE_SWEEP_REMOVE, /* removes what goes first */
} FileSweepState;

typedef struct
{
  guint64 size; /* on disk */
  guint64 n;    /* entries */
} FileSweepSum;

typedef struct
{
  const FileFolder *folder; /* NULL as long as nothing was opened */
  const FileNames *names;
  const FileOptions *options;

  GMutex lock;
  FileSweepSum written; /* since the last look at the folder began */
  FileSweepSum start;   /* so much written begins the next */
  guint64 due;          /* work that was not done yet */
  gboolean is_active;

  GMutex turn; /* of the thread that works; guards what follows */
  FileSweepState state;
  int pid; /* a child of fork() may not go on where its parent reads */
  DIR *dir;
  FileSweepSum seen;
  FileOldest oldest;
} FileSweep;

void file_sweep_init (FileSweep *self);
void file_sweep_clear (FileSweep *self);

/* What a file of @size bytes takes on disk. */
guint64 file_sweep_round_up (guint64 size);

/* What is handed in stays where it is. */
void file_sweep_start (FileSweep *self,
                       const FileFolder *folder,
                       const FileNames *names,
                       const FileOptions *options);
/* Something is about to be written; does as much work as that makes due. */
void file_sweep_add (FileSweep *self, guint64 size, guint n_entries);
