/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors and folders that are not as they should be: each costs one plugin, never the
 * index. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin-folder.h"
#include "tern-test-util.h"

typedef struct
{
  const char *path;
  int code;
  const char *edits[3];
} Case;

static const Case cases[] = {
  { "no-kind", TERN_PLUGIN_ERROR_BROKEN, { "Kind" } },
  { "no-names", TERN_PLUGIN_ERROR_BROKEN, { "Names" } },
  { "no-module", TERN_PLUGIN_ERROR_BROKEN, { "Module" } },
  { "no-abi", TERN_PLUGIN_ERROR_BROKEN, { "Abi" } },
  { "unknown-kind", TERN_PLUGIN_ERROR_BROKEN, { "Kind=coding" } },
  { "empty-names", TERN_PLUGIN_ERROR_BROKEN, { "Names=" } },
  { "name-no-token", TERN_PLUGIN_ERROR_BROKEN, { "Names=a b" } },
  { "name-twice", TERN_PLUGIN_ERROR_BROKEN, { "Names=one;two;ONE" } },
  { "module-path", TERN_PLUGIN_ERROR_BROKEN, { "Module=/lib/libx" } },
  { "module-relative-path", TERN_PLUGIN_ERROR_BROKEN, { "Module=sub/libx" } },
  { "module-parent", TERN_PLUGIN_ERROR_BROKEN, { "Module=.." } },
  { "module-hidden", TERN_PLUGIN_ERROR_BROKEN, { "Module=.libx" } },
  { "module-empty", TERN_PLUGIN_ERROR_BROKEN, { "Module=" } },
  { "rank-no-number", TERN_PLUGIN_ERROR_BROKEN, { "Rank=high" } },
  { "rank-too-large", TERN_PLUGIN_ERROR_BROKEN, { "Rank=99999999999" } },
  { "abi-no-number", TERN_PLUGIN_ERROR_BROKEN, { "Abi=one" } },
  { "abi-other", TERN_PLUGIN_ERROR_WRONG_ABI, { "Abi=2" } },
  { "abi-overflow", TERN_PLUGIN_ERROR_BROKEN, { "Abi=18446744073709551617" } },
  { "core-newer", TERN_PLUGIN_ERROR_WRONG_ABI, { "MinCore=99.0" } },
  { "core-no-version", TERN_PLUGIN_ERROR_BROKEN, { "MinCore=1.x" } },
};

/* The folder's plugin "beside" is well, as far as a descriptor can tell. */
static void
write_beside (PluginFolder *folder)
{
  static guint counter = 0;
  g_autofree char *names = g_strdup_printf ("Names=beside-%u", counter++);
  const char *const edits[] = { names, NULL };
  g_autofree char *text = plugin_folder_describe ("beside", edits);

  plugin_folder_write (folder, "beside.tern-plugin", text, -1);
}

static void
assert_beside_is_well (PluginFolder *folder)
{
  g_autoptr (TernPluginInfo) info = plugin_folder_find_info (folder, "beside.tern-plugin");

  g_assert_nonnull (info);
  g_assert_no_error (tern_plugin_info_get_error (info));
  g_assert_cmpint (tern_plugin_info_get_kind (info), ==, TERN_PLUGIN_CONTENT_CODING);
  g_assert_cmpint (tern_plugin_info_get_rank (info), ==, 7);
  g_assert_cmpstr (tern_plugin_info_get_title (info), ==, "A broken plugin");
}

static void
assert_listed_as_broken (PluginFolder *folder, const char *file, int code)
{
  g_autoptr (TernPluginInfo) info = plugin_folder_find_info (folder, file);
  const GError *error;

  g_assert_nonnull (info);
  error = tern_plugin_info_get_error (info);
  g_assert_error (error, TERN_PLUGIN_ERROR, code);
  g_assert_nonnull (strstr (error->message, file));
}

