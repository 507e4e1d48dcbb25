/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* http_proxy and its kin. It must never take a proxy from a variable that a stranger may have set:
 * a CGI program finds the request's field "Proxy" as HTTP_PROXY. */
#include "policy/tern-proxy-rules.h"

#include "policy/tern-proxy-bypass.h"

/* Lower case wins, even where it is empty: that is how one variable is switched off. */
static const char *
look_up (
    const char *lower, const char *upper, TernProxyLookup lookup, gpointer data, const char **found)
{
  const char *value = lookup (lower, data);

  *found = lower;
  if (value || !upper)
    return value;
  *found = upper;
  return lookup (upper, data);
}

static const char *
look_up_proxy (const char *scheme, TernProxyLookup lookup, gpointer data, const char **found)
{
  const char *value = NULL;

  if (g_ascii_strcasecmp (scheme, "http") == 0)
    value = look_up ("http_proxy", lookup ("REQUEST_METHOD", data) ? NULL : "HTTP_PROXY", lookup,
                     data, found);
  else if (g_ascii_strcasecmp (scheme, "https") == 0)
    value = look_up ("https_proxy", "HTTPS_PROXY", lookup, data, found);
  return value ? value : look_up ("all_proxy", "ALL_PROXY", lookup, data, found);
}

TernProxy *
tern_proxy_rules_choose (const char *scheme, TernProxyLookup lookup, gpointer data, GError **error)
{
  const char *variable = NULL;
  const char *found = NULL;
  g_autofree char *uri = g_strdup (look_up_proxy (scheme, lookup, data, &variable));
  g_auto (GStrv) bypass = NULL;
  TernProxy *proxy;
  const char *list;

  if (!uri || g_strstrip (uri)[0] == '\0')
    return NULL;
  proxy = tern_proxy_new_from_uri (uri, error);
  if (!proxy)
    {
      g_prefix_error (error, "%s: ", variable);
      return NULL;
    }
  list = look_up ("no_proxy", "NO_PROXY", lookup, data, &found);
  bypass = tern_proxy_bypass_split (list ? list : "");
  tern_proxy_set_bypass (proxy, (const char *const *)bypass);
  return proxy;
}
