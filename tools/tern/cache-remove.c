/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache rm: takes something out of a cache, and asks nobody. */
#include "cache.h"

#include "cache-print.h"
#include "exit-code.h"
#include "json.h"
#include "report.h"
#include "target.h"

#include <glib/gi18n.h>
#include <tern/tern.h>

const char cache_remove_more[]
    = "All variants, in every partition where the store can list what it holds. What was not "
      "there ends with exit code 15.";

static gboolean
on_entry (TernCacheEntry *entry, gpointer data)
{
  g_ptr_array_add (data, g_object_ref (entry));
  return TRUE;
}

/* All partitions, and what no request finds any more; a store that cannot list loses what can be
 * found. */
static gboolean
remove_all (TernCacheStore *store, const char *uri, guint *n, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) inner = NULL;

  if (!tern_cache_entries_foreach (store, uri, on_entry, entries, &inner))
    {
      if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        return tern_cache_entries_remove (store, uri, NULL, n, error);
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  *n = entries->len;
  for (guint i = 0; i < entries->len; i++)
    if (!tern_cache_entry_delete (entries->pdata[i], error))
      return FALSE;
  return TRUE;
}

static int
remove_uri (const CacheOptions *options, TernCacheStore *store, const char *argument)
{
  g_autofree char *uri = target_complete (argument);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;
  gboolean removed;

  removed = options->partition
                ? tern_cache_entries_remove (store, uri, options->partition, &n, &error)
                : remove_all (store, uri, &n, &error);
  if (!removed)
    return cache_options_fail (error);
  if (n == 0)
    report_error (_ ("%s: not in the cache"), uri);
  if (options->json)
    {
      json_open (out, NULL, '{');
      json_string (out, "uri", uri);
      json_int (out, "removed", n);
      json_close (out, '}');
      g_string_append_c (out, '\n');
    }
  if (!entry_flush (out, TRUE))
    return TERN_EXIT_LOCAL_FILE;
  return n > 0 ? TERN_EXIT_OK : TERN_EXIT_NOT_IN_CACHE;
}

int
cache_remove_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernCacheStore) store = NULL;

  if (!arguments[0])
    {
      report_error ("%s", _ ("No URI was given; see “tern cache rm --help”"));
      return TERN_EXIT_USAGE;
    }
  store = cache_options_open (options, &exit_code);
  for (char **uri = arguments; store && *uri; uri++)
    {
      const int code = remove_uri (options, store, *uri);

      exit_code = exit_code == TERN_EXIT_OK ? code : exit_code;
    }
  return exit_code;
}