static void
test_descriptor (PluginFolder *folder, gconstpointer data)
{
  const Case *c = data;
  g_autofree char *text = plugin_folder_describe (c->path, c->edits);
  g_autofree char *file = g_strconcat (c->path, ".tern-plugin", NULL);

  plugin_folder_write (folder, file, text, -1);
  write_beside (folder);
  tern_plugins_add_path (folder->dir);
  assert_listed_as_broken (folder, file, c->code);
  assert_beside_is_well (folder);
}

/* Built for another core: whoever asks for it is told so, not that it does not exist. */
static void
test_wrong_abi_by_name (PluginFolder *folder, gconstpointer data)
{
  const char *const edits[] = { "Abi=3", "Names=future", NULL };
  g_autofree char *text = plugin_folder_describe ("future", edits);
  g_autoptr (GError) error = NULL;

  plugin_folder_write (folder, "future.tern-plugin", text, -1);
  tern_plugins_add_path (folder->dir);
  g_assert_null (plugin_folder_create ("future", &error));
  g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI);
  g_clear_error (&error);
  g_assert_null (plugin_folder_create ("there-is-none", &error));
  g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_NOT_FOUND);
}

static void
test_texts (PluginFolder *folder, gconstpointer data)
{
  const char *const names[] = { "empty", "no-group", "other-group", "no-key", "nul", "latin-1",
                                "elf", "large", "Upper", "a.b", "0x" };
  g_autofree char *large = g_strnfill (100000, '#');

  plugin_folder_write (folder, "empty.tern-plugin", "", 0);
  plugin_folder_write (folder, "no-group.tern-plugin", "Kind=content-coding\n", -1);
  plugin_folder_write (folder, "other-group.tern-plugin", "[Other]\nKind=content-coding\n", -1);
  plugin_folder_write (folder, "no-key.tern-plugin", "[Plugin]\nnonsense\n", -1);
  plugin_folder_write (folder, "nul.tern-plugin", "[Plugin]\n\0Kind=x\n", 17);
  plugin_folder_write (folder, "latin-1.tern-plugin", "[Plugin]\nKind=\xe9\n", -1);
  plugin_folder_write (folder, "elf.tern-plugin", "\177ELF\002\001\001", -1);
  plugin_folder_write (folder, "large.tern-plugin", large, 100000);
  plugin_folder_write (folder, "Upper.tern-plugin", "[Plugin]\n", -1);
  plugin_folder_write (folder, "a.b.tern-plugin", "[Plugin]\n", -1);
  plugin_folder_write (folder, "0x.tern-plugin", "[Plugin]\n", -1);
  plugin_folder_write (folder, ".hidden.tern-plugin", "[Plugin]\n", -1);
  plugin_folder_write (folder, "other.plugin", "[Plugin]\n", -1);
  write_beside (folder);
  tern_plugins_add_path (folder->dir);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_strconcat (names[i], ".tern-plugin", NULL);

      assert_listed_as_broken (folder, file, TERN_PLUGIN_ERROR_BROKEN);
    }
  g_assert_null (plugin_folder_find_info (folder, ".hidden.tern-plugin"));
  g_assert_null (plugin_folder_find_info (folder, "other.plugin"));
  assert_beside_is_well (folder);
}

