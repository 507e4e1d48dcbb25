/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lexer of field values. One linear pass, nothing allocated but what is handed out. */
#include "base/tern-field.h"

#include <string.h>

const guint8 tern_field_classes[256] = {
  ['\t'] = 2, [' '] = 2,           ['!'] = 3,         ['"'] = 2,  ['#'] = 3, ['$'] = 3,
  ['%'] = 3,  ['&'] = 3,           ['\''] = 3,        ['('] = 2,  [')'] = 2, ['*'] = 3,
  ['+'] = 3,  [','] = 2,           ['-'] = 3,         ['.'] = 3,  ['/'] = 2, ['0' ... '9'] = 3,
  [':'] = 2,  [';'] = 2,           ['<'] = 2,         ['='] = 2,  ['>'] = 2, ['?'] = 2,
  ['@'] = 2,  ['A' ... 'Z'] = 3,   ['['] = 2,         ['\\'] = 2, [']'] = 2, ['^'] = 3,
  ['_'] = 3,  ['`'] = 3,           ['a' ... 'z'] = 3, ['{'] = 2,  ['|'] = 3, ['}'] = 2,
  ['~'] = 3,  [0x80 ... 0xFF] = 2,
};

gboolean
tern_field_is_token (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!(tern_field_classes[(guint8) text[i]] & 1))
      return FALSE;
  return len > 0;
}

gboolean
tern_field_is_value (const char *text, gsize len)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);

  /* Eight bytes at a time, as long as none is below 0x20, 0x7F or above: the terms set the top bit
   * of such a byte, and at most that of one behind it, too. */
  for (; len >= 8; text += 8, len -= 8)
    {
      guint64 word;

      memcpy (&word, text, 8);
      if ((((word - ones * 0x20) & ~word) | ((word ^ ones * 0x7F) - ones) | word) & ones * 0x80)
        break;
    }
  for (gsize i = 0; i < len; i++)
    if (!(tern_field_classes[(guint8) text[i]] & 2))
      return FALSE;
  return TRUE;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

void
tern_field_trim (const char **text, gsize *len)
{
  while (*len > 0 && is_blank (**text))
    {
      (*text)++;
      (*len)--;
    }
  while (*len > 0 && is_blank ((*text)[*len - 1]))
    (*len)--;
}

void
tern_field_list_init (TernFieldList *list, const char *text, gsize len)
{
  list->at = text;
  list->end = len > 0 ? text + len : text; /* nothing may be NULL */
}

/* The end of the element that starts at @at: a comma outside quotes, or the end. */
static const char *
element_end (const char *at, const char *end)
{
  gboolean quoted = FALSE;

  for (; at < end; at++)
    {
      if (quoted && *at == '\\' && at + 1 < end)
        at++;
      else if (*at == '"')
        quoted = !quoted;
      else if (*at == ',' && !quoted)
        break;
    }
  return at;
}

gboolean
tern_field_list_next (TernFieldList *list, const char **item, gsize *len)
{
  while (list->at < list->end)
    {
      const char *stop = element_end (list->at, list->end);

      *item = list->at;
      *len = stop - list->at;
      list->at = stop < list->end ? stop + 1 : stop;
      tern_field_trim (item, len);
      if (*len > 0)
        return TRUE;
    }
  return FALSE;
}

void
tern_field_split_pair (const char *item, gsize len, const char **name, gsize *name_len,
                       const char **value, gsize *value_len)
{
  const char *equals = len > 0 ? memchr (item, '=', len) : NULL;

  *name = item;
  *name_len = equals ? (gsize) (equals - item) : len;
  *value = equals ? equals + 1 : NULL;
  *value_len = equals ? len - *name_len - 1 : 0;
  tern_field_trim (name, name_len);
  if (*value)
    tern_field_trim (value, value_len);
}

char *
tern_field_unquote (const char *text, gsize len)
{
  g_autoptr (GString) plain = NULL;

  if (len == 0 || text[0] != '"')
    return tern_field_is_token (text, len) ? g_strndup (text, len) : NULL;
  if (len < 2 || text[len - 1] != '"')
    return NULL;
  plain = g_string_sized_new (len);
  for (gsize i = 1; i < len - 1; i++)
    {
      if (text[i] == '"')
        return NULL;
      if (text[i] == '\\' && ++i == len - 1)
        return NULL; /* the closing quote was escaped */
      g_string_append_c (plain, text[i]);
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

char *
tern_field_latin1_to_utf8 (const char *text)
{
  GString *decoded = g_string_new (NULL);

  for (; *text; text++)
    g_string_append_unichar (decoded, (guchar)*text);
  return g_string_free (decoded, FALSE);
}

char *
tern_field_quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

const char *
tern_field_number (char buffer[TERN_FIELD_NUMBER_SIZE], gint64 number)
{
  guint64 left = number < 0 ? -(guint64)number : (guint64)number;
  char *at = buffer + TERN_FIELD_NUMBER_SIZE - 1;

  *at = '\0';
  do
    *--at = '0' + left % 10;
  while ((left /= 10) > 0);
  if (number < 0)
    *--at = '-';
  return at;
}

gboolean
tern_field_parse_uint (const char *text, gsize len, guint64 *number)
{
  guint64 sum = 0;

  for (gsize i = 0; i < len; i++)
    {
      if (text[i] < '0' || text[i] > '9' || !g_uint64_checked_mul (&sum, sum, 10)
          || !g_uint64_checked_add (&sum, sum, text[i] - '0'))
        return FALSE;
    }
  *number = sum;
  return len > 0;
}
