/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache show: all that is known of what is stored for a URI, or the body. */
#include "cache.h"

#include "cache-print.h"
#include "escape.h"
#include "exit-code.h"
#include "head.h"
#include "output.h"
#include "report.h"
#include "target.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <unistd.h>
#include <tern/tern.h>

const char cache_show_more[]
    = "All variants, the one that was stored first in front, each with the fields of the "
      "response. Fields that let somebody in are shown as *** unless `--json` is given. What is "
      "not stored ends with exit code 15.";

static void
append_value (GString *out, const char *name, const char *value)
{
  g_autofree char *safe = escape_text (value);

  g_strdelimit (safe, "\r\n", ' ');
  g_string_append_printf (out, "  %s%*s %s\n", name, (int)MAX (12 - g_utf8_strlen (name, -1), 0),
                          "", safe);
}

static char *
describe_state (TernCacheEntry *entry)
{
  const EntryState state = entry_state (entry);
  const gint64 left = tern_cache_entry_get_lifetime (entry) - tern_cache_entry_get_age (entry);
  g_autofree char *time = entry_duration (left);
  guint64 first, end, total;

  if (state == ENTRY_FRESH)
    return g_strdup_printf (_ ("fresh for %s"), time);
  if (!tern_cache_entry_get_part (entry, &first, &end, &total))
    return g_strdup (_ (entry_state_name (state)));
  if (total == 0)
    return g_strdup_printf (_ ("part: bytes %" PRIu64 " to %" PRIu64), first, end - 1);
  return g_strdup_printf (_ ("part: bytes %" PRIu64 " to %" PRIu64 " of %" PRIu64), first, end - 1,
                          total);
}

static void
append_times (GString *out, TernCacheEntry *entry)
{
  g_autofree char *age = entry_duration (tern_cache_entry_get_age (entry));
  g_autofree char *lifetime = entry_duration (tern_cache_entry_get_lifetime (entry));
  g_autoptr (GDateTime) stored
      = g_date_time_new_from_unix_local (tern_cache_entry_get_stored_at (entry));
  g_autofree char *when = stored ? g_date_time_format (stored, "%Y-%m-%d %H:%M:%S") : NULL;

  append_value (out, _ ("stored"), when ? when : "-");
  append_value (out, _ ("age"), age);
  append_value (out, _ ("lifetime"), lifetime);
}

static void
append_response (GString *out, TernCacheEntry *entry)
{
  g_auto (GStrv) vary = tern_cache_entry_get_vary (entry);
  g_autofree char *state = describe_state (entry);
  g_autofree char *size
      = g_format_size_full (tern_cache_entry_get_size (entry), G_FORMAT_SIZE_LONG_FORMAT);
  g_autofree char *status = g_strdup_printf ("%u %s", tern_cache_entry_get_status (entry),
                                             tern_cache_entry_get_reason (entry));
  g_autoptr (GString) fields = g_string_new (NULL);
  g_autofree char *safe = NULL;

  append_value (out, _ ("status"), status);
  append_value (out, _ ("state"), state);
  append_times (out, entry);
  append_value (out, _ ("size"), size);
  for (guint i = 0; vary[i]; i++)
    append_value (out, _ ("for"), vary[i]);
  head_append_fields (fields, "    ", tern_cache_entry_get_headers (entry), TRUE);
  safe = escape_text (fields->str);
  g_string_append (out, safe);
}

static void
append_text (GString *out, TernCacheEntry *entry)
{
  const GError *error = tern_cache_entry_get_error (entry);
  const char *partition = tern_cache_entry_get_partition (entry);
  g_autofree char *uri = escape_text (tern_cache_entry_get_uri (entry));

  g_string_append_printf (out, "%s\n", uri);
  if (partition)
    append_value (out, _ ("partition"), partition);
  if (error)
    append_value (out, _ ("damaged"), error->message);
  else
    append_response (out, entry);
}

static int
print_body (TernCacheEntry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = tern_cache_entry_open_body (entry, &error);
  g_autoptr (Output) output = output_new_stdout (isatty (STDOUT_FILENO));
  char buffer[16 * 1024];
  gssize n;

  if (!stream)
    return cache_options_fail (error);
  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error)) > 0)
    if (!output_write (output, buffer, (gsize)n, &error))
      {
        report_error ("%s", error->message);
        return TERN_EXIT_LOCAL_FILE;
      }
  if (n == 0 && output_commit (output, &error))
    return TERN_EXIT_OK;
  return n < 0 ? cache_options_fail (error) : TERN_EXIT_LOCAL_FILE;
}

static int
print_entry (const CacheOptions *options, TernCacheEntry *entry)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (options->body)
    return print_body (entry);
  if (options->json)
    {
      g_string_append_c (out, '{');
      entry_append_json (out, entry, TRUE);
      g_string_append (out, "}\n");
    }
  else
    append_text (out, entry);
  return entry_flush (out, TRUE) ? TERN_EXIT_OK : TERN_EXIT_LOCAL_FILE;
}

static int
show (const CacheOptions *options, TernCacheStore *store, const char *argument)
{
  g_autofree char *uri = target_complete (argument);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) found = tern_cache_entries_find (store, uri, options->partition, &error);
  const guint n = found ? g_list_model_get_n_items (found) : 0;
  const guint first = options->variant > 0 ? (guint)options->variant - 1 : 0;
  /* One body at a time: behind each other nobody could tell them apart. */
  const guint end = options->variant > 0 || options->body ? MIN (first + 1, n) : n;
  int exit_code = TERN_EXIT_OK;

  if (!found)
    return cache_options_fail (error);
  if (first >= n)
    {
      report_error (_ ("%s: not in the cache"), uri);
      return TERN_EXIT_NOT_IN_CACHE;
    }
  for (guint i = first; i < end; i++)
    {
      g_autoptr (TernCacheEntry) entry = g_list_model_get_item (found, i);
      const int code = print_entry (options, entry);

      exit_code = exit_code == TERN_EXIT_OK ? code : exit_code;
    }
  return exit_code;
}

int
cache_show_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernCacheStore) store = NULL;

  if (!arguments[0] || (options->body && arguments[1]))
    {
      report_error ("%s", options->body ? _ ("--body needs one URI")
                                        : _ ("No URI was given; see “tern cache show --help”"));
      return TERN_EXIT_USAGE;
    }
  store = cache_options_open (options, &exit_code);
  for (char **uri = arguments; store && *uri; uri++)
    {
      const int code = show (options, store, *uri);

      exit_code = exit_code == TERN_EXIT_OK ? code : exit_code;
    }
  return exit_code;
}
