/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One plugin that the index knows of, broken ones too: what its descriptor says and whether it was
 * loaded. Thread-safe; it takes no lock but its own, and none while code of the plugin runs. */
#pragma once

#include "plugin/tern-plugin-descriptor.h"

/* A row of the table of plugins that are linked into the library. */
typedef struct
{
  const char *file_name;
  const char *descriptor;
  const TernPlugin *plugin;
} TernBuiltinPlugin;

/* Ends with a row of NULLs; made by plugins/builtin from -Dbuiltin_plugins. */
extern const TernBuiltinPlugin tern_builtin_plugins[];

typedef struct
{
  gatomicrefcount ref_count;
  char *file;                       /* the descriptor; NULL for a plugin that is linked in */
  TernPluginDescriptor *descriptor; /* NULL where the file does not parse */
  const TernPlugin *linked;
  gboolean has_names; /* for the index alone: it is found by its names */

  GMutex lock; /* guards the rest */
  GCond done;
  GThread *loader; /* who is loading it right now */
  GType type;      /* not 0 once it is loaded */
  GError *error;   /* set once, never changed */
  GError *shadow;  /* who has its names; a folder that is added may change that */
  GPtrArray *old;  /* shadows that somebody may still look at */
} TernPluginEntry;

/* Reads one descriptor; never NULL: what is wrong with it becomes the entry's error. */
TernPluginEntry *tern_plugin_entry_new (const char *file);
TernPluginEntry *tern_plugin_entry_new_linked (const TernBuiltinPlugin *row);
TernPluginEntry *tern_plugin_entry_ref (TernPluginEntry *entry);
void tern_plugin_entry_unref (TernPluginEntry *entry);

/* The type, loading the module if that was not done yet. The first failure stays. */
GType tern_plugin_entry_load (TernPluginEntry *entry, GError **error);

/* Puts it out of use because another one has its names, or back into use with NULL. */
void tern_plugin_entry_set_shadow (TernPluginEntry *entry, const GError *shadow);

gboolean tern_plugin_entry_is_loaded (TernPluginEntry *entry);
/* NULL while it is of use; else good as long as the entry. */
const GError *tern_plugin_entry_get_error (TernPluginEntry *entry);
gboolean tern_plugin_entry_has_name (const TernPluginEntry *entry, TernPluginKind kind,
                                     const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPluginEntry, tern_plugin_entry_unref)
