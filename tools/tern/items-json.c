/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each item puts one value at its place; what leads there is made on the way. An item never changes
 * the type of what others have put there: that is a mistake in typing, and is told as one. */
#include "items-json.h"

#include "items-path.h"
#include "json-check.h"
#include "json-tree.h"
#include "json.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
refuse (GError **error, const char *format, const Item *item)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, item->path, item->value);
  return FALSE;
}

static gboolean
check_item (const Item *item, GError **error)
{
  if (!g_utf8_validate (item->path, -1, NULL) || !g_utf8_validate (item->value, -1, NULL))
    return refuse (error, _ ("“%s”: JSON is UTF-8, and this is not"), item);
  if (item->kind == ITEM_JSON && !json_check (item->value, strlen (item->value)))
    return refuse (error, _ ("“%s”: this is no JSON: %s"), item);
  return TRUE;
}

static JsonNode *
make_value (const Item *item)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (item->kind == ITEM_JSON)
    return json_node_new_text (item->value);
  json_string (text, NULL, item->value);
  return json_node_new_text (text->str);
}

static gboolean
refuse_type (const char *path, const PathStep *step, const JsonNode *node, GError **error)
{
  g_autofree char *front = g_strndup (path, step->start);
  g_autofree char *own = g_strndup (path + step->start, step->end - step->start);

  if (step->start == 0)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 /* Translators: the name of an item, "an array", the same name */
                 _ ("“%s”: the body is %s, in which “%s” has no place"), path,
                 json_node_describe (node), own);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 /* Translators: a[b]: “a” is an array, in which “[b]” has no place */
                 _ ("“%s”: “%s” is %s, in which “%s” has no place"), path, front,
                 json_node_describe (node), own);
  return FALSE;
}

/* On to where the step leads from the value at @place. */
static JsonNode **
follow (JsonNode **place, const char *path, const PathStep *step, GError **error)
{
  const JsonKind wanted = step->kind == STEP_KEY ? JSON_OBJECT : JSON_ARRAY;

  if (json_node_get_kind (*place) == JSON_NULL)
    json_node_set (place, json_node_new (wanted));
  if (json_node_get_kind (*place) != wanted)
    {
      refuse_type (path, step, *place, error);
      return NULL;
    }
  if (step->kind == STEP_KEY)
    return json_node_get_member (*place, step->key);
  return json_node_get_element (*place, step->kind == STEP_INDEX ? step->index
                                                                 : json_node_get_length (*place));
}

static gboolean
put (JsonNode **root, const Item *item, GError **error)
{
  g_autoptr (GArray) steps = check_item (item, error) ? items_path_parse (item->path, error) : NULL;
  JsonNode **place = root;

  if (!steps)
    return FALSE;
  for (guint i = 0; i < steps->len && place; i++)
    place = follow (place, item->path, &g_array_index (steps, PathStep, i), error);
  if (place)
    json_node_set (place, make_value (item));
  return place != NULL;
}

gboolean
items_json (Plan *plan, GArray *fields, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonNode) root = NULL;

  for (guint i = 0; i < fields->len; i++)
    if (!put (&root, &g_array_index (fields, Item, i), error))
      return FALSE;
  json_node_append (out, root);
  plan->type = g_strdup ("application/json");
  plan->body = g_bytes_new (out->str, out->len);
  /* As HTTPie asks: whoever sends JSON likes to get it. */
  if (!plan_has_header (plan, "Accept") && !plan_lacks_header (plan, "Accept"))
    g_ptr_array_add (plan->headers, g_strdup ("Accept: application/json, */*;q=0.5"));
  return TRUE;
}
