/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON that grows: objects and arrays with values put into them one after the other. */
#pragma once

#include <glib.h>

typedef enum
{
  JSON_NULL,
  JSON_OBJECT,
  JSON_ARRAY,
  JSON_OTHER, /* a string, a number, true or false */
} JsonKind;

typedef struct _JsonNode JsonNode;

JsonNode *json_node_new (JsonKind kind);
/* A value as it is written, one that json_check() lets through. */
JsonNode *json_node_new_text (const char *text);
void json_node_free (JsonNode *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (JsonNode, json_node_free)

/* NULL is null. */
JsonKind json_node_get_kind (const JsonNode *self);
/* "a string", "an array": for messages, translated. */
const char *json_node_describe (const JsonNode *self);

/* Where the value is, which may be NULL; a new member is made and an array is filled with null
 * where it is not there. Valid until the next one is asked for. */
JsonNode **json_node_get_member (JsonNode *object, const char *name);
JsonNode **json_node_get_element (JsonNode *array, guint index);
guint json_node_get_length (JsonNode *array);

/* Takes @value in place of what is at @place. */
void json_node_set (JsonNode **place, JsonNode *value);

void json_node_append (GString *out, const JsonNode *self);
