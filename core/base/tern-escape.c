/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile bytes in error messages. It must never let a control byte through to a terminal or a log.
 * */
#include "base/tern-escape.h"

#include <string.h>

#define MAX_SHOWN 120

static void
append_byte (GString *out, guint8 c)
{
  static const char digits[] = "0123456789ABCDEF";

  g_string_append (out, "\\x");
  g_string_append_c (out, digits[c >> 4]);
  g_string_append_c (out, digits[c & 15]);
}

/* Appends the character at @text and returns how many bytes it took. */
static gsize
append_char (GString *out, const char *text, gsize len)
{
  const guint8 c = *text;
  gunichar wide;
  gsize size;

  if (c == '\r' || c == '\n' || c == '\t')
    {
      g_string_append_c (out, '\\');
      g_string_append_c (out, c == '\r' ? 'r' : c == '\n' ? 'n' : 't');
      return 1;
    }
  if (c >= 0x20 && c < 0x7F)
    {
      g_string_append_c (out, c);
      return 1;
    }
  wide = c < 0x80 ? (gunichar) -1 : g_utf8_get_char_validated (text, len);
  if (wide >= (gunichar) -2 || !g_unichar_isprint (wide))
    {
      append_byte (out, c);
      return 1;
    }
  size = g_utf8_skip[c];
  g_string_append_len (out, text, size);
  return size;
}

char *
tern_escape (const char *text, gsize len)
{
  GString *out = g_string_sized_new (MIN (len, MAX_SHOWN) + 8);
  gsize at = 0;

  while (at < len && at < MAX_SHOWN)
    at += append_char (out, text + at, len - at);
  if (at < len)
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

void
tern_escape_append (GString *out, const char *text, gsize len)
{
  gsize at = 0;

  while (at < len)
    at += append_char (out, text + at, len - at);
}

char *
tern_escape_uri (const char *uri)
{
  const char *at = strrchr (uri, '@');
  const char *start = uri;
  g_autofree char *open = NULL;

  if (!at)
    return tern_escape (uri, strlen (uri));
  /* The scheme stays; from there to the last "@" anything may belong to a password. */
  while (g_ascii_isalnum (*start) || *start == '+' || *start == '-' || *start == '.')
    start++;
  if (*start != ':' || start > at)
    start = uri;
  else
    while (*start == ':' || *start == '/')
      start++;
  open = g_strdup_printf ("%.*s…%s", (int) (start - uri), uri, at);
  return tern_escape (open, strlen (open));
}
