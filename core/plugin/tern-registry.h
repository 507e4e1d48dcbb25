/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index of plugins by kind and name, and the loading of a module the first time its name is
 * needed. A name is looked up here and never made into a path. Thread-safe. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>

/* A new object of the plugin that offers @name (any case, aliases too). Errors of
 * TERN_PLUGIN_ERROR. */
gpointer tern_registry_create (TernPluginKind kind, const char *name, GError **error);

/* Whether some allowed plugin offers it, and its rank, without loading anything. One that was
 * found to be broken is not offered any more. */
gboolean tern_registry_find (TernPluginKind kind, const char *name, int *rank);

/* The canonical names of that kind by falling rank, without loading anything (transfer full). */
char **tern_registry_list_names (TernPluginKind kind);

/* Raised whenever the answers change (a path added, an allow-list set, a plugin found to be
 * broken): lets callers keep what they made from them. */
guint tern_registry_get_generation (void);

/* All plugins, TernPluginEntry, in the order in which they win (transfer full). */
GPtrArray *tern_registry_list_entries (void);

void tern_registry_add_path (const char *path);

/* By plugin ("coding-gzip") or offered name ("gzip"); NULL allows all. */
void tern_registry_set_allowed (const char *const *names);
