/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry belongs to the process, so each test has names and a folder of its own. */
#include "plugin-folder.h"

#include <string.h>
#include <unistd.h>

#include "tern-test-util.h"

void
plugin_folder_set_up (PluginFolder *folder, gconstpointer data)
{
  folder->dir = tern_test_make_dir ("tern-plugins");
}

void
plugin_folder_tear_down (PluginFolder *folder, gconstpointer data)
{
  tern_test_remove_dir (folder->dir);
  g_free (folder->dir);
}

/* The value of a key among the edits: NULL where it stays, "" where it goes. */
static const char *
find_edit (const char *const *edits, const char *key)
{
  gsize len = strlen (key);

  for (; edits != NULL && *edits != NULL; edits++)
    if (strncmp (*edits, key, len) == 0 && ((*edits)[len] == '=' || (*edits)[len] == '\0'))
      return (*edits)[len] == '=' ? *edits : "";
  return NULL;
}

char *
plugin_folder_describe (const char *id, const char *const *edits)
{
  const char *const keys[] = { "Kind", "Names", "Module", "Rank", "Abi", "MinCore", "Name" };
  g_autofree char *names = g_strconcat ("Names=", id, NULL);
  g_autofree char *module = g_strconcat ("Module=lib", id, NULL);
  const char *const lines[] = { "Kind=content-coding", names, module, "Rank=7", "Abi=1",
                                "MinCore=1.0", "Name=A broken plugin" };
  GString *text = g_string_new ("[Plugin]\n");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *edit = find_edit (edits, keys[i]);

      g_string_append_printf (text, "%s\n", edit != NULL ? edit : lines[i]);
    }
  return g_string_free (text, FALSE);
}

void
plugin_folder_write (PluginFolder *folder, const char *name, const char *text, gssize len)
{
  g_autofree char *path = g_build_filename (folder->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, len, &error);
  g_assert_no_error (error);
}

void
plugin_folder_add (PluginFolder *folder, const char *id)
{
  g_autofree char *text = plugin_folder_describe (id, NULL);
  g_autofree char *name = g_strconcat (id, ".tern-plugin", NULL);
  g_autofree char *module = g_strconcat ("lib", id, ".so", NULL);
  g_autofree char *link = g_build_filename (folder->dir, module, NULL);
  g_autofree char *target = g_build_filename (g_getenv ("BROKEN_MODULES"), module, NULL);

  plugin_folder_write (folder, name, text, -1);
  g_assert_cmpint (symlink (target, link), ==, 0);
}

TernPluginInfo *
plugin_folder_find_info (PluginFolder *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder->dir, name, NULL);
  g_autoptr (GListModel) list = tern_plugins_list ();

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (TernPluginInfo) info = g_list_model_get_item (list, i);

      if (g_strcmp0 (tern_plugin_info_get_file (info), path) == 0)
        return g_steal_pointer (&info);
    }
  return NULL;
}

GObject *
plugin_folder_create (const char *name, GError **error)
{
  return tern_plugins_create (TERN_PLUGIN_CONTENT_CODING, name, error);
}
