/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for stored responses. They must never hold a password, and never name a file outside of the
 * folder of the cache. */
#include "policy/tern-cache-key.h"

#include <string.h>
#include <tern/tern-util.h>

#include "policy/tern-cache-sum.h"

char *
tern_cache_key (const TernUri *uri, const char *partition)
{
  g_autofree char *plain = tern_uri_to_string (uri, FALSE);
  g_autofree char *escaped = NULL;

  if (!partition)
    return g_steal_pointer (&plain);
  /* No URI holds a blank, so that no partition can be taken for another one or for none. */
  escaped = g_uri_escape_string (partition, NULL, FALSE);
  return g_strconcat (plain, " ", escaped, NULL);
}

guint
tern_cache_key_hash (const char *key)
{
  return tern_cache_sum (key, strlen (key));
}

/* Behind the scheme of @key where it begins with one: that differs by its digest alone. */
static const char *
skip_scheme (const char *key)
{
  const char *at = key;

  while (g_ascii_isalnum (*at) || *at == '_')
    at++;
  return at > key && g_str_has_prefix (at, "://") ? at + 3 : key;
}

/**
 * tern_cache_safe_name:
 * @key: what a response is kept under, as a rule its URI
 *
 * Makes a file name out of a key, the same one as httplib2 does: what a person can read of it, at
 * most 90 letters, and the MD5 sum of the whole in hexadecimal digits. It holds no slash and is
 * never longer than 123 characters.
 *
 * Returns: (transfer full): the name
 */
char *
tern_cache_safe_name (const char *key)
{
  g_autofree char *digest = NULL;
  g_autoptr (GString) name = NULL;

  g_return_val_if_fail (key != NULL, NULL);
  digest = g_compute_checksum_for_string (G_CHECKSUM_MD5, key, -1);
  name = g_string_sized_new (124);
  for (const char *at = skip_scheme (key); *at && name->len < 90; at++)
    if (g_ascii_isalnum (*at) || strchr ("_-.()=!", *at))
      g_string_append_c (name, *at);
  g_string_append_printf (name, ",%s", digest);
  return g_string_free (g_steal_pointer (&name), FALSE);
}
