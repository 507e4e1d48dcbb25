/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps a folder within its size. It looks at nothing but records and half-made ones, so a folder
 * that was given by mistake loses nothing. Thread-safe. */
#pragma once

#include "file-folder.h"
#include "file-names.h"
#include "file-options.h"

typedef struct
{
  GMutex lock;
  guint64 written; /* since the last sweep */
} FileSweep;

void file_sweep_init (FileSweep *self);
void file_sweep_clear (FileSweep *self);

/* What a file of @size bytes takes on disk. */
guint64 file_sweep_round_up (guint64 size);

void file_sweep_start (FileSweep *self, const FileOptions *options);
void file_sweep_count (FileSweep *self, guint64 size, guint n_entries);
void file_sweep_work (FileSweep *self,
                      const FileFolder *folder,
                      const FileNames *names,
                      const FileOptions *options);
