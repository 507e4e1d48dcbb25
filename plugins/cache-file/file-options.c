/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses options. An option that is not known, or not understood, is an error: a limit that
 * silently did not hold would be found out too late. */
#include "file-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_MAX_SIZE (128 * 1024 * 1024)
#define MIN_MAX_SIZE (64 * 1024)
#define MIN_MAX_ENTRIES 16
#define DEFAULT_MODE 0600

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

/* Octal permissions; the owner reads and writes, or the store could not. */
static gboolean
parse_mode (const char *text, guint *mode)
{
  gsize len = strlen (text);

  if (len == 0 || len > 4 || strspn (text, "01234567") != len)
    return FALSE;
  *mode = (guint)g_ascii_strtoull (text, NULL, 8);
  return (*mode & ~0666u) == 0 && (*mode & 0600) == 0600;
}

static gboolean
parse_item (FileOptions *options, const char *name, const char *value)
{
  if (g_str_equal (name, "max-size"))
    return parse_size (value, &options->max_size) && options->max_size >= MIN_MAX_SIZE;
  if (g_str_equal (name, "max-entry-size"))
    return parse_size (value, &options->max_entry_size);
  if (g_str_equal (name, "max-entries"))
    return parse_size (value, &options->max_entries) && options->max_entries >= MIN_MAX_ENTRIES;
  if (g_str_equal (name, "mode"))
    return parse_mode (value, &options->mode);
  if (g_str_equal (name, "names"))
    {
      options->names_are_safe = g_str_equal (value, "safe");
      return options->names_are_safe || g_str_equal (value, "hash");
    }
  return FALSE;
}

gboolean
file_options_parse (FileOptions *options, GHashTable *items, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  options->max_size = DEFAULT_MAX_SIZE;
  options->max_entry_size = 0;
  options->max_entries = 0;
  options->mode = DEFAULT_MODE;
  options->names_are_safe = FALSE;
  g_hash_table_iter_init (&iter, items);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!parse_item (options, name, value))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     _ ("“%s=%s” is not an option of the cache in files"), (char *)name,
                     (char *)value);
        return FALSE;
      }
  /* One entry may not push out all others. */
  if (options->max_entry_size == 0 || options->max_entry_size > options->max_size / 4)
    options->max_entry_size = options->max_size / 4;
  return TRUE;
}
