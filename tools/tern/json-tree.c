/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tree of JSON. A value that was given as text stays that text, so that no number loses a digit;
 * it is taken apart, one level of it, only when something is to be put into it. Whoever uses it
 * limits the depth: it is written by recursion. */
#include "json-tree.h"

#include "json.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  char *name; /* NULL in an array */
  JsonNode *value;
} Member;

struct _JsonNode
{
  JsonKind kind;
  char *text;        /* what it is written as; NULL where it has been taken apart */
  GPtrArray *inside; /* of Member */
};

static void
member_free (gpointer data)
{
  Member *self = data;

  json_node_free (self->value);
  g_free (self->name);
  g_free (self);
}

JsonNode *
json_node_new (JsonKind kind)
{
  JsonNode *self = g_new0 (JsonNode, 1);

  self->kind = kind;
  self->inside = g_ptr_array_new_with_free_func (member_free);
  return self;
}

JsonNode *
json_node_new_text (const char *text)
{
  JsonNode *self = g_new0 (JsonNode, 1);

  self->text = g_strstrip (g_strdup (text));
  self->kind = *self->text == '{'   ? JSON_OBJECT
               : *self->text == '[' ? JSON_ARRAY
               : *self->text == 'n' ? JSON_NULL
                                    : JSON_OTHER;
  return self;
}

void
json_node_free (JsonNode *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->inside, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}

JsonKind
json_node_get_kind (const JsonNode *self)
{
  return self ? self->kind : JSON_NULL;
}

const char *
json_node_describe (const JsonNode *self)
{
  switch (json_node_get_kind (self))
    {
    case JSON_OBJECT:
      return _ ("an object");
    case JSON_ARRAY:
      return _ ("an array");
    case JSON_NULL:
      return "null";
    case JSON_OTHER:
    default:
      if (*self->text == '"')
        return _ ("a string");
      return strchr ("tf", *self->text) ? self->text : _ ("a number");
    }
}

static Member *
add_member (JsonNode *self, char *name)
{
  Member *member = g_new0 (Member, 1);

  member->name = name;
  g_ptr_array_add (self->inside, member);
  return member;
}

/* --- taking text apart: it is JSON, that much is known ---------------------------------------- */

static const char *
skip_blanks (const char *at)
{
  return at + strspn (at, " \t\r\n");
}

/* The end of the string whose quote is at @at. */
static const char *
skip_string (const char *at)
{
  for (at++; *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at + 1;
}

static const char *
skip_value (const char *at)
{
  guint depth = 0;

  do
    {
      if (*at == '"')
        {
          at = skip_string (at);
          continue;
        }
      if (strchr ("[{", *at))
        depth++;
      else if (strchr ("]}", *at))
        depth--;
      at++;
    }
  while (*at && (depth > 0 || !strchr (",]} \t\r\n", *at)));
  return at;
}

static gunichar
read_hex (const char *at)
{
  gunichar c = 0;

  for (guint i = 0; i < 4; i++)
    c = c * 16 + (gunichar)g_ascii_xdigit_value (at[i]);
  return c;
}

/* RFC 8259 §7: what follows a backslash; the answer is behind it. Half a pair is no character. */
static const char *
append_escape (GString *out, const char *at)
{
  static const char plain[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  gunichar c;

  if (*at != 'u')
    {
      g_string_append_c (out, meant[strchr (plain, *at) - plain]);
      return at + 1;
    }
  c = read_hex (at + 1);
  at += 5;
  if (c >= 0xd800 && c < 0xdc00 && at[0] == '\\' && at[1] == 'u' && read_hex (at + 2) >> 10 == 0x37)
    {
      c = 0x10000 + ((c - 0xd800) << 10) + (read_hex (at + 2) - 0xdc00);
      at += 6;
    }
  g_string_append_unichar (out, g_unichar_validate (c) ? c : 0xfffd);
  return at;
}

static char *
read_string (const char *at, const char *end)
{
  GString *out = g_string_new (NULL);

  for (at++; at < end - 1;)
    if (*at == '\\')
      at = append_escape (out, at + 1);
    else
      g_string_append_c (out, *at++);
  return g_string_free (out, FALSE);
}

static void
take_apart (JsonNode *self)
{
  g_autofree char *text = g_steal_pointer (&self->text);
  const char *at = text;

  if (self->inside)
    return;
  self->inside = g_ptr_array_new_with_free_func (member_free);
  at = skip_blanks (at + 1);
  while (*at != '}' && *at != ']')
    {
      const char *end;
      g_autofree char *value = NULL;
      char *name = NULL;

      if (self->kind == JSON_OBJECT)
        {
          end = skip_string (at);
          name = read_string (at, end);
          at = skip_blanks (skip_blanks (end) + 1); /* behind the colon */
        }
      end = skip_value (at);
      value = g_strndup (at, (gsize)(end - at));
      add_member (self, name)->value = json_node_new_text (value);
      at = skip_blanks (end);
      if (*at == ',')
        at = skip_blanks (at + 1);
    }
}

/* ---------------------------------------------------------------------------------------------- */

JsonNode **
json_node_get_member (JsonNode *object, const char *name)
{
  take_apart (object);
  /* Of several of one name the last is the one that counts with most readers. */
  for (guint i = object->inside->len; i > 0; i--)
    {
      Member *member = g_ptr_array_index (object->inside, i - 1);

      if (strcmp (member->name, name) == 0)
        return &member->value;
    }
  return &add_member (object, g_strdup (name))->value;
}

guint
json_node_get_length (JsonNode *array)
{
  take_apart (array);
  return array->inside->len;
}

JsonNode **
json_node_get_element (JsonNode *array, guint index)
{
  take_apart (array);
  while (array->inside->len <= index)
    add_member (array, NULL);
  return &((Member *)g_ptr_array_index (array->inside, index))->value;
}

void
json_node_set (JsonNode **place, JsonNode *value)
{
  json_node_free (*place);
  *place = value;
}

void
json_node_append (GString *out, const JsonNode *self)
{
  const gboolean is_object = self && self->kind == JSON_OBJECT;

  if (!self || self->text)
    {
      g_string_append (out, self ? self->text : "null");
      return;
    }
  g_string_append_c (out, is_object ? '{' : '[');
  for (guint i = 0; i < self->inside->len; i++)
    {
      const Member *member = g_ptr_array_index (self->inside, i);

      json_name (out, member->name);
      json_node_append (out, member->value);
    }
  g_string_append_c (out, is_object ? '}' : ']');
}
