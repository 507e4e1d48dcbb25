/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The path prefix rule of Basic (RFC 7617 §2.2). It must err towards too small a space: a
 * credential sent too seldom costs a round trip, one sent too often is a leak. */
#include "policy/tern-protection-space.h"

#include <string.h>

static gsize
path_length (const char *target)
{
  return strcspn (target, "?#");
}

char *
tern_protection_space_root (const char *target)
{
  gsize len = path_length (target);

  while (len > 0 && target[len - 1] != '/')
    len--;
  return target[0] == '/' && len > 0 ? g_strndup (target, len) : g_strdup ("/");
}

/* How many characters at @at spell a dot, also percent-encoded; 0 where none does. */
static gsize
dot_length (const char *at, const char *end)
{
  if (at < end && *at == '.')
    return 1;
  return end - at >= 3 && g_ascii_strncasecmp (at, "%2e", 3) == 0 ? 3 : 0;
}

/* Whether a segment is "." or "..": the server may read the path as one outside of the root. */
static gboolean
has_dot_segment (const char *path, gsize len)
{
  const char *end = path + len;

  for (const char *at = path; at < end; at++)
    {
      const char *dots = at + 1;
      gsize n;

      if (*at != '/' && *at != '\\')
        continue;
      for (guint i = 0; i < 2 && (n = dot_length (dots, end)) > 0; i++)
        dots += n;
      if (dots > at + 1 && (dots == end || *dots == '/' || *dots == '\\'))
        return TRUE;
    }
  return FALSE;
}

gboolean
tern_protection_space_covers (const char *root, const char *target)
{
  const gsize len = path_length (target);
  const gsize root_len = strlen (root);

  return root_len > 0 && len >= root_len && strncmp (root, target, root_len) == 0
         && !has_dot_segment (target, len);
}
