/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The items of `tern send`: each is split at its first separator, and a backslash takes the meaning
 * from what follows it. They are typed by the caller, so what is wrong is an error of usage. */
#include "items.h"

#include "body.h"
#include "items-body.h"
#include "items-json.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

/* The longer ones first: they begin like others. */
static const struct
{
  const char *text;
  ItemKind kind;
} separators[] = {
  { ":=@", ITEM_JSON_FILE },  { ":=", ITEM_JSON },         { ":@", ITEM_HEADER_FILE },
  { "==@", ITEM_QUERY_FILE }, { "==", ITEM_QUERY },        { "=@", ITEM_FIELD_FILE },
  { "=", ITEM_FIELD },        { ":", ITEM_HEADER },        { ";", ITEM_EMPTY_HEADER },
  { "@", ITEM_FILE },
};

static gboolean
refuse (GError **error, const char *format, const char *item)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, item);
  return FALSE;
}

/* "FILE;type=MEDIA-TYPE", as HTTPie and curl have it. */
static gboolean
take_type (Item *item, GError **error)
{
  char *mark = g_strrstr (item->value, ";type=");

  if (!mark)
    return TRUE;
  *mark = '\0';
  item->type = g_strdup (mark + strlen (";type="));
  for (const char *at = item->type; *at; at++)
    if (g_ascii_iscntrl (*at))
      return refuse (error, _ ("“%s”: a media type has no control characters"), item->name);
  return *item->type || refuse (error, _ ("“%s”: a media type has to follow “;type=”"), item->name);
}

static gboolean
split (const char *text, Item *item, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GString) path = g_string_new (NULL);

  for (const char *at = text; *at; at++)
    {
      if (*at == '\\' && at[1] && strchr (":=@;\\", at[1]))
        {
          if (at[1] == '\\')
            g_string_append_c (path, '\\');
          g_string_append_c (path, *++at);
          g_string_append_c (name, *at);
          continue;
        }
      for (guint i = 0; i < G_N_ELEMENTS (separators); i++)
        if (g_str_has_prefix (at, separators[i].text))
          {
            *item = (Item){ .kind = separators[i].kind };
            item->name = g_strdup (name->str);
            item->path = g_strdup (path->str);
            item->value = g_strdup (at + strlen (separators[i].text));
            return item->kind != ITEM_FILE || take_type (item, error);
          }
      g_string_append_c (name, *at);
      g_string_append_c (path, *at);
    }
  return refuse (
      error, _ ("“%s” is no item: Name:value, name=value, name:=JSON, name==value or @FILE"), text);
}

static void
append_query (Plan *plan, const Item *item)
{
  g_autofree char *name = g_uri_escape_string (item->name, NULL, FALSE);
  g_autofree char *value = g_uri_escape_string (item->value, NULL, FALSE);
  const gsize end = strcspn (plan->url, "#");
  g_autofree char *fragment = g_strdup (plan->url + end);
  g_autofree char *front = g_strndup (plan->url, end);
  const char *mark = !strchr (front, '?') ? "?" : g_str_has_suffix (front, "?") ? "" : "&";

  g_free (plan->url);
  plan->url = g_strconcat (front, mark, name, "=", value, fragment, NULL);
}

static gboolean
read_value (Item *item, GError **error)
{
  char *content = NULL;
  gsize length;

  if (strcmp (item->value, "-") == 0)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();

      if (!body_read_stdin (input, error))
        return FALSE;
      g_byte_array_append (input, (const guint8 *) "", 1);
      content = (char *) g_byte_array_steal (input, &length);
      length--;
    }
  else if (!g_file_get_contents (item->value, &content, &length, error))
    return FALSE;
  g_free (item->value);
  item->value = content;
  if (strlen (content) == length)
    return TRUE;
  return refuse (error, _ ("“%s”: the file holds a NUL, which no field can"), item->name);
}

/* The line break that editors put at the end belongs to the file and not to what is in it, as
 * HTTPie has it. */
static gboolean
read_line (Item *item, GError **error)
{
  gsize length;

  if (!read_value (item, error))
    return FALSE;
  for (length = strlen (item->value); length > 0 && item->value[length - 1] == '\n'; length--)
    item->value[length - 1] = '\0';
  return TRUE;
}

