/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache ls: what is there, entry by entry as the store tells of them. It sorts nothing, for
 * that would need all of them in memory. */
#include "cache.h"

#include "cache-print.h"
#include "exit-code.h"
#include "json.h"

#include <string.h>
#include <tern/tern.h>

const char cache_list_more[]
    = "Without a PATTERN everything is listed; with some, what has a URI that begins with one of "
      "them, or that is of a host of that name, or that one with `*` and `?` fits. The order is "
      "that of the store. A state of “part” is an answer of which only some bytes are stored, "
      "“orphan” one that no request finds any more. Behind the URI stand its partition and what "
      "requests must have for which this variant is the answer.";

typedef struct
{
  const CacheOptions *options;
  char **patterns;
  GString *out;
  gboolean failed;
} Lister;

static gboolean
is_of_host (const char *uri, const char *host)
{
  const char *at = strstr (uri, "://");
  const gsize length = strlen (host);

  return at && length > 0 && g_ascii_strncasecmp (at + 3, host, length) == 0
         && strchr ("/:?", at[3 + length]);
}

static gboolean
is_wanted (char **patterns, const char *uri)
{
  for (char **pattern = patterns; *pattern; pattern++)
    {
      const gboolean is_glob = strpbrk (*pattern, "*?") != NULL;

      if (g_str_has_prefix (uri, *pattern) || is_of_host (uri, *pattern)
          || (is_glob && g_pattern_match_simple (*pattern, uri)))
        return TRUE;
    }
  return !patterns[0];
}

static gboolean
on_entry (TernCacheEntry *entry, gpointer data)
{
  Lister *self = data;

  if (!is_wanted (self->patterns, tern_cache_entry_get_uri (entry)))
    return TRUE;
  if (self->options->json)
    {
      g_autoptr (GString) object = g_string_new ("{");

      entry_append_json (object, entry, FALSE);
      g_string_append_printf (self->out, "%s}\n", object->str);
    }
  else
    entry_append_line (self->out, entry);
  self->failed = !entry_flush (self->out, FALSE);
  return !self->failed;
}

int
cache_list_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  g_autoptr (GString) out = g_string_new (NULL);
  Lister lister = { options, arguments, out, FALSE };
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernCacheStore) store = cache_options_open (options, &exit_code);
  g_autoptr (GError) error = NULL;

  if (!store)
    return exit_code;
  if (!options->json)
    entry_append_titles (out);
  if (!tern_cache_entries_foreach (store, NULL, on_entry, &lister, &error))
    exit_code = cache_options_fail (error);
  else if (lister.failed)
    exit_code = TERN_EXIT_LOCAL_FILE;
  if (!lister.failed && exit_code == TERN_EXIT_OK && !entry_flush (out, TRUE))
    exit_code = TERN_EXIT_LOCAL_FILE;
  return exit_code;
}
