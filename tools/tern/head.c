/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns heads into text. Pure; escaping for a terminal is for whoever prints. */
#include "head.h"

#include <string.h>
#include <tern/tern.h>

gboolean
head_is_secret (const char *name)
{
  static const char *const secrets[]
      = { "Authorization", "Proxy-Authorization", "Authentication-Info",
          "Proxy-Authentication-Info", "Cookie", "Cookie2", "Set-Cookie", "Set-Cookie2",
          "X-WSSE", "X-API-Key", "X-Auth-Token" };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (g_ascii_strcasecmp (name, secrets[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Location, Referer and Link hold URLs, and those may hold passwords. */
static char *
hide_userinfo (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *mark;

  while ((mark = strstr (text, "://")))
    {
      const char *start = mark + 3;
      const char *at = g_strrstr_len (start, (gssize) strcspn (start, "/?#<>\" \t"), "@");

      g_string_append_len (out, text, start - text);
      if (at)
        g_string_append (out, "***");
      text = at ? at : start;
    }
  g_string_append (out, text);
  return g_string_free (out, FALSE);
}

char *
head_hide_secrets (const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = colon ? g_strndup (line, (gsize) (colon - line)) : NULL;

  return name && head_is_secret (name) ? g_strconcat (name, ": ***", NULL) : hide_userinfo (line);
}

void
head_append_fields (GString *out, const char *mark, TernHeaders *headers, gboolean hides_secrets)
{
  const char *name;
  const char *value;

  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    g_string_append_printf (out, "%s%s: %s\n", mark, name,
                            hides_secrets && head_is_secret (name) ? "***" : value);
}

/* The library says in Content-Location what was asked where the server did not; that never was on
 * the wire. */
static TernHeaders *
copy_as_received (TernResponse *response)
{
  TernHeaders *headers = tern_headers_copy (tern_response_get_headers (response));
  g_autofree char *coding = NULL;
  g_autofree char *uri = g_strdup (tern_response_get_uri (response));

  uri[strcspn (uri, "#")] = '\0';
  if (g_strcmp0 (tern_headers_get (headers, "content-location"), uri) == 0)
    tern_headers_remove (headers, "content-location");
  /* A coding that was decoded is kept under this name. */
  coding = tern_headers_get_combined (headers, "-content-encoding");
  if (coding)
    {
      tern_headers_remove (headers, "-content-encoding");
      tern_headers_append (headers, "Content-Encoding", coding);
    }
  return headers;
}

char *
head_of_response (TernResponse *response)
{
  g_autoptr (TernHeaders) headers = copy_as_received (response);
  const guint version = tern_response_get_version (response);
  const char *reason = tern_response_get_reason (response);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "HTTP/%u.%u %u%s%s\n", version / 10, version % 10,
                          tern_response_get_status (response), reason && *reason ? " " : "",
                          reason ? reason : "");
  head_append_fields (out, "", headers, FALSE);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
