/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plan to the library's request. Nothing is sent here. */
#include "request.h"

#include "body.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

gboolean
request_add_header (TernHeaders *headers, const char *line, GError **error)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = colon ? g_strndup (line, (gsize) (colon - line)) : NULL;
  g_autofree char *value = colon ? g_strstrip (g_strdup (colon + 1)) : NULL;
  g_autoptr (GBytes) bytes = value ? g_bytes_new (value, strlen (value)) : NULL;

  /* Bytes, because a shell hands over what was typed, in whatever encoding. */
  if (colon && tern_headers_append_bytes (headers, name, bytes))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("Not a header field, “Name: value” is: “%s”"), line);
  return FALSE;
}

/* RFC 9111 §5.2.1.7 */
gboolean
request_is_cache_only (TernHeaders *headers)
{
  g_autofree char *value = tern_headers_get_combined (headers, "Cache-Control");
  g_autoptr (GHashTable) directives = value ? tern_cache_control_parse (value) : NULL;

  return directives && g_hash_table_contains (directives, "only-if-cached");
}

TernRequest *
request_make (Plan *plan, const FetchOptions *options, GError **error)
{
  g_autoptr (TernRequest) request = tern_request_new (plan->method, plan->url);
  TernHeaders *headers = tern_request_get_headers (request);

  for (guint i = 0; i < plan->headers->len; i++)
    if (!request_add_header (headers, g_ptr_array_index (plan->headers, i), error))
      return NULL;
  /* RFC 9111 §5.2.1.7 */
  if (options->session.only_cached)
    tern_headers_append (headers, "Cache-Control", "only-if-cached");
  if (options->raw || plan_lacks_header (plan, "Accept-Encoding"))
    tern_request_set_accept_encoding (request, FALSE);
  if (!body_load (plan, error) || !body_attach (plan, request, error))
    return NULL;
  return g_steal_pointer (&request);
}
