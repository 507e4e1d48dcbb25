/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry that was opened: its file, and as much of it as was read. Nothing of it is ever mapped,
 * for another process may cut the file. */
#pragma once

#include "file-record.h"
#include "file-store.h"

typedef enum
{
  FILE_ENTRY_FOUND,
  FILE_ENTRY_MISSING,
  FILE_ENTRY_FOREIGN, /* no file of ours */
  FILE_ENTRY_DAMAGED,
  FILE_ENTRY_FAILED, /* it cannot be said: the error tells why */
} FileEntryState;

typedef struct
{
  int fd;
  gboolean can_write;
  guint64 size; /* of the file */
  guint8 *data; /* from the start of the file on, all before the body at least */
  gsize len;
  FileRecord record;
  FileMeta meta;
} FileEntry;

#define FILE_ENTRY_INIT                                                                            \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

void file_entry_clear (FileEntry *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FileEntry, file_entry_clear)

/* How much is read at once: all of a small entry, or what lies before the body. */
#define FILE_ENTRY_SMALL (160 * 1024)
#define FILE_ENTRY_FRONT (16 * 1024)

/* Opens what lies under a name; the body is not looked at. */
FileEntryState file_entry_open (
    FileEntry *self, const FileFolder *folder, const char *name, gsize at_once, GError **error);

/* Opens what is kept under a key; what is damaged or has expired is removed. FALSE without an
 * error: nothing. */
gboolean file_entry_find (FileEntry *self,
                          FileStore *store,
                          const char *key,
                          const char *name,
                          gsize at_once,
                          GError **error);

gboolean file_entry_has_key (const FileEntry *self, const char *key);
/* Whether it was of use until some moment that has passed. */
gboolean file_entry_has_expired (const FileEntry *self);
/* Notes that it is used, though not each time. */
void file_entry_touch (FileEntry *self);
/* Reads all before the body again, as others may have changed the meta. */
gboolean file_entry_read_again (FileEntry *self);
/* The body, where all was read and it is whole. */
gboolean file_entry_check_body (const FileEntry *self);
gboolean file_entry_has_body (const FileEntry *self);
