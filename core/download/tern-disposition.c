/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Content-Disposition by RFC 6266, its extended values by RFC 8187. Malformed fields are common,
 * so what can be read of one is; what cannot is left out. */
#include "download/tern-disposition.h"

#include <string.h>

#include "base/tern-field.h"

/* One parameter of the field: its value still as it came. */
typedef struct
{
  const char *name;
  gsize name_len;
  const char *value;
  gsize value_len;
} Parameter;

static const char *
skip_blanks (const char *at)
{
  while (*at == ' ' || *at == '\t')
    at++;
  return at;
}

/* The end of a value: of a quoted string behind its last quote, else before the next semicolon. */
static const char *
find_end (const char *at)
{
  if (*at != '"')
    return at + strcspn (at, ";");
  for (at++; *at && *at != '"'; at++)
    if (*at == '\\' && at[1])
      at++;
  return *at ? at + 1 : at;
}

/* The next parameter behind a semicolon; FALSE at the end. */
static gboolean
next_parameter (const char **at, Parameter *parameter)
{
  const char *start;

  while (**at && **at != ';')
    *at = **at == '"' ? find_end (*at) : *at + 1;
  if (!**at)
    return FALSE;
  start = skip_blanks (*at + 1);
  parameter->name = start;
  parameter->name_len = strcspn (start, "=;\" \t");
  start = skip_blanks (start + parameter->name_len);
  parameter->value = NULL;
  parameter->value_len = 0;
  if (*start == '=')
    {
      start = skip_blanks (start + 1);
      parameter->value = start;
      start = find_end (start);
      parameter->value_len = (gsize)(start - parameter->value);
      tern_field_trim (&parameter->value, &parameter->value_len);
    }
  *at = start;
  return TRUE;
}

static gboolean
is_named (const Parameter *parameter, const char *name)
{
  return parameter->value && parameter->name_len == strlen (name)
         && g_ascii_strncasecmp (parameter->name, name, parameter->name_len) == 0;
}

/* A quoted string is taken apart, also without its last quote; anything else is taken as it is:
 * blanks within an unquoted name are a mistake that many make. */
static char *
take_plain (const Parameter *parameter)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *at = parameter->value;
  const char *end = at + parameter->value_len;

  if (*at != '"')
    return g_strndup (at, parameter->value_len);
  for (at++; at < end && *at != '"'; at++)
    {
      /* A backslash that escapes nothing that needs it is one of a path of DOS. */
      if (*at == '\\' && at + 1 < end && (at[1] == '"' || at[1] == '\\'))
        at++;
      g_string_append_c (text, *at);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Percent-decoded bytes; a NUL, or a percent that stands for nothing, is NULL. */
static char *
decode_percent (const char *text, gsize len)
{
  g_autoptr (GString) out = g_string_sized_new (len);

  for (gsize i = 0; i < len; i++)
    {
      int high, low;

      if (text[i] != '%')
        {
          g_string_append_c (out, text[i]);
          continue;
        }
      high = i + 2 < len ? g_ascii_xdigit_value (text[i + 1]) : -1;
      low = i + 2 < len ? g_ascii_xdigit_value (text[i + 2]) : -1;
      if (high < 0 || low < 0 || high + low == 0)
        return NULL;
      g_string_append_c (out, (char)(high * 16 + low));
      i += 2;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* charset'language'percent-encoded (RFC 8187 §3.2.1). */
static char *
take_extended (const Parameter *parameter)
{
  const char *end = parameter->value + parameter->value_len;
  const char *first = memchr (parameter->value, '\'', parameter->value_len);
  const char *second = first ? memchr (first + 1, '\'', (gsize)(end - first - 1)) : NULL;
  const gsize charset_len = first ? (gsize)(first - parameter->value) : 0;
  g_autofree char *bytes = NULL;

  if (!second)
    return NULL;
  bytes = decode_percent (second + 1, (gsize)(end - second - 1));
  if (!bytes || *bytes == '\0')
    return NULL;
  if (charset_len == 5 && g_ascii_strncasecmp (parameter->value, "UTF-8", 5) == 0)
    return g_utf8_validate (bytes, -1, NULL) ? g_steal_pointer (&bytes) : NULL;
  if (charset_len == 10 && g_ascii_strncasecmp (parameter->value, "ISO-8859-1", 10) == 0)
    return tern_field_latin1_to_utf8 (bytes);
  return NULL;
}

static char *
to_utf8 (char *text)
{
  char *converted;

  if (!text || g_utf8_validate (text, -1, NULL))
    return text;
  converted = tern_field_latin1_to_utf8 (text);
  g_free (text);
  return converted;
}

char *
tern_disposition_parse (const char *value)
{
  g_autofree char *plain = NULL;
  g_autofree char *extended = NULL;
  const char *at = value;
  Parameter parameter;

  /* The extended one goes before the plain one, wherever it stands (RFC 6266 §4.3); of two alike
   * the first counts. */
  while (next_parameter (&at, &parameter))
    {
      if (!extended && is_named (&parameter, "filename*"))
        extended = take_extended (&parameter);
      else if (!plain && is_named (&parameter, "filename"))
        plain = take_plain (&parameter);
    }
  if (extended)
    return g_steal_pointer (&extended);
  return plain && *plain ? to_utf8 (g_steal_pointer (&plain)) : NULL;
}

char *
tern_disposition_name_of_uri (const char *uri)
{
  const char *mark = strstr (uri, "://");
  const char *start = mark ? mark + 3 : uri;
  const gsize len = strcspn (start, "?#");
  const char *slash = NULL;
  char *decoded;

  for (gsize i = 0; i < len; i++)
    if (start[i] == '/')
      slash = start + i;
  if (!slash || slash + 1 == start + len)
    return NULL;
  decoded = decode_percent (slash + 1, (gsize)(start + len - slash - 1));
  /* A segment that does not decode is still a name. */
  if (!decoded)
    decoded = g_strndup (slash + 1, (gsize)(start + len - slash - 1));
  return to_utf8 (decoded);
}

char *
tern_disposition_suggest (const char *value, const char *uri)
{
  g_autofree char *said = value ? tern_disposition_parse (value) : NULL;
  g_autofree char *clean = said ? tern_disposition_clean (said) : NULL;
  g_autofree char *segment = NULL;

  if (!clean)
    {
      segment = uri ? tern_disposition_name_of_uri (uri) : NULL;
      clean = segment ? tern_disposition_clean (segment) : NULL;
    }
  return clean ? g_steal_pointer (&clean) : g_strdup ("download");
}
