/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plan to the library's request. Nothing is sent here. */
#include "request.h"

#include "body.h"
#include "report.h"
#include "target.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

/* The library connects to, checks and names one and the same host, so another one in the field does
 * not go out; who asks for it is not left to wonder about the answer. */
static void
warn_of_host (const char *name, const char *value, const char *url)
{
  g_autofree char *server = target_server (url);
  const char *usual = g_ascii_strncasecmp (url, "https:", 6) == 0 ? ":443" : ":80";

  if (g_ascii_strcasecmp (name, "Host") != 0 || !server || g_ascii_strcasecmp (value, server) == 0)
    return;
  if (g_str_has_suffix (server, usual))
    server[strlen (server) - strlen (usual)] = '\0';
  if (g_ascii_strcasecmp (value, server) != 0)
    report_error (_ ("“Host: %s” is not sent: the host is that of the URL, %s"), value, server);
}

gboolean
request_add_header (TernHeaders *headers, const char *line, const char *url, GError **error)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = colon ? g_strndup (line, (gsize) (colon - line)) : NULL;
  g_autofree char *value = colon ? g_strstrip (g_strdup (colon + 1)) : NULL;
  g_autoptr (GBytes) bytes = value ? g_bytes_new (value, strlen (value)) : NULL;

  /* Bytes, because a shell hands over what was typed, in whatever encoding. */
  if (colon && tern_headers_append_bytes (headers, name, bytes))
    {
      warn_of_host (name, value, url);
      return TRUE;
    }
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
    if (!request_add_header (headers, g_ptr_array_index (plan->headers, i), plan->url,
                             error))
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
