/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JSON writer of one GString: it knows only what has to stand between two values. */
#include "json.h"

#include <string.h>

void
json_append_escaped (GString *out, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      const guchar c = (guchar) text[i];

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      /* RFC 8259 §7 asks for the C0 ones; DEL is escaped because a terminal might act on it. */
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\u%04x", c);
      /* So does C1, which is C2 80 to C2 9F in UTF-8. */
      else if (c == 0xc2 && i + 1 < length && (guchar) text[i + 1] < 0xa0)
        g_string_append_printf (out, "\\u%04x", (guchar) text[++i]);
      else
        g_string_append_c (out, (char) c);
    }
}

static void
append_quoted (GString *out, const char *text)
{
  /* Names of files and what was typed may be of any encoding, JSON is of one (RFC 8259 §8.1). */
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);
  const char *shown = valid ? valid : text;

  g_string_append_c (out, '"');
  json_append_escaped (out, shown, strlen (shown));
  g_string_append_c (out, '"');
}

void
json_name (GString *out, const char *name)
{
  const char last = out->len > 0 ? out->str[out->len - 1] : '\0';

  if (last != '\0' && last != '{' && last != '[')
    g_string_append_c (out, ',');
  if (name)
    {
      append_quoted (out, name);
      g_string_append_c (out, ':');
    }
}

void
json_open (GString *out, const char *name, char bracket)
{
  json_name (out, name);
  g_string_append_c (out, bracket);
}

void
json_close (GString *out, char bracket)
{
  g_string_append_c (out, bracket);
}

void
json_string (GString *out, const char *name, const char *value)
{
  json_name (out, name);
  if (value)
    append_quoted (out, value);
  else
    g_string_append (out, "null");
}

void
json_int (GString *out, const char *name, gint64 value)
{
  json_name (out, name);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

void
json_bool (GString *out, const char *name, gboolean value)
{
  json_name (out, name);
  g_string_append (out, value ? "true" : "false");
}
