/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binds the library's message domain once; it must never change the program's own domain or
 * locale. */
#include "base/tern-i18n.h"

#include <libintl.h>

#include "tern-config.h"

const char *
tern_gettext (const char *message)
{
  static gsize bound = 0;

  if (g_once_init_enter (&bound))
    {
      bindtextdomain (GETTEXT_PACKAGE, TERN_LOCALE_DIR);
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      g_once_init_leave (&bound, 1);
    }
  return g_dgettext (GETTEXT_PACKAGE, message);
}
