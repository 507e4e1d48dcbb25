/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache clear: takes everything out of a cache, and asks nobody. */
#include "cache.h"

#include "cache-print.h"
#include "exit-code.h"
#include "json.h"

#include <tern/tern.h>

const char cache_clear_more[]
    = "Everything, without a question. Programs that use the store at that time are not "
      "disturbed: they fetch again.";

int
cache_clear_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernCacheStore) store = cache_options_open (options, &exit_code);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *uri = cache_options_uri (options);
  g_autoptr (GError) error = NULL;
  guint64 n_keys = 0, size = 0;

  if (!store)
    return exit_code;
  /* Only to say what it was: a store that does not know is cleared too. */
  tern_cache_store_usage (store, &n_keys, &size, NULL);
  if (!tern_cache_store_clear (store, &error))
    return cache_options_fail (error);
  if (options->json)
    {
      json_open (out, NULL, '{');
      json_string (out, "store", uri);
      json_int (out, "keys", (gint64)n_keys);
      json_int (out, "bytes", (gint64)size);
      json_close (out, '}');
      g_string_append_c (out, '\n');
    }
  return entry_flush (out, TRUE) ? TERN_EXIT_OK : TERN_EXIT_LOCAL_FILE;
}
