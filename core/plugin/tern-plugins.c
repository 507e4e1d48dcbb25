/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program may ask of the registry. It must never load a module but to make an object. */
#include <tern/tern-plugins.h>

#include "plugin/tern-registry.h"

/**
 * tern_plugins_add_path:
 * @path: (type filename): a folder of descriptors and modules
 *
 * Adds a folder of plugins behind the library's own and those that were added before. A name that
 * two plugins offer belongs to the first; the other one is out of use.
 */
void
tern_plugins_add_path (const char *path)
{
  g_return_if_fail (path != NULL);

  tern_registry_add_path (path);
}

/**
 * tern_plugins_set_allowed:
 * @names: (nullable) (array zero-terminated=1): plugins ("coding-gzip") or names that they offer
 *   ("gzip"); %NULL allows all
 *
 * Narrows down what may be loaded from now on, which programs do that want to know what runs in
 * them. What was loaded before stays loaded, and objects that were made stay good.
 */
void
tern_plugins_set_allowed (const char *const *names)
{
  tern_registry_set_allowed (names);
}

/**
 * tern_plugins_create:
 * @kind: the kind of the plugin
 * @name: a name that it offers, in any case
 * @error: return location for a #GError of [error@PluginError]
 *
 * Makes an object of a plugin, for use apart from a client: a [iface@ContentCoding] to decode a
 * file with, say. For a [iface@CacheStore] see [func@CacheStore.open].
 *
 * Returns: (transfer full) (nullable): the object, which implements the interface of @kind
 */
GObject *
tern_plugins_create (TernPluginKind kind, const char *name, GError **error)
{
  g_return_val_if_fail (kind <= TERN_PLUGIN_CONTENT_CODING, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return tern_registry_create (kind, name, error);
}
