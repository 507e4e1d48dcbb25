/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of TernClient that say through which proxy a request goes. Both are of one finder,
 * which is made anew when either changes: what the old one remembers goes with it. */
#include "client/tern-client-properties.h"

/**
 * tern_client_get_proxy:
 * @self: a client
 *
 * Gets #TernClient:proxy.
 *
 * Returns: (nullable) (transfer full): see #TernClient:proxy
 */
TernProxy *
tern_client_get_proxy (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);
  TernProxy *proxy = tern_proxy_finder_get_proxy (settings->proxy_finder);

  return proxy ? g_object_ref (proxy) : NULL;
}

/* The old finder is held by the old settings until the lock is free: letting go of a resolver may
 * run the program's code. */
static void
edit_proxy (TernSettings *settings, gconstpointer data)
{
  TernProxyFinder *old = settings->proxy_finder;

  settings->proxy_finder
      = tern_proxy_finder_new ((gpointer)data, tern_proxy_finder_get_resolver (old));
  tern_proxy_finder_unref (old);
}

/**
 * tern_client_set_proxy:
 * @self: a client
 * @proxy: (nullable): see #TernClient:proxy
 *
 * Sets #TernClient:proxy. The proxy is taken as it is now: what is changed in the object later
 * counts when it is set again.
 */
void
tern_client_set_proxy (TernClient *self, TernProxy *proxy)
{
  tern_client_edit_settings (self, edit_proxy, proxy);
  g_object_notify (G_OBJECT (self), "proxy");
}

/**
 * tern_client_get_proxy_resolver:
 * @self: a client
 *
 * Gets #TernClient:proxy-resolver.
 *
 * Returns: (nullable) (transfer full): see #TernClient:proxy-resolver
 */
GProxyResolver *
tern_client_get_proxy_resolver (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);
  GProxyResolver *resolver = tern_proxy_finder_get_resolver (settings->proxy_finder);

  return resolver ? g_object_ref (resolver) : NULL;
}

static void
edit_proxy_resolver (TernSettings *settings, gconstpointer data)
{
  TernProxyFinder *old = settings->proxy_finder;

  settings->proxy_finder = tern_proxy_finder_new_like (old, (gpointer)data);
  tern_proxy_finder_unref (old);
}

/**
 * tern_client_set_proxy_resolver:
 * @self: a client
 * @resolver: (nullable): see #TernClient:proxy-resolver
 *
 * Sets #TernClient:proxy-resolver.
 */
void
tern_client_set_proxy_resolver (TernClient *self, GProxyResolver *resolver)
{
  tern_client_edit_settings (self, edit_proxy_resolver, resolver);
  g_object_notify (G_OBJECT (self), "proxy-resolver");
}

void
tern_client_install_proxies (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * TernClient:proxy:
   *
   * The proxy that every request goes through, but for the hosts of its bypass list; %NULL asks
   * #TernClient:proxy-resolver. A proxy that cannot be used, or not be reached, is the error of
   * the request, which never goes round it. Credentials of the proxy are sent when it asks for
   * them (407), and from then on with each new request or tunnel.
   */
  g_object_class_install_property (
      klass, TERN_CLIENT_PROP_PROXY,
      g_param_spec_object ("proxy", NULL, NULL, TERN_TYPE_PROXY, flags));
  /**
   * TernClient:proxy-resolver:
   *
   * Who tells the proxies for a request, which are tried in turn until one can be connected to.
   * It is asked for each request in the thread that makes it: by lookup_async() in an async call,
   * by lookup() in a sync one, which has to watch its cancellable, else no deadline can end it. It
   * is told the origin alone, without path or credentials. Only `direct://` in its answer is a
   * direct connection; an empty answer is %TERN_ERROR_PROXY_UNAVAILABLE.
   *
   * %NULL, the default, is automatic: the variables `http_proxy`, `https_proxy`, `all_proxy` and
   * `no_proxy` when any of them is set, as they are when the request begins, else the desktop's
   * settings (g_proxy_resolver_get_default()), which are asked in another thread, remembered for a
   * minute and do not count for this host itself. Nobody is asked where #TernClient:proxy is set.
   */
  g_object_class_install_property (
      klass, TERN_CLIENT_PROP_PROXY_RESOLVER,
      g_param_spec_object ("proxy-resolver", NULL, NULL, G_TYPE_PROXY_RESOLVER, flags));
}
