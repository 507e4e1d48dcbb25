/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two error domains; it must never make an error itself. Errors of the first carry a line. */
#include "base/tern-error-line.h"

typedef struct
{
  char *line;
} TernErrorPrivate;

static void
tern_error_private_init (TernErrorPrivate *self)
{
  self->line = NULL;
}

static void
tern_error_private_copy (const TernErrorPrivate *from, TernErrorPrivate *to)
{
  to->line = g_strdup (from->line);
}

static void
tern_error_private_clear (TernErrorPrivate *self)
{
  g_free (self->line);
}

G_DEFINE_EXTENDED_ERROR (TernError, tern_error)
G_DEFINE_QUARK (tern-plugin-error-quark, tern_plugin_error)

void
tern_error_set_line (GError **error, const char *line)
{
  TernErrorPrivate *self;

  if (!error || !*error || (*error)->domain != TERN_ERROR)
    return;
  self = tern_error_get_private (*error);
  g_free (self->line);
  self->line = g_strdup (line);
}

const char *
tern_error_get_line (const GError *error)
{
  return error->domain == TERN_ERROR ? tern_error_get_private (error)->line : NULL;
}
