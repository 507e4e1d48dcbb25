/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a large entry as a stream that can seek. It must never hand out a byte of a block
 * that was not proven. */
#pragma once

#include "file-entry.h"

#define FILE_TYPE_BODY (file_body_get_type ())
G_DECLARE_FINAL_TYPE (TernFileBody, file_body, FILE, BODY, GInputStream)

/* Takes the file of the entry over. */
GInputStream *file_body_new (FileStore *store, FileEntry *entry, const char *name);
