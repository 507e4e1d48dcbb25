/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All plugins in the order in which they win: those that are linked in, then folder after folder
 * of the search path, in a folder by file name. Not thread-safe: the registry has the lock. It
 * loads nothing. */
#pragma once

#include "plugin/tern-plugin-entry.h"

typedef struct _TernPluginIndex TernPluginIndex;

/* Folders as in PATH; empty elements are skipped, relative ones are seen from the current
 * folder. */
TernPluginIndex *tern_plugin_index_new (const TernBuiltinPlugin *linked, const char *compiled_in,
                                        const char *search_path);
void tern_plugin_index_free (TernPluginIndex *self);

/* Adds a folder behind the compiled-in one and those added before, ahead of the search path. A name
 * that moves to the new folder keeps what was loaded for it alive. */
void tern_plugin_index_add_folder (TernPluginIndex *self, const char *path);

/* Who has the name; it may have failed since (see its error). @name in lower case. */
TernPluginEntry *tern_plugin_index_find (TernPluginIndex *self, TernPluginKind kind,
                                         const char *name);

/* All, TernPluginEntry; good until a folder is added. */
GPtrArray *tern_plugin_index_get_entries (TernPluginIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPluginIndex, tern_plugin_index_free)
