/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layered view of a request's fields. It decides nothing; it only keeps who wrote what. */
#include "message/tern-call.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"

static gboolean
check_method (const char *method, GError **error)
{
  g_autofree char *shown = NULL;

  if (method && tern_field_is_token (method, strlen (method)))
    return TRUE;
  shown = g_strescape (method ? method : "", NULL);
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_METHOD, _ ("“%s” is not a method"), shown);
  return FALSE;
}

gboolean
tern_call_init (TernCall *self, TernRequest *request, GError **error)
{
  const GError *poison = tern_headers_get_poison (request->headers);

  memset (self, 0, sizeof *self);
  if (!check_method (request->method, error))
    return FALSE;
  if (poison)
    {
      g_propagate_error (error, g_error_copy (poison));
      return FALSE;
    }
  self->uri = tern_uri_parse (request->uri ? request->uri : "", error);
  if (!self->uri)
    return FALSE;
  self->method = self->own_method = g_strdup (request->method);
  self->headers = tern_headers_copy (request->headers);
  tern_body_source_copy (&request->body, &self->body);
  self->body_sent_once = request->body.used;
  self->request = g_object_ref (request);
  return TRUE;
}

void
tern_call_clear (TernCall *self)
{
  for (guint i = 0; i < self->n_edits; i++)
    g_clear_pointer (&self->edits[i], tern_headers_unref);
  tern_body_source_clear (&self->body);
  g_clear_pointer (&self->own_method, g_free);
  g_clear_pointer (&self->headers, tern_headers_unref);
  g_clear_pointer (&self->uri, tern_uri_unref);
  g_clear_object (&self->request);
}

gboolean
tern_call_edit (TernCall *self, guint layer, const char *name, const char *value)
{
  self->n_edits = MAX (self->n_edits, layer + 1);
  if (!self->edits[layer])
    self->edits[layer] = tern_headers_new ();
  return tern_headers_set (self->edits[layer], name, value);
}

void
tern_call_edit_all (TernCall *self, guint layer, TernHeaders *fields)
{
  tern_headers_ref (fields);
  tern_call_clear_edits (self, layer);
  self->n_edits = MAX (self->n_edits, layer + 1);
  self->edits[layer] = fields;
}

void
tern_call_clear_edits (TernCall *self, guint layer)
{
  g_clear_pointer (&self->edits[layer], tern_headers_unref);
}

gboolean
tern_call_is_edited (const TernCall *self, int layer, const char *name, gsize name_len)
{
  for (guint i = layer + 1; i < self->n_edits; i++)
    if (self->edits[i] && tern_headers_find (self->edits[i], name, name_len))
      return TRUE;
  return FALSE;
}

const char *
tern_call_get (const TernCall *self, const char *name)
{
  for (guint i = self->n_edits; i > 0; i--)
    {
      const char *value = self->edits[i - 1] ? tern_headers_get (self->edits[i - 1], name) : NULL;

      if (value)
        return value;
    }
  return tern_headers_get (self->headers, name);
}

TernHeaders *
tern_call_merge (const TernCall *self)
{
  TernHeaders *merged = tern_headers_new_sized (self->headers->n + 4, self->headers->len + 128);

  for (int layer = -1; layer < (int) self->n_edits; layer++)
    {
      const TernHeaders *fields = layer < 0 ? self->headers : self->edits[layer];

      for (guint i = 0; fields && i < fields->n; i++)
        {
          const TernField *field = &fields->fields[i];
          const char *name = tern_headers_name (fields, field);

          if (!tern_call_is_edited (self, layer, name, field->name_len))
            tern_headers_append_unchecked (merged, name, field->name_len,
                                           tern_headers_raw (fields, field), field->raw_len);
        }
    }
  return merged;
}

void
tern_call_set_uri (TernCall *self, TernUri *uri)
{
  tern_uri_ref (uri);
  tern_uri_unref (self->uri);
  self->uri = uri;
}

void
tern_call_drop_body (TernCall *self)
{
  tern_body_source_clear (&self->body);
  self->body_sent_once = FALSE;
}
