/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request as the command line describes it. It holds text and opens nothing. */
#include "plan.h"

#include "target.h"

#include <string.h>

Plan *
plan_new (const char *method, const char *url)
{
  Plan *self = g_new0 (Plan, 1);

  self->method = g_strdup (method);
  self->url = target_complete (url);
  self->shown_url = target_hide_password (self->url);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->removed = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
plan_free (Plan *self)
{
  g_free (self->method);
  g_free (self->url);
  g_free (self->shown_url);
  g_ptr_array_unref (self->headers);
  g_ptr_array_unref (self->removed);
  g_free (self->type);
  g_free (self->file);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_free (self);
}

static gboolean
is_header (const char *line, const char *name)
{
  const gsize length = strlen (name);

  return g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':';
}

void
plan_add_headers (Plan *self, char **lines)
{
  for (char **line = lines; line && *line; line++)
    g_ptr_array_add (self->headers, g_strdup (*line));
}

gboolean
plan_has_header (const Plan *self, const char *name)
{
  for (guint i = 0; i < self->headers->len; i++)
    if (is_header (g_ptr_array_index (self->headers, i), name))
      return TRUE;
  return FALSE;
}

void
plan_remove_header (Plan *self, const char *name)
{
  for (guint i = self->headers->len; i > 0; i--)
    if (is_header (g_ptr_array_index (self->headers, i - 1), name))
      g_ptr_array_remove_index (self->headers, i - 1);
  g_ptr_array_add (self->removed, g_strdup (name));
}

gboolean
plan_lacks_header (const Plan *self, const char *name)
{
  for (guint i = 0; i < self->removed->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->removed, i), name) == 0)
      return !plan_has_header (self, name);
  return FALSE;
}
