/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process-wide registry: one index, one allow-list, one lock. It must never load a module to
 * answer a question, nor hold its lock while code of a plugin runs. */
#include "plugin/tern-registry.h"

#include <stdlib.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "plugin/tern-plugin-index.h"
#include "tern-config.h"

/* Longer names are offered by nobody (see the descriptor), whatever the network sends. */
#define MAX_NAME_LEN 64

static GMutex lock;
static TernPluginIndex *the_index;
static GHashTable *allowed; /* NULL allows all */
static guint generation;

/* The index is read at the first question, so that a program which asks none pays nothing. */
static TernPluginIndex *
get_index_locked (void)
{
  const char *folder;

  if (the_index != NULL)
    return the_index;
  /* A build that was not installed has its own plugins, whatever lies where it would be. */
  folder = secure_getenv ("TERN_PLUGIN_DIR");
  the_index = tern_plugin_index_new (tern_builtin_plugins, folder ? folder : TERN_PLUGIN_DIR,
                                     secure_getenv ("TERN_PLUGIN_PATH"));
  return the_index;
}

static gboolean
is_allowed_locked (const TernPluginEntry *entry)
{
  const TernPluginDescriptor *descriptor = entry->descriptor;

  if (allowed == NULL || g_hash_table_contains (allowed, descriptor->id))
    return TRUE;
  for (guint i = 0; descriptor->names[i] != NULL; i++)
    if (g_hash_table_contains (allowed, descriptor->names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
fold_name (const char *name, char folded[MAX_NAME_LEN + 1])
{
  gsize i = 0;

  for (; name[i] != '\0'; i++)
    {
      if (i == MAX_NAME_LEN)
        return FALSE;
      folded[i] = g_ascii_tolower (name[i]);
    }
  folded[i] = '\0';
  return i > 0;
}

/* The one that has the name or, for the sake of its error, one that would like to have it. */
static TernPluginEntry *
find_locked (TernPluginKind kind, const char *name)
{
  TernPluginIndex *index = get_index_locked ();
  GPtrArray *entries = tern_plugin_index_get_entries (index);
  TernPluginEntry *entry = tern_plugin_index_find (index, kind, name);

  for (guint i = 0; entry == NULL && i < entries->len; i++)
    if (tern_plugin_entry_has_name (entries->pdata[i], kind, name))
      entry = entries->pdata[i];
  return entry;
}

/* A reference to an entry that may be loaded. */
static TernPluginEntry *
choose (TernPluginKind kind, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  char folded[MAX_NAME_LEN + 1];
  TernPluginEntry *entry = fold_name (name, folded) ? find_locked (kind, folded) : NULL;

  if (entry == NULL)
    {
      g_autofree char *shown = g_strndup (name, MAX_NAME_LEN);
      g_autofree char *escaped = g_strescape (shown, NULL);

      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_NOT_FOUND,
                   _ ("No plugin offers “%s”"), escaped);
      return NULL;
    }
  if (!is_allowed_locked (entry))
    {
      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_NOT_ALLOWED,
                   _ ("The program does not allow the plugin %s"), entry->descriptor->id);
      return NULL;
    }
  return tern_plugin_entry_ref (entry);
}

gpointer
tern_registry_create (TernPluginKind kind, const char *name, GError **error)
{
  g_autoptr (TernPluginEntry) entry = choose (kind, name, error);
  gboolean was_usable;
  GType type;

  if (entry == NULL)
    return NULL;
  was_usable = tern_plugin_entry_get_error (entry) == NULL;
  type = tern_plugin_entry_load (entry, error);
  if (type == G_TYPE_INVALID)
    {
      if (was_usable)
        g_atomic_int_inc (&generation);
      return NULL;
    }
  return g_object_new (type, NULL);
}

gboolean
tern_registry_find (TernPluginKind kind, const char *name, int *rank)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  char folded[MAX_NAME_LEN + 1];
  TernPluginEntry *entry;

  if (!fold_name (name, folded))
    return FALSE;
  entry = tern_plugin_index_find (get_index_locked (), kind, folded);
  if (entry == NULL || !is_allowed_locked (entry) || tern_plugin_entry_get_error (entry) != NULL)
    return FALSE;
  if (rank != NULL)
    *rank = entry->descriptor->rank;
  return TRUE;
}

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const TernPluginDescriptor *first = (*(TernPluginEntry *const *) a)->descriptor;
  const TernPluginDescriptor *second = (*(TernPluginEntry *const *) b)->descriptor;

  if (first->rank != second->rank)
    return first->rank > second->rank ? -1 : 1;
  return g_strcmp0 (first->names[0], second->names[0]);
}

char **
tern_registry_list_names (TernPluginKind kind)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  GPtrArray *entries = tern_plugin_index_get_entries (get_index_locked ());
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      TernPluginEntry *entry = entries->pdata[i];

      if (entry->descriptor != NULL && entry->descriptor->kind == kind && is_allowed_locked (entry)
          && tern_plugin_entry_get_error (entry) == NULL)
        g_ptr_array_add (chosen, entry);
    }
  g_ptr_array_sort (chosen, compare_ranks);
  for (guint i = 0; i < chosen->len; i++)
    g_strv_builder_add (names, ((TernPluginEntry *) chosen->pdata[i])->descriptor->names[0]);
  return g_strv_builder_end (names);
}

guint
tern_registry_get_generation (void)
{
  return (guint) g_atomic_int_get (&generation);
}

GPtrArray *
tern_registry_list_entries (void)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  GPtrArray *entries = tern_plugin_index_get_entries (get_index_locked ());
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_plugin_entry_unref);

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (copy, tern_plugin_entry_ref (entries->pdata[i]));
  return copy;
}

void
tern_registry_add_path (const char *path)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);

  tern_plugin_index_add_folder (get_index_locked (), path);
  g_atomic_int_inc (&generation);
}

void
tern_registry_set_allowed (const char *const *names)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);

  g_clear_pointer (&allowed, g_hash_table_unref);
  if (names != NULL)
    {
      allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (; *names != NULL; names++)
        g_hash_table_add (allowed, g_ascii_strdown (*names, -1));
    }
  g_atomic_int_inc (&generation);
}
