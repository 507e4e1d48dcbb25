/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the program keeps its cache unless it is told. */
#pragma once

#include <tern/tern-cache.h>

/* The URI of a cache store, to be freed. */
char *tern_tool_store_uri (void);

/* The path of a store in the file system, to be freed; NULL where it is none. */
char *tern_tool_store_path (const char *uri);

/* Opens what the caller named. Where the file system has no place for it the error is one of
 * G_FILE_ERROR. */
TernCacheStore *tern_tool_store_open (const char *uri, GError **error);