/* What is no readable file: none of them may block or be followed for ever. */
static void
test_no_files (PluginFolder *folder, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (folder->dir, "dir.tern-plugin", NULL);
  g_autofree char *self = g_build_filename (folder->dir, "self.tern-plugin", NULL);
  g_autofree char *loop = g_build_filename (folder->dir, "loop.tern-plugin", NULL);
  g_autofree char *dangling = g_build_filename (folder->dir, "dangling.tern-plugin", NULL);
  g_autofree char *fifo = g_build_filename (folder->dir, "fifo.tern-plugin", NULL);
  g_autofree char *secret = g_build_filename (folder->dir, "secret.tern-plugin", NULL);

  g_assert_cmpint (mkdir (dir, 0700), ==, 0);
  g_assert_cmpint (symlink (".", self), ==, 0);
  g_assert_cmpint (symlink ("loop.tern-plugin", loop), ==, 0);
  g_assert_cmpint (symlink ("/nonexistent/file", dangling), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  plugin_folder_write (folder, "secret.tern-plugin", "", 0);
  g_assert_cmpint (chmod (secret, 0), ==, 0);
  write_beside (folder);
  tern_plugins_add_path (folder->dir);
  assert_listed_as_broken (folder, "dir.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  assert_listed_as_broken (folder, "self.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  assert_listed_as_broken (folder, "loop.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  assert_listed_as_broken (folder, "dangling.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  assert_listed_as_broken (folder, "fifo.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  /* Root may read it, and finds it empty: broken either way. */
  assert_listed_as_broken (folder, "secret.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  assert_beside_is_well (folder);
}

/* The first has the name; the other one is out of use, with all of its names. */
static void
test_duplicates (PluginFolder *folder, gconstpointer data)
{
  const char *const first_edits[] = { "Names=twice;first-alias", NULL };
  const char *const second_edits[] = { "Names=second-alias;TWICE", NULL };
  g_autofree char *first = plugin_folder_describe ("first", first_edits);
  g_autofree char *second = plugin_folder_describe ("second", second_edits);
  g_autoptr (TernPluginInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  plugin_folder_write (folder, "first.tern-plugin", first, -1);
  plugin_folder_write (folder, "second.tern-plugin", second, -1);
  tern_plugins_add_path (folder->dir);
  info = plugin_folder_find_info (folder, "first.tern-plugin");
  g_assert_no_error (tern_plugin_info_get_error (info));
  assert_listed_as_broken (folder, "second.tern-plugin", TERN_PLUGIN_ERROR_BROKEN);
  g_assert_null (plugin_folder_create ("second-alias", &error));
  g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
  g_assert_nonnull (strstr (error->message, "first.tern-plugin"));
}

static guint
count_listed (void)
{
  g_autoptr (GListModel) list = tern_plugins_list ();

  return g_list_model_get_n_items (list);
}

/* The same folder by other names, links in a circle, folders that are none. */
static void
test_folders (PluginFolder *folder, gconstpointer data)
{
  g_autofree char *link = g_build_filename (folder->dir, "link", NULL);
  g_autofree char *loop = g_build_filename (folder->dir, "loop", NULL);
  g_autofree char *deep = g_build_filename (link, "link", "link", NULL);
  guint before = count_listed ();

  write_beside (folder);
  g_assert_cmpint (symlink (".", link), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  tern_plugins_add_path (folder->dir);
  g_assert_cmpuint (count_listed (), ==, before + 1);
  tern_plugins_add_path (folder->dir);
  tern_plugins_add_path (link);
  tern_plugins_add_path (deep);
  tern_plugins_add_path (loop);
  tern_plugins_add_path ("/nonexistent/folder");
  tern_plugins_add_path ("/dev/null");
  tern_plugins_add_path ("");
  g_assert_cmpuint (count_listed (), ==, before + 1);
  assert_beside_is_well (folder);
}

#define ADD(path, data, func)                                                                      \
  g_test_add (path, PluginFolder, data, plugin_folder_set_up, func, plugin_folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/broken/descriptor/", cases[i].path, NULL);

      ADD (path, &cases[i], test_descriptor);
    }
  ADD ("/broken/descriptor/wrong-abi-by-name", NULL, test_wrong_abi_by_name);
  ADD ("/broken/descriptor/texts", NULL, test_texts);
  ADD ("/broken/descriptor/no-files", NULL, test_no_files);
  ADD ("/broken/descriptor/duplicates", NULL, test_duplicates);
  ADD ("/broken/folders", NULL, test_folders);
  return g_test_run ();
}
