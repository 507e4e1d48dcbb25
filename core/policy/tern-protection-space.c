/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The path prefix rule of Basic (RFC 7617 §2.2) and the domain of Digest (RFC 7616 §3.3). It must
 * err towards too small a space: a credential sent too seldom costs a round trip, one sent too
 * often is a leak. */
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

/* More than that is the work of a server that makes them up. */
#define MAX_ROOTS 32

/* Another origin's URIs in the list are left alone: what was told to one is told to no other. */
static char **
read_domain (const char *domain, TernUri *uri)
{
  g_auto (GStrv) items = g_strsplit_set (domain, " \t", -1);
  g_autoptr (GStrvBuilder) roots = g_strv_builder_new ();
  guint n = 0;

  for (gsize i = 0; items[i] && n < MAX_ROOTS; i++)
    {
      g_autoptr (TernUri) root = *items[i] ? tern_uri_resolve (uri, items[i], NULL) : NULL;
      g_autofree char *path = NULL;

      if (!root || !tern_uri_same_origin (root, uri))
        continue;
      path = g_strndup (root->target, path_length (root->target));
      g_strv_builder_add (roots, path);
      n++;
    }
  return n > 0 ? g_strv_builder_end (roots) : NULL;
}

char **
tern_protection_space_roots (const TernChallenge *challenge, TernUri *uri)
{
  const gboolean is_digest
      = challenge && strcmp (tern_challenge_get_scheme (challenge), "digest") == 0;
  /* At a proxy it means nothing: the space is the proxy. */
  const char *domain = is_digest && !tern_challenge_is_for_proxy (challenge)
                           ? tern_challenge_get_param (challenge, "domain")
                           : NULL;
  char **roots = domain ? read_domain (domain, uri) : NULL;

  if (roots)
    return roots;
  roots = g_new0 (char *, 2);
  /* Absent or empty it is the whole server (§3.3). */
  if (is_digest && (!domain || domain[strspn (domain, " \t")] == '\0'))
    roots[0] = g_strdup ("/");
  else
    roots[0] = tern_protection_space_root (uri->target);
  return roots;
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
tern_protection_space_may_cover (const char *root, const char *target)
{
  return has_dot_segment (target, path_length (target))
         || tern_protection_space_covers (root, target);
}

gboolean
tern_protection_space_covers (const char *root, const char *target)
{
  const gsize len = path_length (target);
  const gsize root_len = strlen (root);

  if (root_len == 0 || len < root_len || strncmp (root, target, root_len) != 0)
    return FALSE;
  /* A root that is a file, or a folder without its slash, does not cover its neighbours. */
  return (root[root_len - 1] == '/' || len == root_len || target[root_len] == '/')
         && !has_dot_segment (target, len);
}
