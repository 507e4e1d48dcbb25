/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program with the library in itself. Its modules are bound to it if it exports what they need;
 * else they are bound to the shared library, and refused. */
#include <tern/plugin/tern-content-coding.h>

#include "plugin-folder.h"

static void
test_module (PluginFolder *folder, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;

  plugin_folder_add (folder, "broken-good");
  tern_plugins_add_path (folder->dir);
  object = plugin_folder_create ("broken-good", &error);
  if (IS_EXPORTED)
    {
      g_assert_no_error (error);
      g_assert_true (TERN_IS_CONTENT_CODING (object));
    }
  else
    {
      g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
      g_assert_null (object);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/static/module", PluginFolder, NULL, plugin_folder_set_up, test_module,
              plugin_folder_tear_down);
  return g_test_run ();
}
