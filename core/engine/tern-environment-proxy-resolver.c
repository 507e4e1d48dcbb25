/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernEnvironmentProxyResolver: the rules of tern_proxy_new_from_environment() as GIO asks for
 * them. It keeps nothing; it must never block. */
#include <tern/tern-environment-proxy-resolver.h>
#include <tern/tern-proxy.h>

#include "base/tern-i18n.h"
#include "policy/tern-proxy-uri.h"

/**
 * TernEnvironmentProxyResolver:
 *
 * A [iface@Gio.ProxyResolver] that answers from `http_proxy`, `https_proxy`, `all_proxy` and
 * `no_proxy` as [func@Proxy.new_from_environment] reads them, each time anew. Its answer is one
 * URI: `direct://`, or the proxy with its name and password. GIO knows no `socks5h`: its `socks5`
 * lets the proxy look up names, and so this answers `socks5` for both. It may be used in any
 * thread.
 */
struct _TernEnvironmentProxyResolver
{
  GObject parent;
};

static void iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernEnvironmentProxyResolver,
                               tern_environment_proxy_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, iface_init))

static guint
default_port (const char *scheme)
{
  return g_ascii_strcasecmp (scheme, "http") == 0    ? 80
         : g_ascii_strcasecmp (scheme, "https") == 0 ? 443
                                                     : 0;
}

/* Returns the list of one, or NULL with @error set. */
static char **
find (const char *uri, GError **error)
{
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  char **answer;
  int port = -1;

  if (!g_uri_split_network (uri, G_URI_FLAGS_NONE, &scheme, &host, &port, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("The URI for which a proxy is wanted is not valid"));
      return NULL;
    }
  proxy = tern_proxy_new_from_environment (scheme, &problem);
  if (problem)
    return g_propagate_error (error, g_steal_pointer (&problem)), NULL;
  answer = g_new0 (char *, 2);
  if (proxy && tern_proxy_applies_to (proxy, host, port > 0 ? (guint)port : default_port (scheme)))
    answer[0] = tern_proxy_uri_for_gio (proxy);
  else
    answer[0] = g_strdup ("direct://");
  return answer;
}

static gboolean
resolver_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
resolver_lookup (GProxyResolver *resolver,
                 const char *uri,
                 GCancellable *cancellable,
                 GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return find (uri, error);
}

static void
resolver_lookup_async (GProxyResolver *resolver,
                       const char *uri,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  g_autoptr (GError) error = NULL;
  char **answer = find (uri, &error);

  g_task_set_source_tag (task, resolver_lookup_async);
  if (answer)
    g_task_return_pointer (task, answer, (GDestroyNotify)g_strfreev);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static char **
resolver_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = resolver_is_supported;
  iface->lookup = resolver_lookup;
  iface->lookup_async = resolver_lookup_async;
  iface->lookup_finish = resolver_lookup_finish;
}

static void
tern_environment_proxy_resolver_class_init (TernEnvironmentProxyResolverClass *klass)
{
}

static void
tern_environment_proxy_resolver_init (TernEnvironmentProxyResolver *self)
{
}

/**
 * tern_environment_proxy_resolver_new:
 *
 * Makes a resolver that asks the environment.
 *
 * Returns: (transfer full): a resolver
 */
TernEnvironmentProxyResolver *
tern_environment_proxy_resolver_new (void)
{
  return g_object_new (TERN_TYPE_ENVIRONMENT_PROXY_RESOLVER, NULL);
}