/* Checked here, because the file may hold a secret and errors further on quote the field. */
static gboolean
add_header_of_file (Plan *plan, Item *item, GError **error)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (GBytes) bytes = NULL;

  if (!read_line (item, error))
    return FALSE;
  bytes = g_bytes_new (item->value, strlen (item->value));
  if (!tern_headers_append_bytes (headers, item->name, bytes))
    return refuse (error,
                   _ ("“%s:@FILE”: this is no name of a field, or the file holds more than a line "
                      "of text"),
                   item->name);
  g_ptr_array_add (plan->headers, g_strconcat (item->name, ": ", item->value, NULL));
  return TRUE;
}

/* TRUE where @item is dealt with; what belongs to the body goes on to @fields. */
static gboolean
take_item (Plan *plan, Item *item, GArray *fields, GError **error)
{
  switch (item->kind)
    {
    case ITEM_QUERY_FILE:
      if (!read_line (item, error))
        return FALSE;
      append_query (plan, item);
      return TRUE;
    case ITEM_QUERY:
      append_query (plan, item);
      return TRUE;
    case ITEM_HEADER_FILE:
      return add_header_of_file (plan, item, error);
    case ITEM_HEADER:
      if (*item->value)
        g_ptr_array_add (plan->headers, g_strconcat (item->name, ": ", item->value, NULL));
      else
        plan_remove_header (plan, item->name);
      return TRUE;
    case ITEM_EMPTY_HEADER:
      if (*item->value)
        return refuse (error, _ ("“%s;” sends an empty field: nothing may follow it"), item->name);
      g_ptr_array_add (plan->headers, g_strconcat (item->name, ":", NULL));
      return TRUE;
    case ITEM_FIELD_FILE:
    case ITEM_JSON_FILE:
      if (!read_value (item, error))
        return FALSE;
      item->kind = item->kind == ITEM_JSON_FILE ? ITEM_JSON : ITEM_FIELD;
      break;
    case ITEM_FILE:
    case ITEM_FIELD:
    case ITEM_JSON:
    default:
      break;
    }
  g_array_append_val (fields, *item);
  *item = (Item){ 0 };
  return TRUE;
}

static void
clear_item (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_free (item->path);
  g_free (item->value);
  g_free (item->type);
}

static gboolean
apply_fields (Plan *plan, GArray *fields, ItemsForm form, GError **error)
{
  guint n_files = 0;
  const Item *whole = NULL;

  for (guint i = 0; i < fields->len; i++)
    {
      const Item *item = &g_array_index (fields, Item, i);

      if (item->kind == ITEM_FILE && !*item->name)
        whole = item;
      else if (item->kind == ITEM_FILE)
        n_files++;
    }
  if (whole && fields->len > 1)
    return refuse (error, _ ("“@%s” is the whole body: other fields have no place in it"),
                   whole->value);
  if (whole)
    {
      plan->file = g_strdup (whole->value);
      plan->type = whole->type ? g_strdup (whole->type) : items_body_type_of_file (whole->value);
      return TRUE;
    }
  if (fields->len == 0)
    return TRUE;
  if (n_files > 0 || form == ITEMS_MULTIPART)
    return items_body_multipart (plan, fields, error);
  return form == ITEMS_FORM ? items_body_form (plan, fields, error)
                            : items_json (plan, fields, error);
}

static gboolean
is_stdin (const Item *item)
{
  switch (item->kind)
    {
    case ITEM_FILE:
    case ITEM_FIELD_FILE:
    case ITEM_JSON_FILE:
    case ITEM_HEADER_FILE:
    case ITEM_QUERY_FILE:
      return strcmp (item->value, "-") == 0;
    case ITEM_HEADER:
    case ITEM_EMPTY_HEADER:
    case ITEM_QUERY:
    case ITEM_FIELD:
    case ITEM_JSON:
    default:
      return FALSE;
    }
}

gboolean
items_apply (Plan *plan, char **items, ItemsForm form, GError **error)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (Item));

  guint n_stdin = 0;

  g_array_set_clear_func (fields, clear_item);
  for (char **text = items; *text; text++)
    {
      Item item = { 0 };
      gboolean is_good;

      /* Standard input, as with @-. */
      is_good = split (strcmp (*text, "-") == 0 ? "@-" : *text, &item, error);
      n_stdin += is_good && is_stdin (&item);
      if (n_stdin > 1)
        is_good = refuse (error, _ ("“%s”: standard input can be sent once only"), *text);
      is_good = is_good && take_item (plan, &item, fields, error);
      clear_item (&item);
      if (!is_good)
        return FALSE;
    }
  return apply_fields (plan, fields, form, error);
}
