/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the store, its writers and its streams share; they may outlive the store. Thread-safe. */
#pragma once

#include "file-folder.h"
#include "file-names.h"
#include "file-options.h"
#include "file-recent.h"
#include "file-sweep.h"

typedef struct
{
  FileFolder folder;
  FileNames names;
  FileOptions options;
  FileSweep sweep;
  FileRecent recent;
} FileStore;

FileStore *file_store_new (void);
FileStore *file_store_ref (FileStore *self);
void file_store_unref (FileStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FileStore, file_store_unref)
