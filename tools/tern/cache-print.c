/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry at a time, so that a list of a large cache needs no memory. Whatever came from a server
 * is escaped before it is printed: it may be on its way to a terminal. */
#include "cache-print.h"

#include "escape.h"
#include "json.h"
#include "report.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>
#include <tern/tern.h>

#define BLOCK (32 * 1024)

EntryState
entry_state (TernCacheEntry *entry)
{
  if (tern_cache_entry_get_error (entry))
    return ENTRY_DAMAGED;
  if (tern_cache_entry_is_orphaned (entry))
    return ENTRY_ORPHAN;
  if (tern_cache_entry_get_part (entry, NULL, NULL, NULL))
    return ENTRY_PART;
  return tern_cache_entry_is_fresh (entry) ? ENTRY_FRESH : ENTRY_STALE;
}

static const char *const names[N_ENTRY_STATES] = {
  [ENTRY_FRESH] = N_ ("fresh"),   [ENTRY_STALE] = N_ ("stale"),     [ENTRY_PART] = N_ ("part"),
  [ENTRY_ORPHAN] = N_ ("orphan"), [ENTRY_DAMAGED] = N_ ("damaged"),
};

const char *
entry_state_name (EntryState state)
{
  return names[state];
}

char *
entry_duration (gint64 seconds)
{
  static const struct
  {
    gint64 size;
    const char *format;
  } units[] = {
    { 2 * 86400, N_ ("%ld d") },
    { 2 * 3600, N_ ("%ld h") },
    { 2 * 60, N_ ("%ld min") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (seconds >= units[i].size)
      return g_strdup_printf (_ (units[i].format), (long)(seconds / (units[i].size / 2)));
  return g_strdup_printf (_ ("%ld s"), (long)seconds);
}

static void
append_cell (GString *out, const char *text, glong width)
{
  g_string_append_printf (out, "%s%*s  ", text, (int)MAX (width - g_utf8_strlen (text, -1), 0), "");
}

void
entry_append_titles (GString *out)
{
  append_cell (out, _ ("STATUS"), 6);
  append_cell (out, _ ("STATE"), 10);
  append_cell (out, _ ("AGE"), 8);
  append_cell (out, _ ("SIZE"), 9);
  g_string_append_printf (out, "%s\n", _ ("URI"));
}

/* What tells variants apart. */
static void
append_variant (GString *out, TernCacheEntry *entry)
{
  g_auto (GStrv) vary = tern_cache_entry_get_vary (entry);
  const char *partition = tern_cache_entry_get_partition (entry);

  if (partition)
    {
      g_autofree char *safe = escape_text (partition);

      g_string_append_printf (out, "  [%s]", safe);
    }
  for (guint i = 0; vary[i]; i++)
    {
      g_autofree char *safe = escape_text (vary[i]);

      g_string_append_printf (out, "  (%s)", safe);
    }
}

void
entry_append_line (GString *out, TernCacheEntry *entry)
{
  const EntryState state = entry_state (entry);
  const guint status = tern_cache_entry_get_status (entry);
  g_autofree char *number = g_strdup_printf ("%u", status);
  g_autofree char *age = entry_duration (tern_cache_entry_get_age (entry));
  g_autofree char *size = g_format_size (tern_cache_entry_get_size (entry));
  g_autofree char *uri = escape_text (tern_cache_entry_get_uri (entry));
  const gsize start = out->len;

  append_cell (out, status ? number : "-", 6);
  append_cell (out, _ (names[state]), 10);
  append_cell (out, status ? age : "-", 8);
  append_cell (out, status ? size : "-", 9);
  g_string_append (out, uri);
  append_variant (out, entry);
  /* escape_text() leaves the ends of lines; here each entry is one. */
  for (gsize i = start; i < out->len; i++)
    if (out->str[i] == '\n' || out->str[i] == '\r')
      out->str[i] = ' ';
  g_string_append_c (out, '\n');
}

static void
append_part (GString *out, TernCacheEntry *entry)
{
  guint64 first, end, total;

  if (!tern_cache_entry_get_part (entry, &first, &end, &total))
    {
      json_string (out, "part", NULL);
      return;
    }
  json_open (out, "part", '{');
  json_int (out, "first", (gint64)first);
  json_int (out, "end", (gint64)end);
  if (total)
    json_int (out, "total", (gint64)total);
  else
    json_string (out, "total", NULL);
  json_close (out, '}');
}

static void
append_headers (GString *out, TernHeaders *headers)
{
  const char *name, *value;

  json_open (out, "headers", '[');
  for (guint i = 0; headers && tern_headers_get_nth (headers, i, &name, &value); i++)
    {
      json_open (out, NULL, '{');
      json_string (out, "name", name);
      json_string (out, "value", value);
      json_close (out, '}');
    }
  json_close (out, ']');
}

void
entry_append_json (GString *out, TernCacheEntry *entry, gboolean with_headers)
{
  g_auto (GStrv) vary = tern_cache_entry_get_vary (entry);
  const GError *error = tern_cache_entry_get_error (entry);

  json_string (out, "uri", tern_cache_entry_get_uri (entry));
  json_string (out, "partition", tern_cache_entry_get_partition (entry));
  json_string (out, "key", tern_cache_entry_get_key (entry));
  json_string (out, "state", entry_state_name (entry_state (entry)));
  json_int (out, "status", tern_cache_entry_get_status (entry));
  json_string (out, "reason", tern_cache_entry_get_reason (entry));
  json_int (out, "stored_at", tern_cache_entry_get_stored_at (entry));
  json_int (out, "age", tern_cache_entry_get_age (entry));
  json_int (out, "lifetime", tern_cache_entry_get_lifetime (entry));
  json_int (out, "size", (gint64)tern_cache_entry_get_size (entry));
  append_part (out, entry);
  json_open (out, "vary", '[');
  for (guint i = 0; vary[i]; i++)
    json_string (out, NULL, vary[i]);
  json_close (out, ']');
  if (with_headers)
    append_headers (out, tern_cache_entry_get_headers (entry));
  json_string (out, "error", error ? error->message : NULL);
}

gboolean
entry_flush (GString *out, gboolean all)
{
  g_autoptr (GError) error = NULL;
  gboolean written;

  if (out->len == 0 || (!all && out->len < BLOCK))
    return TRUE;
  written = write_fully (STDOUT_FILENO, out->str, out->len, &error);
  g_string_truncate (out, 0);
  if (!written)
    report_error ("%s", error->message);
  return written;
}
