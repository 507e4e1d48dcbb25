/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completes URLs. Pure: it guesses by the text alone and asks no network what a name is. */
#include "target.h"

#include <string.h>
#include <tern/tern.h>

/* Of this machine: nobody listens in between, and hardly anybody has certificates here. */
static gboolean
is_local (const char *argument)
{
  g_autofree char *authority = g_strndup (argument, strcspn (argument, "/?#"));
  const char *at = strrchr (authority, '@');
  g_autofree char *host = g_ascii_strdown (at ? at + 1 : authority, -1);

  if (*host == '[')
    return g_str_has_prefix (host, "[::1]");
  host[strcspn (host, ":")] = '\0';
  if (strcmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost"))
    return TRUE;
  return g_str_has_prefix (host, "127.") && g_hostname_is_ip_address (host);
}

/* A port, a path or a query behind a colon, or nothing; "::1" is an address. */
static gboolean
is_of_this_machine (const char *argument)
{
  return *argument == ':' && !g_str_has_prefix (argument, "://")
         && (argument[1] == '\0' || g_ascii_isdigit (argument[1]) || strchr ("/?", argument[1]));
}

char *
target_complete (const char *argument)
{
  const char *mark = strstr (argument, "://");

  /* A "://" within a path or query is no scheme. */
  if (mark > argument && strcspn (argument, "/?#") == (gsize) (mark - argument) + 1)
    return g_strdup (argument);
  if (is_of_this_machine (argument))
    return g_strconcat ("http://localhost", argument + !g_ascii_isdigit (argument[1]), NULL);
  /* What a page or a paste leaves of a URL: the scheme is missing, not the host. */
  if (g_str_has_prefix (argument, "://"))
    argument += 3;
  else if (g_str_has_prefix (argument, "//"))
    argument += 2;
  return g_strconcat (is_local (argument) ? "http://" : "https://", argument, NULL);
}

char *
target_server (const char *url)
{
  g_autofree char *plain = tern_uri_normalize (url, NULL);
  g_autofree char *host = NULL;
  g_autofree char *scheme = NULL;
  int port;

  if (!plain || !g_uri_split_network (plain, G_URI_FLAGS_ENCODED, &scheme, &host, &port, NULL)
      || !host)
    return NULL;
  if (port < 0)
    port = g_strcmp0 (scheme, "https") == 0 ? TERN_HTTPS_PORT : TERN_HTTP_PORT;
  return g_strdup_printf (strchr (host, ':') ? "[%s]:%d" : "%s:%d", host, port);
}

char *
target_hide_password (const char *url)
{
  const char *start = strstr (url, "://");
  g_autofree char *plain = tern_uri_normalize (url, NULL);
  gsize length = start ? strlen (start + 3) : 0;
  const char *at;

  /* Of what is no URL nobody knows where a password ends that has a slash or an at sign in it. */
  if (start && plain)
    length = strcspn (start + 3, "/?#");
  at = start ? g_strrstr_len (start + 3, (gssize) length, "@") : NULL;
  if (!at)
    return g_utf8_make_valid (url, -1);
  g_autofree char *front = g_strndup (url, (gsize) (start + 3 - url));
  g_autofree char *hidden = g_strconcat (front, "***", at, NULL);
  return g_utf8_make_valid (hidden, -1);
}
