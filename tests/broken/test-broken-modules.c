/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules that must be refused: each disables itself alone, with an error that names it. */
#include <string.h>

#include "plugin-folder.h"
#include "tern-test-util.h"

typedef struct
{
  const char *id;
  int code;
} Case;

static const Case cases[] = {
  { "broken-no-symbol", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-wrong-abi", TERN_PLUGIN_ERROR_WRONG_ABI },
  { "broken-wrong-kind", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-no-kind", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-other-names", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-no-names", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-larger", TERN_PLUGIN_ERROR_WRONG_ABI },
  { "broken-no-interface", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-other-core", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-no-function", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-type-zero", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-type-plain", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-type-no-object", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-type-abstract", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-no-slot", TERN_PLUGIN_ERROR_BROKEN },
  { "broken-needs-itself", TERN_PLUGIN_ERROR_BROKEN },
};

/* It works for as long as the process lives, whatever other folders hold. */
static void
assert_good_works (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) good = plugin_folder_create ("broken-good", &error);

  g_assert_no_error (error);
  g_assert_nonnull (good);
}

static void
assert_fails (const char *id, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_folder_create (id, &error));
  g_assert_error (error, TERN_PLUGIN_ERROR, code);
  g_assert_nonnull (strstr (error->message, id));
}

static void
test_refused (PluginFolder *folder, gconstpointer data)
{
  const Case *c = data;
  g_autofree char *file = g_strconcat (c->id, ".tern-plugin", NULL);
  g_autoptr (TernPluginInfo) before = NULL;
  g_autoptr (TernPluginInfo) after = NULL;

  plugin_folder_add (folder, c->id);
  tern_plugins_add_path (folder->dir);
  /* Nothing is known of it, and nothing loaded, until it is wanted. */
  before = plugin_folder_find_info (folder, file);
  g_assert_no_error (tern_plugin_info_get_error (before));
  g_assert_cmpstr (tern_plugin_info_get_names (before)[0], ==, c->id);
  assert_fails (c->id, c->code);
  assert_fails (c->id, c->code);
  after = plugin_folder_find_info (folder, file);
  g_assert_error (tern_plugin_info_get_error (after), TERN_PLUGIN_ERROR, c->code);
  g_assert_false (tern_plugin_info_get_loaded (after));
  assert_good_works ();
}

static void
test_good (PluginFolder *folder, gconstpointer data)
{
  const char *const *ids = data;

  for (guint i = 0; ids[i] != NULL; i++)
    plugin_folder_add (folder, ids[i]);
  tern_plugins_add_path (folder->dir);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *file = g_strconcat (ids[i], ".tern-plugin", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GObject) object = plugin_folder_create (ids[i], &error);
      g_autoptr (TernPluginInfo) info = plugin_folder_find_info (folder, file);

      g_assert_no_error (error);
      g_assert_true (TERN_IS_CONTENT_CODING (object));
      /* Absent slots, also those that the plugin was built without. */
      g_assert_null (tern_content_coding_create_encoder (TERN_CONTENT_CODING (object)));
      g_assert_no_error (tern_plugin_info_get_error (info));
      g_assert_true (tern_plugin_info_get_loaded (info));
    }
}

static void
create_slow (guint number, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = plugin_folder_create ("broken-slow", &error);

  g_assert_no_error (error);
  g_assert_nonnull (object);
}

/* All at once, and the type is made once. */
static void
test_threads (PluginFolder *folder, gconstpointer data)
{
  plugin_folder_add (folder, "broken-slow");
  tern_plugins_add_path (folder->dir);
  tern_test_run_threads (8, create_slow, NULL);
}

typedef struct
{
  const char *id;
  const char *module; /* what lies there instead; NULL for nothing */
  gssize len;
} NoModule;

static const NoModule no_modules[] = {
  { "missing-module", NULL, 0 },
  { "empty-module", "", 0 },
  { "text-module", "this is not a module\n", -1 },
  { "short-module", "\177ELF\002\001\001\0\0\0", 10 },
};

static void
test_no_module (PluginFolder *folder, gconstpointer data)
{
  const NoModule *c = data;
  g_autofree char *text = plugin_folder_describe (c->id, NULL);
  g_autofree char *file = g_strconcat (c->id, ".tern-plugin", NULL);
  g_autofree char *module = g_strconcat ("lib", c->id, ".so", NULL);

  plugin_folder_write (folder, file, text, -1);
  if (c->module != NULL)
    plugin_folder_write (folder, module, c->module, c->len);
  tern_plugins_add_path (folder->dir);
  assert_fails (c->id, TERN_PLUGIN_ERROR_BROKEN);
  assert_good_works ();
}

int
main (int argc, char **argv)
{
  static const char *const good[]
      = { "broken-good", "broken-smaller", "broken-asks-registry", NULL };

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/broken/good", PluginFolder, good, plugin_folder_set_up, test_good,
              plugin_folder_tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/broken/module/", cases[i].id, NULL);

      g_test_add (path, PluginFolder, &cases[i], plugin_folder_set_up, test_refused,
                  plugin_folder_tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (no_modules); i++)
    {
      g_autofree char *path = g_strconcat ("/broken/module/", no_modules[i].id, NULL);

      g_test_add (path, PluginFolder, &no_modules[i], plugin_folder_set_up, test_no_module,
                  plugin_folder_tear_down);
    }
  g_test_add ("/broken/threads", PluginFolder, NULL, plugin_folder_set_up, test_threads,
              plugin_folder_tear_down);
  return g_test_run ();
}
