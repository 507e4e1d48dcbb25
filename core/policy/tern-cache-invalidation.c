/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is out of date after an unsafe request. It must never let one origin remove what is stored
 * of another.
 *
 * httplib2 deletes the entry of the URI before it sends an unsafe request, whatever comes of it. As
 * an error changes nothing as a rule, and deleting first would take away the tag that guards
 * against lost updates, this cache waits for the answer; but where that never comes, or is a 412 to
 * our own If-Match, the entry goes as it does there: the former may have changed the resource, and
 * the latter says that somebody did. */
#include "policy/tern-cache-invalidation.h"

#include <string.h>

#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-key.h"

static void
add_key_of_field (GStrvBuilder *keys,
                  const TernCacheRequest *request,
                  const TernHeaders *headers,
                  const char *name,
                  const char *own_key)
{
  const TernField *field = tern_cache_fields_single (headers, name);
  g_autoptr (TernUri) uri = NULL;
  g_autofree char *key = NULL;

  if (!field)
    return;
  /* The const is of us alone: resolving changes nothing but, for a moment, the count of
   * references. */
  uri = tern_uri_resolve ((TernUri *)request->uri, tern_headers_value (headers, field), NULL);
  if (!uri || !tern_uri_same_origin (request->uri, uri))
    return;
  key = tern_cache_key (uri, request->partition);
  if (strcmp (key, own_key) != 0)
    g_strv_builder_add (keys, key);
}

char **
tern_cache_invalidated_keys (const TernCacheRequest *request,
                             const char *const *safe_methods,
                             guint status,
                             const TernHeaders *response_headers)
{
  static const char *const safe[] = { "GET", "HEAD", "OPTIONS", "TRACE", NULL };
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  const gboolean worked = status >= 200 && status < 400;
  g_autofree char *own = NULL;

  /* Of a method nobody knows here the worst is assumed. */
  if (g_strv_contains (safe_methods ? safe_methods : safe, request->method)
      || (!worked && status != 0 && status != 412))
    return g_strv_builder_end (keys);
  own = tern_cache_key (request->uri, request->partition);
  g_strv_builder_add (keys, own);
  if (worked)
    {
      add_key_of_field (keys, request, response_headers, "Location", own);
      add_key_of_field (keys, request, response_headers, "Content-Location", own);
    }
  return g_strv_builder_end (keys);
}
