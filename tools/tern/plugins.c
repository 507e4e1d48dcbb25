/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern plugins: the index as a table. It reads descriptors and loads no module. */
#include "plugins.h"

#include "color.h"
#include "escape.h"
#include "exit-code.h"
#include "json.h"
#include "report.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

const char plugins_more[]
    = "Each with its kind, names, rank and file. One that is broken is named on "
      "standard error, and the exit code is 16.";

const OptionSet plugins_sets[] = { { output_options, 0 }, { NULL } };

static const char *const kinds[] = {
  [TERN_PLUGIN_AUTH_SCHEME] = "auth-scheme",
  [TERN_PLUGIN_CACHE_STORE] = "cache-store",
  [TERN_PLUGIN_CONTENT_CODING] = "content-coding",
};

enum
{
  COLUMN_KIND,
  COLUMN_NAMES,
  COLUMN_RANK,
  COLUMN_TITLE,
  COLUMN_FILE,
  N_COLUMNS
};

typedef struct
{
  char *cells[N_COLUMNS];
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  for (guint i = 0; i < N_COLUMNS; i++)
    g_free (row->cells[i]);
  g_free (row);
}

static const char *
get_kind (TernPluginInfo *info)
{
  const TernPluginKind kind = tern_plugin_info_get_kind (info);

  return kind < G_N_ELEMENTS (kinds) ? kinds[kind] : "?";
}

static Row *
row_new (TernPluginInfo *info)
{
  const char *const *names = tern_plugin_info_get_names (info);
  const char *title = tern_plugin_info_get_title (info);
  const char *file = tern_plugin_info_get_file (info);
  Row *row = g_new0 (Row, 1);
  g_autofree char *joined = names ? g_strjoinv (", ", (char **) names) : g_strdup ("");

  row->cells[COLUMN_KIND] = g_strdup (get_kind (info));
  row->cells[COLUMN_NAMES] = escape_text (joined);
  row->cells[COLUMN_RANK] = g_strdup_printf ("%d", tern_plugin_info_get_rank (info));
  row->cells[COLUMN_TITLE] = escape_text (title ? title : "");
  /* Translators: where a plugin is that has no file of its own */
  row->cells[COLUMN_FILE] = escape_text (file ? file : _ ("built in"));
  return row;
}

static Row *
row_new_titles (void)
{
  const char *const titles[] = { _ ("KIND"), _ ("NAMES"), _ ("RANK"), _ ("NAME"), _ ("FILE") };
  Row *row = g_new0 (Row, 1);

  for (guint i = 0; i < N_COLUMNS; i++)
    row->cells[i] = g_strdup (titles[i]);
  return row;
}

static char *
format_table (GPtrArray *rows)
{
  glong widths[N_COLUMNS] = { 0 };
  GString *out = g_string_new (NULL);

  for (guint r = 0; r < rows->len; r++)
    for (guint i = 0; i < N_COLUMNS; i++)
      {
        const Row *row = g_ptr_array_index (rows, r);

        widths[i] = MAX (widths[i], g_utf8_strlen (row->cells[i], -1));
      }
  for (guint r = 0; r < rows->len; r++)
    {
      const Row *row = g_ptr_array_index (rows, r);

      for (guint i = 0; i < N_COLUMNS - 1; i++)
        {
          const glong padding = widths[i] + 2 - g_utf8_strlen (row->cells[i], -1);

          g_string_append_printf (out, "%s%*s", row->cells[i], (int) padding, "");
        }
      g_string_append_printf (out, "%s\n", row->cells[N_COLUMNS - 1]);
    }
  return g_string_free (out, FALSE);
}

/* Returns TRUE when a descriptor or module is broken, and says so. */
static gboolean
report_broken (TernPluginInfo *info)
{
  const GError *error = tern_plugin_info_get_error (info);

  if (error)
    report_error ("%s", error->message);
  return error != NULL;
}

static char *
format_json (GListModel *list)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (TernPluginInfo) info = g_list_model_get_item (list, i);
      const char *const *names = tern_plugin_info_get_names (info);
      const GError *error = tern_plugin_info_get_error (info);
      g_autoptr (GString) line = g_string_new (NULL);

      json_open (line, NULL, '{');
      json_string (line, "kind", get_kind (info));
      json_open (line, "names", '[');
      for (guint n = 0; names && names[n]; n++)
        json_string (line, NULL, names[n]);
      json_close (line, ']');
      json_int (line, "rank", tern_plugin_info_get_rank (info));
      json_string (line, "title", tern_plugin_info_get_title (info));
      json_string (line, "file", tern_plugin_info_get_file (info));
      json_string (line, "error", error ? error->message : NULL);
      json_close (line, '}');
      g_string_append_printf (out, "%s\n", line->str);
    }
  return g_string_free (out, FALSE);
}

static char *
format_rows (GListModel *list)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);

  g_ptr_array_add (rows, row_new_titles ());
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (TernPluginInfo) info = g_list_model_get_item (list, i);

      g_ptr_array_add (rows, row_new (info));
    }
  return format_table (rows);
}

int
plugins_run (const void *values, char **arguments)
{
  const OutputOptions *options = values;
  g_autoptr (GListModel) list = tern_plugins_list ();
  g_autofree char *text = options->json ? format_json (list) : format_rows (list);
  g_autoptr (GError) error = NULL;
  gboolean any_broken = FALSE;

  color_begin (options->color);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (TernPluginInfo) info = g_list_model_get_item (list, i);

      any_broken |= report_broken (info);
    }
  if (!write_fully (STDOUT_FILENO, text, strlen (text), &error))
    {
      report_error ("%s", error->message);
      return TERN_EXIT_LOCAL_FILE;
    }
  return any_broken ? TERN_EXIT_PLUGIN : TERN_EXIT_OK;
}
