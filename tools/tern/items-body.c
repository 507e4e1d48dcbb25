/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies made of items: a form, or one of several parts. They are made in memory; a body that
 * is one file alone is streamed and does not come here. */
#include "items-body.h"

#include "body.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

static gboolean
refuse (GError **error, const char *format, const Item *item)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, item->name, item->value);
  return FALSE;
}

char *
items_body_type_of_file (const char *name)
{
  /* What people send most, for machines without a list of types. */
  static const char *const known[][2] = { { ".json", "application/json" },
                                          { ".xml", "application/xml" },
                                          { ".csv", "text/csv" },
                                          { ".html", "text/html" },
                                          { ".txt", "text/plain" },
                                          { ".png", "image/png" },
                                          { ".jpg", "image/jpeg" } };
  g_autofree char *type = NULL;
  gboolean is_guess = FALSE;

  if (strcmp (name, "-") == 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_suffix (name, known[i][0]))
      return g_strdup (known[i][1]);
  type = g_content_type_guess (name, NULL, 0, &is_guess);
  return is_guess || !type ? g_strdup ("application/octet-stream")
                           : g_content_type_get_mime_type (type);
}

/* A form has no types: numbers and the like belong to JSON. */
static gboolean
check_plain (const Item *item, GError **error)
{
  return item->kind != ITEM_JSON
         || refuse (error, _ ("“%s:=%s” is for JSON, and this is a form"), item);
}

/* The application/x-www-form-urlencoded of the URL standard: blanks are plus signs. */
static void
append_urlencoded (GString *out, const char *text)
{
  for (const char *at = text; *at; at++)
    if (g_ascii_isalnum (*at) || strchr ("*-._", *at))
      g_string_append_c (out, *at);
    else if (*at == ' ')
      g_string_append_c (out, '+');
    else
      g_string_append_printf (out, "%%%02X", (guchar) *at);
}

gboolean
items_body_form (Plan *plan, GArray *fields, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < fields->len; i++)
    {
      const Item *item = &g_array_index (fields, Item, i);

      if (!check_plain (item, error))
        return FALSE;
      if (i > 0)
        g_string_append_c (out, '&');
      append_urlencoded (out, item->name);
      g_string_append_c (out, '=');
      append_urlencoded (out, item->value);
    }
  plan->type = g_strdup ("application/x-www-form-urlencoded");
  plan->body = g_bytes_new (out->str, out->len);
  return TRUE;
}

/* RFC 7578 §2 and the HTML standard: quotes and line ends within a name are percent-encoded. */
static void
append_parameter (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "; %s=\"", name);
  for (const char *at = value; *at; at++)
    if (strchr ("\"\r\n", *at))
      g_string_append_printf (out, "%%%02X", (guchar) *at);
    else
      g_string_append_c (out, *at);
  g_string_append_c (out, '"');
}

static gboolean
load_file (const Item *item, char **content, gsize *length, GError **error)
{
  g_autoptr (GByteArray) input = NULL;

  if (strcmp (item->value, "-") != 0)
    return g_file_get_contents (item->value, content, length, error);
  input = g_byte_array_new ();
  if (!body_read_stdin (input, error))
    return FALSE;
  *content = (char *) g_byte_array_steal (input, length);
  if (!*content)
    *content = g_strdup ("");
  return TRUE;
}

static gboolean
append_part (GString *out, const char *boundary, const Item *item, GPtrArray *parts, GError **error)
{
  g_autofree char *content = NULL;
  gsize length = strlen (item->value);

  if (!check_plain (item, error))
    return FALSE;
  if (item->kind == ITEM_FILE && !load_file (item, &content, &length, error))
    return FALSE;
  g_string_append_printf (out, "--%s\r\nContent-Disposition: form-data", boundary);
  append_parameter (out, "name", item->name);
  if (item->kind == ITEM_FILE)
    {
      g_autofree char *base = g_path_get_basename (item->value);
      g_autofree char *guess = item->type ? NULL : items_body_type_of_file (item->value);
      const char *type = item->type ? item->type : guess;

      append_parameter (out, "filename", base);
      if (type)
        g_string_append_printf (out, "\r\nContent-Type: %s", type);
    }
  g_string_append (out, "\r\n\r\n");
  g_string_append_len (out, content ? content : item->value, (gssize) length);
  g_string_append (out, "\r\n");
  g_ptr_array_add (parts, g_strconcat (item->name, content ? "=@" : "=", item->value,
                                       item->type ? ";type=" : NULL, item->type, NULL));
  return TRUE;
}

gboolean
items_body_multipart (Plan *plan, GArray *fields, GError **error)
{
  /* 122 random bits: nothing that is sent has it in it by chance. */
  g_autofree char *boundary = g_uuid_string_random ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < fields->len; i++)
    if (!append_part (out, boundary, &g_array_index (fields, Item, i), parts, error))
      return FALSE;
  g_string_append_printf (out, "--%s--\r\n", boundary);
  plan->type = g_strconcat ("multipart/form-data; boundary=", boundary, NULL);
  plan->body = g_bytes_new (out->str, out->len);
  plan->parts = g_steal_pointer (&parts);
  return TRUE;
}
