/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache stats: sums over what is there. It keeps one number for each host and no entry. */
#include "cache.h"

#include "cache-print.h"
#include "escape.h"
#include "exit-code.h"
#include "json.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>
#include <tern/tern.h>

const char cache_stats_more[]
    = "How many answers are stored, how many of them are fresh, how much room they take, by "
      "status and by host. The bytes in all are what the store counts, with its bookkeeping.";

/* For people; the rest of the hosts is in the JSON. */
#define HOSTS_SHOWN 20

typedef struct
{
  guint64 entries;
  guint64 bytes; /* of bodies */
} Sum;

typedef struct
{
  char *name;
  Sum sum;
} Row;

typedef struct
{
  Sum all;
  guint64 states[N_ENTRY_STATES];
  guint64 statuses[1000];
  GHashTable *hosts; /* char * to Sum */
  gboolean has_usage;
  guint64 n_keys;
  guint64 size;
} Stats;

static char *
host_of (const char *uri)
{
  const char *at = strstr (uri, "://");

  at = at ? at + 3 : uri;
  return g_strndup (at, strcspn (at, "/?"));
}

static gboolean
on_entry (TernCacheEntry *entry, gpointer data)
{
  Stats *self = data;
  const guint64 size = tern_cache_entry_get_size (entry);
  const guint status = tern_cache_entry_get_status (entry);
  g_autofree char *host = host_of (tern_cache_entry_get_uri (entry));
  Sum *sum = g_hash_table_lookup (self->hosts, host);

  if (!sum)
    {
      sum = g_new0 (Sum, 1);
      g_hash_table_insert (self->hosts, g_steal_pointer (&host), sum);
    }
  sum->entries++;
  sum->bytes += size;
  self->all.entries++;
  self->all.bytes += size;
  self->states[entry_state (entry)]++;
  if (status > 0 && status < G_N_ELEMENTS (self->statuses))
    self->statuses[status]++;
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Row *x = a, *y = b;

  if (x->sum.bytes != y->sum.bytes)
    return x->sum.bytes < y->sum.bytes ? 1 : -1;
  return strcmp (x->name, y->name);
}

/* The largest first; the names stay the table's. */
static GArray *
sort_hosts (const Stats *self)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  GHashTableIter iter;
  gpointer name, sum;

  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, &name, &sum))
    {
      const Row row = { name, *(const Sum *)sum };

      g_array_append_val (rows, row);
    }
  g_array_sort (rows, compare);
  return rows;
}

static void
append_hosts (GString *out, const Stats *self)
{
  g_autoptr (GArray) rows = sort_hosts (self);

  for (guint i = 0; i < MIN (rows->len, HOSTS_SHOWN); i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      g_autofree char *size = g_format_size (row->sum.bytes);
      g_autofree char *name = escape_text (row->name);

      g_strdelimit (name, "\r\n", ' ');
      g_string_append_printf (out, "  %8" PRIu64 "  %9s  %s\n", row->sum.entries, size, name);
    }
  if (rows->len > HOSTS_SHOWN)
    g_string_append_printf (out, _ ("  and %u more hosts\n"), rows->len - HOSTS_SHOWN);
}

static void
append_text (GString *out, const Stats *self, const char *uri)
{
  g_autofree char *bodies = g_format_size (self->all.bytes);
  g_autofree char *size = g_format_size (self->size);

  g_string_append_printf (out, _ ("Store: %s\n"), uri);
  g_string_append_printf (out, _ ("Answers: %" PRIu64 ", bodies of %s\n"), self->all.entries,
                          bodies);
  if (self->has_usage)
    g_string_append_printf (out, _ ("In all: %" PRIu64 " keys, %s\n"), self->n_keys, size);
  for (guint i = 0; i < N_ENTRY_STATES; i++)
    if (self->states[i] > 0)
      g_string_append_printf (out, "  %8" PRIu64 "  %s\n", self->states[i],
                              _ (entry_state_name (i)));
  if (self->all.entries == 0)
    return;
  g_string_append_printf (out, "%s\n", _ ("By status:"));
  for (guint i = 0; i < G_N_ELEMENTS (self->statuses); i++)
    if (self->statuses[i] > 0)
      g_string_append_printf (out, "  %8" PRIu64 "  %u\n", self->statuses[i], i);
  g_string_append_printf (out, "%s\n", _ ("By host:"));
  append_hosts (out, self);
}

static void
append_sums (GString *out, const Stats *self)
{
  g_autoptr (GArray) rows = sort_hosts (self);

  json_open (out, "statuses", '{');
  for (guint i = 0; i < G_N_ELEMENTS (self->statuses); i++)
    {
      g_autofree char *status = g_strdup_printf ("%u", i);

      if (self->statuses[i] > 0)
        json_int (out, status, (gint64)self->statuses[i]);
    }
  json_close (out, '}');
  json_open (out, "hosts", '{');
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      json_open (out, row->name, '{');
      json_int (out, "entries", (gint64)row->sum.entries);
      json_int (out, "body_bytes", (gint64)row->sum.bytes);
      json_close (out, '}');
    }
  json_close (out, '}');
}

static void
append_json (GString *out, const Stats *self, const char *uri)
{
  json_open (out, NULL, '{');
  json_string (out, "store", uri);
  json_int (out, "entries", (gint64)self->all.entries);
  json_int (out, "body_bytes", (gint64)self->all.bytes);
  if (self->has_usage)
    {
      json_int (out, "keys", (gint64)self->n_keys);
      json_int (out, "bytes", (gint64)self->size);
    }
  json_open (out, "states", '{');
  for (guint i = 0; i < N_ENTRY_STATES; i++)
    json_int (out, entry_state_name (i), (gint64)self->states[i]);
  json_close (out, '}');
  append_sums (out, self);
  json_close (out, '}');
  g_string_append_c (out, '\n');
}

int
cache_stats_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  int exit_code = TERN_EXIT_OK;
  g_autofree Stats *stats = g_new0 (Stats, 1);
  g_autoptr (GHashTable) hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (TernCacheStore) store = cache_options_open (options, &exit_code);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *uri = cache_options_uri (options);
  g_autoptr (GError) error = NULL;

  if (!store)
    return exit_code;
  stats->hosts = hosts;
  stats->has_usage = tern_cache_store_usage (store, &stats->n_keys, &stats->size, NULL);
  if (!tern_cache_entries_foreach (store, NULL, on_entry, stats, &error))
    return cache_options_fail (error);
  (options->json ? append_json : append_text) (out, stats, uri);
  return entry_flush (out, TRUE) ? TERN_EXIT_OK : TERN_EXIT_LOCAL_FILE;
}
