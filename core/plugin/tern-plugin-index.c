/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds plugin descriptors. A name is a key of a table here; it must never become part of a
 * path. */
#include "plugin/tern-plugin-index.h"

#include <string.h>
#include <sys/stat.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"

/* One folder of the search path. What was read stays, for the types in it stay. */
typedef struct
{
  char *path;
  GPtrArray *entries; /* NULL until it was read, which it is once */
} Folder;

struct _TernPluginIndex
{
  GPtrArray *linked;   /* TernPluginEntry */
  GPtrArray *folders;  /* Folder, in order */
  guint n_ahead;       /* folders before the search path: compiled in and added */
  GPtrArray *entries;  /* all of them */
  GHashTable *by_name; /* "kind:name" to an entry of entries */
};

static Folder *
folder_new (const char *path)
{
  Folder *folder = g_new0 (Folder, 1);

  folder->path = g_canonicalize_filename (path, NULL);
  return folder;
}

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->path);
  g_clear_pointer (&folder->entries, g_ptr_array_unref);
  g_free (folder);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
folder_read (Folder *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  folder->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_plugin_entry_unref);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && g_str_has_suffix (name, TERN_PLUGIN_DESCRIPTOR_SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (folder->path, names->pdata[i], NULL);

      g_ptr_array_add (folder->entries, tern_plugin_entry_new (file));
    }
}

/* A folder that is named twice, perhaps by way of a symbolic link, counts once. One that is not
 * there is no error: most machines have none but the first. It is not even opened, for GLib would
 * make an error of that, and with it half an index's time worth of character tables. What was read
 * of a folder that has gone since stays. */
static gboolean
folder_counts (const Folder *folder, GHashTable *seen)
{
  struct stat info;

  if (stat (folder->path, &info) == 0 && S_ISDIR (info.st_mode))
    return g_hash_table_add (seen, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                    (guint64) info.st_dev, (guint64) info.st_ino));
  tern_log (TERN_LOG_PLUGIN, "plugin: no folder %s", folder->path);
  return folder->entries != NULL;
}

static char *
make_key (TernPluginKind kind, const char *name)
{
  return g_strdup_printf ("%u:%s", kind, name);
}

/* A plugin comes into the table with all of its names or not at all: one that another folder has
 * half overridden would answer to names that its descriptor does not say. */
static void
claim_names (TernPluginIndex *self, TernPluginEntry *entry)
{
  const TernPluginDescriptor *descriptor = entry->descriptor;

  g_ptr_array_add (self->entries, tern_plugin_entry_ref (entry));
  tern_plugin_entry_set_shadow (entry, NULL);
  /* What cannot be used has no claim; one that fails only when it is loaded keeps its names, else
   * it would depend on the order of events which plugin serves one. */
  if (descriptor == NULL || (!entry->has_names && tern_plugin_entry_get_error (entry) != NULL))
    return;
  for (guint i = 0; descriptor->names[i] != NULL; i++)
    {
      const char *name = descriptor->names[i];
      TernPluginEntry *first = tern_plugin_index_find (self, descriptor->kind, name);

      if (first != NULL)
        {
          g_autoptr (GError) error = g_error_new (
              TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, _ ("%s: the name “%s” belongs to %s"),
              entry->file != NULL ? entry->file : descriptor->id, name,
              first->file != NULL ? first->file : first->descriptor->id);

          tern_plugin_entry_set_shadow (entry, error);
          entry->has_names = FALSE;
          return;
        }
    }
  entry->has_names = TRUE;
  for (guint i = 0; descriptor->names[i] != NULL; i++)
    g_hash_table_insert (self->by_name, make_key (descriptor->kind, descriptor->names[i]), entry);
}

static void
rebuild (TernPluginIndex *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_remove_all (self->by_name);
  g_ptr_array_set_size (self->entries, 0);
  for (guint i = 0; i < self->linked->len; i++)
    claim_names (self, self->linked->pdata[i]);
  for (guint i = 0; i < self->folders->len; i++)
    {
      Folder *folder = self->folders->pdata[i];

      if (!folder_counts (folder, seen))
        continue;
      if (folder->entries == NULL)
        folder_read (folder);
      for (guint j = 0; j < folder->entries->len; j++)
        claim_names (self, folder->entries->pdata[j]);
    }
}

TernPluginIndex *
tern_plugin_index_new (const TernBuiltinPlugin *linked, const char *compiled_in,
                       const char *search_path)
{
  TernPluginIndex *self = g_new0 (TernPluginIndex, 1);
  g_auto (GStrv) paths = g_strsplit (search_path != NULL ? search_path : "", ":", -1);
  GDestroyNotify unref = (GDestroyNotify) tern_plugin_entry_unref;

  self->linked = g_ptr_array_new_with_free_func (unref);
  self->folders = g_ptr_array_new_with_free_func (folder_free);
  self->entries = g_ptr_array_new_with_free_func (unref);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (; linked != NULL && linked->plugin != NULL; linked++)
    g_ptr_array_add (self->linked, tern_plugin_entry_new_linked (linked));
  if (compiled_in != NULL)
    g_ptr_array_add (self->folders, folder_new (compiled_in));
  self->n_ahead = self->folders->len;
  for (guint i = 0; paths[i] != NULL; i++)
    if (paths[i][0] != '\0')
      g_ptr_array_add (self->folders, folder_new (paths[i]));
  rebuild (self);
  return self;
}

void
tern_plugin_index_free (TernPluginIndex *self)
{
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->linked);
  g_free (self);
}

void
tern_plugin_index_add_folder (TernPluginIndex *self, const char *path)
{
  g_ptr_array_insert (self->folders, self->n_ahead++, folder_new (path));
  rebuild (self);
}

TernPluginEntry *
tern_plugin_index_find (TernPluginIndex *self, TernPluginKind kind, const char *name)
{
  g_autofree char *key = make_key (kind, name);

  return g_hash_table_lookup (self->by_name, key);
}

GPtrArray *
tern_plugin_index_get_entries (TernPluginIndex *self)
{
  return self->entries;
}
