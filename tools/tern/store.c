/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One place for one user: every command that caches or looks into the cache means the same, and
 * what is wrong with a place is the same to all of them. */
#include "store.h"

#include <string.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

char *
tern_tool_store_uri (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "tern", NULL);
  g_autofree char *escaped = g_uri_escape_string (folder, "/", FALSE);

  return g_strconcat ("file://", escaped, NULL);
}

/* With its escapes undone. */
char *
tern_tool_store_path (const char *uri)
{
  static const char *const schemes[] = { "file:", "gdbm:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (uri, schemes[i], strlen (schemes[i])) == 0)
      {
        const char *start = uri + strlen (schemes[i]);

        start += g_str_has_prefix (start, "//") ? 2 : 0;
        return g_uri_unescape_segment (start, start + strcspn (start, "?"), NULL);
      }
  return NULL;
}

/* Whether a store could be there, as far as that shows from outside. */
static gboolean
has_room (const char *path, gboolean is_folder)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat info;

  if (stat (path, &info) == 0)
    return (is_folder ? S_ISDIR (info.st_mode) : S_ISREG (info.st_mode))
           && access (path, R_OK | W_OK) == 0;
  return strcmp (parent, path) != 0 && has_room (parent, TRUE);
}

TernCacheStore *
tern_tool_store_open (const char *uri, GError **error)
{
  g_autoptr (GError) inner = NULL;
  TernCacheStore *store = tern_cache_store_open (uri, &inner);
  g_autofree char *path = store ? NULL : tern_tool_store_path (uri);
  const gboolean is_folder = g_ascii_strncasecmp (uri, "file:", 5) == 0;

  if (store)
    return store;
  /* The library says that the store failed. Where options were given it may be for those. */
  if (path && g_error_matches (inner, TERN_ERROR, TERN_ERROR_CACHE)
      && (!strchr (uri, '?') || !has_room (path, is_folder)))
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, inner->message);
  else
    g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}
