/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the words of a resolver to routes. It must never make a direct connection of an answer that
 * does not say so: what cannot be used is an error. */
#include "engine/tern-proxy-routes.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"

/* A longer list is nobody's wish. */
#define MAX_ROUTES 16

static void
route_free (gpointer route)
{
  if (route)
    tern_route_unref (route);
}

GPtrArray *
tern_proxy_routes_new (TernProxy *proxy, GError **error)
{
  TernRoute *route = tern_route_new (proxy, error);
  GPtrArray *routes;

  if (!route)
    return NULL;
  routes = g_ptr_array_new_with_free_func (route_free);
  g_ptr_array_add (routes, route);
  return routes;
}

/* GIO's socks5 lets the proxy look up names, whatever curl's does. */
static TernRoute *
read_uri (const char *uri, GError **error)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (uri, error);

  if (!proxy)
    return NULL;
  if (tern_proxy_get_kind (proxy) == TERN_PROXY_SOCKS5)
    tern_proxy_set_remote_dns (proxy, TRUE);
  return tern_route_new (proxy, error);
}

gboolean
tern_proxy_routes_from_uris (char **uris, const char *host, GPtrArray **routes, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (route_free);
  g_autoptr (GError) first = NULL;

  *routes = NULL;
  for (guint i = 0; uris && uris[i] && list->len < MAX_ROUTES; i++)
    {
      g_autoptr (GError) problem = NULL;
      TernRoute *route = NULL;

      if (g_ascii_strncasecmp (uris[i], "direct:", 7) != 0)
        route = read_uri (uris[i], &problem);
      if (!problem)
        {
          g_ptr_array_add (list, route);
          continue;
        }
      tern_log (TERN_LOG_NET, "a proxy for %s is left out: %s", host, problem->message);
      if (!first)
        first = g_steal_pointer (&problem);
    }
  if (list->len == 0 && first)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE,
                   _ ("None of the proxies for %s can be used: %s"), host, first->message);
      return FALSE;
    }
  /* Nobody has said that there is to be no proxy. */
  if (list->len == 0)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE,
                   _ ("No way to %s was found, neither a proxy nor a direct connection"), host);
      return FALSE;
    }
  if (list->pdata[0])
    *routes = g_steal_pointer (&list);
  return TRUE;
}
