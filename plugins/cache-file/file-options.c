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

/* "100M": a number, perhaps with K, M or G behind it. */
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
  if (*end != '\0' || *size > ((guint64)G_MAXINT64 >> shift))
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

/* The sizes by their names, with the least that makes a store which works. */
static guint64 *
find_size (FileOptions *options, const char *name, guint64 *least)
{
  *least = 1;
  if (g_str_equal (name, "max-entry-size"))
    return &options->max_entry_size;
  *least = MIN_MAX_ENTRIES;
  if (g_str_equal (name, "max-entries"))
    return &options->max_entries;
  *least = MIN_MAX_SIZE;
  return g_str_equal (name, "max-size") ? &options->max_size : NULL;
}

static gboolean
parse_other (FileOptions *options, const char *name, const char *value)
{
  if (g_str_equal (name, "mode"))
    return parse_mode (value, &options->mode);
  if (!g_str_equal (name, "names"))
    return FALSE;
  options->names_are_safe = g_str_equal (value, "safe");
  return options->names_are_safe || g_str_equal (value, "hash");
}

static gboolean
parse_item (FileOptions *options, const char *name, const char *value, GError **error)
{
  guint64 least;
  guint64 *size = find_size (options, name, &least);

  if (size != NULL ? parse_size (value, size) : parse_other (options, name, value))
    {
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, least);

      if (size == NULL || *size >= least)
        return TRUE;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s=%s” is too small, the least is %s"), name, value, text);
      return FALSE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _ ("“%s=%s” is not an option of the cache in files"), name, value);
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
    if (!parse_item (options, name, value, error))
      return FALSE;
  /* One entry may not push out all others. */
  if (options->max_entry_size == 0 || options->max_entry_size > options->max_size / 4)
    options->max_entry_size = options->max_size / 4;
  return TRUE;
}
