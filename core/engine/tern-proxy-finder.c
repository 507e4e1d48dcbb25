/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides who says which proxy is used, and answers itself where nobody has to be asked. A client
 * without a proxy pays one walk over the environment for each request: no lock, no allocation. */
#include "engine/tern-proxy-finder.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "engine/tern-proxy-environment.h"
#include "engine/tern-proxy-memory.h"
#include "engine/tern-proxy-routes.h"
#include "policy/tern-proxy-bypass.h"

struct _TernProxyFinder
{
  gatomicrefcount ref_count;
  TernProxy *proxy; /* as it was set; the three below say what it was then */
  GPtrArray *routes;
  GError *problem;
  char **bypass;
  GProxyResolver *resolver;
  TernProxyMemory *memory;
};

static TernProxyFinder *
make_finder (GProxyResolver *resolver)
{
  TernProxyFinder *self = g_new0 (TernProxyFinder, 1);

  g_atomic_ref_count_init (&self->ref_count);
  if (resolver)
    self->resolver = g_object_ref (resolver);
  self->memory = tern_proxy_memory_new ();
  return self;
}

TernProxyFinder *
tern_proxy_finder_new (TernProxy *proxy, GProxyResolver *resolver)
{
  TernProxyFinder *self = make_finder (resolver);

  if (!proxy)
    return self;
  self->proxy = g_object_ref (proxy);
  self->routes = tern_proxy_routes_new (proxy, &self->problem);
  self->bypass = g_strdupv ((char **)tern_proxy_get_bypass (proxy));
  return self;
}

TernProxyFinder *
tern_proxy_finder_new_like (TernProxyFinder *other, GProxyResolver *resolver)
{
  TernProxyFinder *self = make_finder (resolver);

  self->proxy = other->proxy ? g_object_ref (other->proxy) : NULL;
  self->routes = other->routes ? g_ptr_array_ref (other->routes) : NULL;
  self->problem = other->problem ? g_error_copy (other->problem) : NULL;
  self->bypass = g_strdupv (other->bypass);
  return self;
}

TernProxyFinder *
tern_proxy_finder_ref (TernProxyFinder *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_proxy_finder_unref (TernProxyFinder *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->proxy);
  g_clear_object (&self->resolver);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  g_clear_error (&self->problem);
  g_strfreev (self->bypass);
  tern_proxy_memory_free (self->memory);
  g_free (self);
}

TernProxy *
tern_proxy_finder_get_proxy (TernProxyFinder *self)
{
  return self->proxy;
}

GProxyResolver *
tern_proxy_finder_get_resolver (TernProxyFinder *self)
{
  return self->resolver;
}

/* Of the host as URIs are parsed, in lower case: 127.0.0.0/8, ::1 and the names of this host (RFC
 * 6761 §6.3). */
static gboolean
is_loopback (const char *host)
{
  static const char name[] = "localhost";
  const gsize name_len = sizeof name - 1;
  gsize len = 4;

  if (host[0] == ':')
    return strcmp (host, "::1") == 0;
  if (host[0] == '1' && host[1] == '2' && host[2] == '7' && host[3] == '.')
    {
      while (g_ascii_isdigit (host[len]) || host[len] == '.')
        len++;
      return host[len] == '\0';
    }
  len = strlen (host);
  if (len > 0 && host[len - 1] == '.')
    len--;
  if (len < name_len || strncmp (host + len - name_len, name, name_len) != 0)
    return FALSE;
  return len == name_len || host[len - name_len - 1] == '.';
}

static TernProxyAnswer
try_fixed (TernProxyFinder *self, const TernUri *uri, GPtrArray **routes, GError **error)
{
  if (self->bypass
      && tern_proxy_bypass_covers ((const char *const *)self->bypass, uri->host, uri->port))
    return TERN_PROXY_KNOWN;
  if (self->problem)
    {
      g_propagate_error (error, g_error_copy (self->problem));
      return TERN_PROXY_FAILED;
    }
  *routes = g_ptr_array_ref (self->routes);
  return TERN_PROXY_KNOWN;
}

static TernProxyAnswer
read_environment (TernProxyFinder *self,
                  const TernUri *uri,
                  guint64 stamp,
                  gint64 now,
                  GPtrArray **routes,
                  GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (TernProxy) proxy
      = tern_proxy_new_from_environment (uri->secure ? "https" : "http", &problem);

  if (proxy && tern_proxy_applies_to (proxy, uri->host, uri->port))
    *routes = tern_proxy_routes_new (proxy, &problem);
  if (problem)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return TERN_PROXY_FAILED;
    }
  tern_proxy_memory_add (self->memory, uri, stamp, now, *routes);
  return TERN_PROXY_KNOWN;
}

static TernProxyAnswer
try_automatic (TernProxyFinder *self, const TernUri *uri, GPtrArray **routes, GError **error)
{
  const guint64 stamp = tern_proxy_environment_stamp ();
  gint64 now;

  if (stamp == 0 && is_loopback (uri->host))
    return TERN_PROXY_KNOWN;
  now = g_get_monotonic_time ();
  if (tern_proxy_memory_find (self->memory, uri, stamp, now, routes))
    return TERN_PROXY_KNOWN;
  if (stamp == 0)
    return TERN_PROXY_ASK;
  return read_environment (self, uri, stamp, now, routes, error);
}

TernProxyAnswer
tern_proxy_finder_try (TernProxyFinder *self,
                       const TernUri *uri,
                       GPtrArray **routes,
                       GError **error)
{
  *routes = NULL;
  if (self->proxy)
    return try_fixed (self, uri, routes, error);
  return self->resolver ? TERN_PROXY_ASK : try_automatic (self, uri, routes, error);
}

void
tern_proxy_finder_remember (TernProxyFinder *self, const TernUri *uri, GPtrArray *routes)
{
  tern_proxy_memory_add (self->memory, uri, 0, g_get_monotonic_time (), routes);
}
