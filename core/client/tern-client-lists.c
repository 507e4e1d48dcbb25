/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of TernClient that are no plain value: the cache store, the connector, the
 * methods, the codes. */
#include "client/tern-client-properties.h"

/**
 * tern_client_get_cache_store:
 * @self: a client
 *
 * Gets #TernClient:cache-store.
 *
 * Returns: (nullable) (transfer full): see #TernClient:cache-store
 */
TernCacheStore *
tern_client_get_cache_store (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  return settings->cache_store ? g_object_ref (settings->cache_store) : NULL;
}

static void
edit_cache_store (TernSettings *settings, gconstpointer data)
{
  g_clear_object (&settings->cache_store);
  settings->cache_store = data ? g_object_ref ((gpointer)data) : NULL;
}

/**
 * tern_client_set_cache_store:
 * @self: a client
 * @store: (nullable): see #TernClient:cache-store
 *
 * Sets #TernClient:cache-store.
 */
void
tern_client_set_cache_store (TernClient *self, TernCacheStore *store)
{
  /* The old store is held until the lock is free: letting it go may run the program's code. */
  G_GNUC_UNUSED g_autoptr (TernCacheStore) old = tern_client_get_cache_store (self);

  tern_client_edit_settings (self, edit_cache_store, store);
  g_object_notify (G_OBJECT (self), "cache-store");
}

/**
 * tern_client_get_connector:
 * @self: a client
 *
 * Gets #TernClient:connector.
 *
 * Returns: (nullable) (transfer full): see #TernClient:connector
 */
TernConnector *
tern_client_get_connector (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  return settings->connector ? g_object_ref (settings->connector) : NULL;
}

static void
edit_connector (TernSettings *settings, gconstpointer data)
{
  tern_settings_set_connector (settings, (gpointer)data);
}

/**
 * tern_client_set_connector:
 * @self: a client
 * @connector: (nullable): see #TernClient:connector
 *
 * Sets #TernClient:connector. Connections that were made before are not used any more.
 */
void
tern_client_set_connector (TernClient *self, TernConnector *connector)
{
  G_GNUC_UNUSED g_autoptr (TernConnector) old = tern_client_get_connector (self);

  tern_client_edit_settings (self, edit_connector, connector);
  g_object_notify (G_OBJECT (self), "connector");
}

typedef struct
{
  const int *codes;
  gsize n;
} Codes;

static void
edit_redirect_codes (TernSettings *settings, gconstpointer data)
{
  const Codes *codes = data;

  g_array_unref (settings->redirect_codes);
  settings->redirect_codes = g_array_new (FALSE, FALSE, sizeof (int));
  if (codes->n > 0)
    g_array_append_vals (settings->redirect_codes, codes->codes, codes->n);
}

/**
 * tern_client_get_redirect_codes:
 * @self: a client
 * @n_codes: (out): how many there are
 *
 * Gets the status codes that are followed.
 *
 * Returns: (array length=n_codes) (transfer full): the status codes that are followed
 */
int *
tern_client_get_redirect_codes (TernClient *self, gsize *n_codes)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  *n_codes = settings->redirect_codes->len;
  return g_memdup2 (settings->redirect_codes->data, *n_codes * sizeof (int));
}

/**
 * tern_client_set_redirect_codes:
 * @self: a client
 * @codes: (array length=n_codes): the status codes that are to be followed; 300, 301, 302, 303, 307
 * and 308 by default
 * @n_codes: how many there are
 *
 * Sets which status codes are followed.
 */
void
tern_client_set_redirect_codes (TernClient *self, const int *codes, gsize n_codes)
{
  const Codes both = { codes, n_codes };

  tern_client_edit_settings (self, edit_redirect_codes, &both);
}

static void
edit_safe_methods (TernSettings *settings, gconstpointer data)
{
  static const char *const none[] = { NULL };

  g_strfreev (settings->safe_methods);
  settings->safe_methods = g_strdupv ((char **)(data ? data : none));
}

/**
 * tern_client_get_safe_methods:
 * @self: a client
 *
 * Gets #TernClient:safe-methods.
 *
 * Returns: (transfer full): see #TernClient:safe-methods
 */
char **
tern_client_get_safe_methods (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  return g_strdupv (settings->safe_methods);
}

/**
 * tern_client_set_safe_methods:
 * @self: a client
 * @safe_methods: (nullable) (array zero-terminated=1): see #TernClient:safe-methods
 *
 * Sets #TernClient:safe-methods.
 */
void
tern_client_set_safe_methods (TernClient *self, const char *const *safe_methods)
{
  tern_client_edit_settings (self, edit_safe_methods, safe_methods);
  g_object_notify (G_OBJECT (self), "safe-methods");
}

static void
edit_optimistic_methods (TernSettings *settings, gconstpointer data)
{
  static const char *const none[] = { NULL };

  g_strfreev (settings->optimistic_methods);
  settings->optimistic_methods = g_strdupv ((char **)(data ? data : none));
}

/**
 * tern_client_get_optimistic_methods:
 * @self: a client
 *
 * Gets #TernClient:optimistic-methods.
 *
 * Returns: (transfer full): see #TernClient:optimistic-methods
 */
char **
tern_client_get_optimistic_methods (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  return g_strdupv (settings->optimistic_methods);
}

/**
 * tern_client_set_optimistic_methods:
 * @self: a client
 * @optimistic_methods: (nullable) (array zero-terminated=1): see #TernClient:optimistic-methods
 *
 * Sets #TernClient:optimistic-methods.
 */
void
tern_client_set_optimistic_methods (TernClient *self, const char *const *optimistic_methods)
{
  tern_client_edit_settings (self, edit_optimistic_methods, optimistic_methods);
  g_object_notify (G_OBJECT (self), "optimistic-methods");
}
