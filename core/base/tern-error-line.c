/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two error domains; it must never make an error itself. Errors of the first carry a line. The
 * macro for such domains names them otherwise than every program expects, so it is written out. */
#include "base/tern-error-line.h"

typedef struct
{
  char *line;
} Extra;

/* Where GLib keeps what a domain adds to its errors: in front of each, aligned like a type's. */
static Extra *
get_extra (const GError *error)
{
  const gsize alignment = 2 * sizeof (gsize);
  const gsize size = (sizeof (Extra) + alignment - 1) & -alignment;

  return (Extra *)((guint8 *)error - size);
}

static void
extra_init (GError *error)
{
  get_extra (error)->line = NULL;
}

static void
extra_copy (const GError *from, GError *to)
{
  get_extra (to)->line = g_strdup (get_extra (from)->line);
}

static void
extra_clear (GError *error)
{
  g_free (get_extra (error)->line);
}

GQuark
tern_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark,
                       g_error_domain_register_static ("tern-error-quark", sizeof (Extra),
                                                       extra_init, extra_copy, extra_clear));
  return quark;
}

/* Written out: G_DEFINE_QUARK takes the name from its tokens, blanks between them included. */
GQuark
tern_plugin_error_quark (void)
{
  return g_quark_from_static_string ("tern-plugin-error-quark");
}

void
tern_error_set_line (GError **error, const char *line)
{
  Extra *extra;

  if (!error || !*error || (*error)->domain != TERN_ERROR)
    return;
  extra = get_extra (*error);
  g_free (extra->line);
  extra->line = g_strdup (line);
}

const char *
tern_error_get_line (const GError *error)
{
  return error->domain == TERN_ERROR ? get_extra (error)->line : NULL;
}
