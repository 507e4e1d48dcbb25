/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A terminal obeys control sequences: they move the cursor, rename the window, feed the keyboard.
 * None that came from a server may reach one. */
#include "escape.h"

#include <string.h>

static gboolean
is_harmless (gunichar c)
{
  if (c == '\n' || c == '\t')
    return TRUE;
  /* C0, DEL and C1; a terminal takes U+009B for ESC [. */
  if (c < 0x20 || (c >= 0x7f && c < 0xa0))
    return FALSE;
  /* Directions that outlive their line show text as something else than it is (Unicode UAX #9). */
  return !((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
}

static void
append_escaped (GString *out, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (out, "\\x%02x", (guint8) bytes[i]);
}

gsize
escape_block (GString *out, const char *data, gsize length, gboolean is_last)
{
  gsize at = 0;

  while (at < length)
    {
      const char *here = data + at;
      const gsize left = length - at;
      gunichar c;
      gsize size;

      if (*here == '\r')
        {
          if (left == 1 && !is_last)
            return at;
          /* The ends of lines stay; a lone CR would write over the line that it stands in. */
          if (left > 1 && here[1] == '\n')
            g_string_append (out, "\r");
          else
            append_escaped (out, here, 1);
          at++;
          continue;
        }
      c = *here ? g_utf8_get_char_validated (here, (gssize) left) : 0;
      if (c == (gunichar) -2 && !is_last)
        return at;
      size = c >= (gunichar) -2 ? 1 : (gsize) g_unichar_to_utf8 (c, NULL);
      if (c >= (gunichar) -2 || !is_harmless (c))
        append_escaped (out, here, size);
      else
        g_string_append_len (out, here, (gssize) size);
      at += size;
    }
  return at;
}

char *
escape_text (const char *text)
{
  GString *out = g_string_new (NULL);

  escape_block (out, text, strlen (text), TRUE);
  return g_string_free (out, FALSE);
}
