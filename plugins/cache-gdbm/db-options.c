/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses options. An option that is not known, or not understood, is an error: a limit that
 * silently did not hold would be found out too late. */
#include "db-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_MAX_SIZE (128 * 1024 * 1024)
#define DEFAULT_MAX_ENTRY_SIZE (8 * 1024 * 1024)
#define DEFAULT_WAIT G_USEC_PER_SEC
#define MAX_WAIT 60
/* libgdbm counts the bytes of a record in an int, and rounds up. */
#define LARGEST_ENTRY (1024 * 1024 * 1024)

/* "100M": a number of at least 1, perhaps with K, M or G behind it. */
static gboolean
parse_size (const char *text, guint64 *size)
{
  char *end = NULL;
  guint shift = 0;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  *size = g_ascii_strtoull (text, &end, 10);
  if (*end == 'K' || *end == 'M' || *end == 'G')
    shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 30;
  if (shift > 0)
    end++;
  if (*end != '\0' || *size == 0 || *size > ((guint64)G_MAXINT64 >> shift))
    return FALSE;
  *size <<= shift;
  return TRUE;
}

/* Seconds, with a fraction where wanted: "2", "0.25". */
static gboolean
parse_wait (const char *text, gint64 *wait)
{
  char *end = NULL;
  double seconds;

  if (!g_ascii_isdigit (text[0]) || strspn (text, "0123456789.") != strlen (text))
    return FALSE;
  seconds = g_ascii_strtod (text, &end);
  if (*end != '\0' || seconds > MAX_WAIT)
    return FALSE;
  *wait = (gint64)(seconds * G_USEC_PER_SEC);
  return TRUE;
}

static gboolean
parse_item (DbOptions *options, const char *name, const char *value)
{
  if (g_str_equal (name, "max-size"))
    return parse_size (value, &options->max_size) && options->max_size >= DB_OPTIONS_MIN_SIZE;
  if (g_str_equal (name, "max-entry-size"))
    return parse_size (value, &options->max_entry_size);
  if (g_str_equal (name, "wait"))
    return parse_wait (value, &options->wait);
  return FALSE;
}

gboolean
db_options_parse (DbOptions *options, GHashTable *items, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  options->max_size = DEFAULT_MAX_SIZE;
  options->max_entry_size = DEFAULT_MAX_ENTRY_SIZE;
  options->wait = DEFAULT_WAIT;
  g_hash_table_iter_init (&iter, items);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!parse_item (options, name, value))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     _ ("“%s=%s” is not an option of the cache in a GDBM database"), (char *)name,
                     (char *)value);
        return FALSE;
      }
  /* One value may not push out all others. */
  options->max_entry_size = MIN (options->max_entry_size, options->max_size / 4);
  options->max_entry_size = MIN (options->max_entry_size, LARGEST_ENTRY);
  return TRUE;
}
