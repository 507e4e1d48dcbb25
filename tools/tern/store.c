/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One place for one user: every command that caches or looks into the cache means the same. It only
 * names the store and opens none. */
#include "store.h"

#include <glib.h>

char *
tern_tool_store_uri (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "tern", NULL);
  g_autofree char *escaped = g_uri_escape_string (folder, "/", FALSE);

  return g_strconcat ("file://", escaped, NULL);
}
