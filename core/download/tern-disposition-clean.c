/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be the name of a file. It is strict on every system alike, because a folder may be
 * shared with another one tomorrow. */
#include "download/tern-disposition.h"

#include <string.h>

/* One digit, and nothing behind it. Windows takes the three of Latin-1 that stand higher, too. */
static gboolean
is_number_of_device (const char *text)
{
  static const char *const raised[] = { "¹", "²", "³" };

  for (gsize i = 0; i < G_N_ELEMENTS (raised); i++)
    if (strcmp (text, raised[i]) == 0)
      return TRUE;
  return g_ascii_isdigit (text[0]) && text[1] == '\0';
}

/* Names of devices elsewhere, with any extension. */
static gboolean
is_reserved (const char *name)
{
  static const char *const devices[]
      = { "con", "prn", "aux", "nul", "conin$", "conout$", "clock$" };
  const gsize len = strcspn (name, ".");
  g_autofree char *stem = g_strstrip (g_ascii_strdown (name, (gssize)len));

  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    if (strcmp (stem, devices[i]) == 0)
      return TRUE;
  return (g_str_has_prefix (stem, "com") || g_str_has_prefix (stem, "lpt"))
         && is_number_of_device (stem + 3);
}

/* What has a meaning somewhere, is not seen, or turns what is seen around. */
static gboolean
is_forbidden (gunichar c)
{
  if (c < 0x80)
    return c < 0x20 || c == 0x7F || strchr ("/\\:*?\"<>|", (int)c) != NULL;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
      return TRUE;
    default:
      return FALSE;
    }
}

/* The last component, whichever system's slashes there are: a path is not for a server to say. */
static const char *
skip_folders (const char *name)
{
  for (const char *at = name; *at; at++)
    if (*at == '/' || *at == '\\')
      name = at + 1;
  return name;
}

static char *
replace_forbidden (const char *name)
{
  GString *out = g_string_new (NULL);

  for (; *name; name = g_utf8_next_char (name))
    {
      const gunichar c = g_utf8_get_char (name);

      if (is_forbidden (c))
        g_string_append_c (out, '_');
      else
        g_string_append_unichar (out, g_unichar_isspace (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

/* Cut to @most bytes between two characters. */
static void
cut_text (char *text, gsize most)
{
  if (strlen (text) <= most)
    return;
  while (most > 0 && ((guchar)text[most] & 0xC0) == 0x80)
    most--;
  text[most] = '\0';
}

/* Cut before its extension, where that is one: it says what the file is. */
static char *
shorten (char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *extension = NULL;
  g_autofree char *stem = NULL;

  if (strlen (name) <= TERN_DISPOSITION_NAME_MOST)
    return g_strdup (name);
  extension = g_strdup (dot && dot > name && strlen (dot) <= 20 ? dot : "");
  stem = g_strndup (name, strlen (name) - strlen (extension));
  cut_text (stem, TERN_DISPOSITION_NAME_MOST - strlen (extension));
  return g_strconcat (stem, extension, NULL);
}

static gboolean
has_substance (const char *name)
{
  return name[strspn (name, "._ ")] != '\0';
}

/* What a download that goes on believes in is not for a server to write. */
static gboolean
is_ours (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_str_has_suffix (lower, TERN_DISPOSITION_PARTIAL)
         || g_str_has_suffix (lower, TERN_DISPOSITION_PARTIAL TERN_DISPOSITION_STATE);
}

/* Blanks and dots at the end vanish on other systems, and the name would be another. */
static void
trim_end (char *name)
{
  for (gsize len = strlen (name); len > 0 && strchr (". ", name[len - 1]); len--)
    name[len - 1] = '\0';
}

char *
tern_disposition_clean (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *replaced = replace_forbidden (skip_folders (valid));
  g_autofree char *full = NULL;
  g_autofree char *clean = NULL;
  char *start = replaced + strspn (replaced, " ");

  trim_end (start);
  /* A hidden file, or one that a program reads as its settings, is not for a server to place; a
   * dash at the start is read as an option. */
  if (*start && strchr (".-~", *start))
    *start = '_';
  full = g_strconcat (is_reserved (start) ? "_" : "", start, NULL);
  clean = shorten (full);
  trim_end (clean);
  if (!has_substance (clean))
    return NULL;
  if (is_ours (clean))
    clean[strlen (clean) - 1] = '_';
  return g_steal_pointer (&clean);
}
