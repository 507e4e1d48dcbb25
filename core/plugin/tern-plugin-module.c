/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads plugin modules. It must never run anything of a module before everything that can be
 * checked from its constant was checked, and never unload one whose type was made. */
#include "plugin/tern-plugin-module.h"

#include <gmodule.h>
#include <tern/plugin/tern-auth-scheme.h>
#include <tern/plugin/tern-cache-store.h>
#include <tern/plugin/tern-content-coding.h>
#include <tern/tern-error.h>
#include <tern/tern-version.h>

#include "base/tern-i18n.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GModule, g_module_close)

/* One row a kind; the slots end with 0 and are those that an author must fill. */
static const struct
{
  GType (*get_type) (void);
  gsize size;
  gsize needed[4];
} interfaces[] = {
  [TERN_PLUGIN_AUTH_SCHEME] = { tern_auth_scheme_get_type,
                                sizeof (TernAuthSchemeInterface),
                                { G_STRUCT_OFFSET (TernAuthSchemeInterface, get_flags),
                                  G_STRUCT_OFFSET (TernAuthSchemeInterface, respond) } },
  [TERN_PLUGIN_CACHE_STORE] = { tern_cache_store_get_type,
                                sizeof (TernCacheStoreInterface),
                                { G_STRUCT_OFFSET (TernCacheStoreInterface, get),
                                  G_STRUCT_OFFSET (TernCacheStoreInterface, set),
                                  G_STRUCT_OFFSET (TernCacheStoreInterface, delete) } },
  [TERN_PLUGIN_CONTENT_CODING] = { tern_content_coding_get_type,
                                   sizeof (TernContentCodingInterface),
                                   { G_STRUCT_OFFSET (TernContentCodingInterface,
                                                      create_decoder) } },
};

static gboolean
broken (GError **error, const char *file, const char *what)
{
  g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "%s: %s", file, what);
  return FALSE;
}

static gboolean
wrong_abi (GError **error, const char *file, const char *what)
{
  g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI, "%s: %s", file, what);
  return FALSE;
}

static gboolean
has_names (const TernPlugin *plugin, const TernPluginDescriptor *descriptor)
{
  g_auto (GStrv) names
      = plugin->names != NULL ? tern_plugin_descriptor_split_names (plugin->names) : NULL;

  return names != NULL
         && g_strv_equal ((const char *const *) names, (const char *const *) descriptor->names);
}

gboolean
tern_plugin_check (const TernPlugin *plugin, const TernPluginDescriptor *descriptor,
                   const char *file, GError **error)
{
  /* The ABI first: under another one the rest of the constant may mean something else. */
  if (plugin->abi != TERN_PLUGIN_ABI)
    return wrong_abi (error, file, _ ("built for another plugin ABI"));
  if (plugin->kind != descriptor->kind)
    return broken (error, file, _ ("of another kind than its descriptor says"));
  if (!has_names (plugin, descriptor))
    return broken (error, file, _ ("has other names than its descriptor says"));
  /* A plugin with more slots would write behind the end of our structure; one with fewer leaves the
   * rest as GObject made it, NULL. */
  if (plugin->interface_size > interfaces[plugin->kind].size)
    return wrong_abi (error, file, _ ("built for a newer version of the library"));
  if (plugin->interface_size <= sizeof (GTypeInterface) || plugin->get_type == NULL)
    return broken (error, file, _ ("has no interface or no type"));
  /* A program that holds the library statically and a module bound to the shared one would register
   * every type twice. */
  if (plugin->core != tern_get_major_version)
    return broken (error, file, _ ("bound to another copy of the library"));
  return TRUE;
}

static char *
make_symbol_name (const char *id)
{
  return g_strdelimit (g_strconcat ("tern_plugin_", id, NULL), "-", '_');
}

const TernPlugin *
tern_plugin_module_open (const char *folder, const TernPluginDescriptor *descriptor, GError **error)
{
  g_autofree char *name = g_strconcat (descriptor->module, "." G_MODULE_SUFFIX, NULL);
  g_autofree char *file = g_build_filename (folder, name, NULL);
  g_autofree char *symbol = make_symbol_name (descriptor->id);
  g_autoptr (GModule) module = NULL;
  g_autoptr (GError) inner = NULL;
  gpointer plugin = NULL;

  /* GModule tries other suffixes for a file that is not there; nothing else than named is
   * opened. */
  if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
    {
      broken (error, file, _ ("there is no such module"));
      return NULL;
    }
  module = g_module_open_full (file, G_MODULE_BIND_LOCAL, &inner);
  if (module == NULL)
    {
      broken (error, file, inner->message);
      return NULL;
    }
  if (!g_module_symbol (module, symbol, &plugin) || plugin == NULL)
    {
      broken (error, file, _ ("does not have the symbol of its name"));
      return NULL;
    }
  if (!tern_plugin_check (plugin, descriptor, file, error))
    return NULL;
  g_module_make_resident (module);
  return plugin;
}

GType
tern_plugin_make_type (const TernPlugin *plugin, const char *file, GError **error)
{
  GType interface_type = interfaces[plugin->kind].get_type ();
  const gsize *needed = interfaces[plugin->kind].needed;
  GType type = plugin->get_type ();
  g_autoptr (GTypeClass) klass = NULL;
  gpointer interface;

  if (type == G_TYPE_INVALID || !G_TYPE_IS_OBJECT (type) || G_TYPE_IS_ABSTRACT (type)
      || !g_type_is_a (type, interface_type))
    {
      broken (error, file, _ ("its type does not implement the interface of its kind"));
      return G_TYPE_INVALID;
    }
  klass = g_type_class_ref (type);
  interface = g_type_interface_peek (klass, interface_type);
  for (guint i = 0; i < G_N_ELEMENTS (interfaces[0].needed) && needed[i] != 0; i++)
    if (G_STRUCT_MEMBER (gpointer, interface, needed[i]) == NULL)
      {
        broken (error, file, _ ("leaves out a function that its kind must have"));
        return G_TYPE_INVALID;
      }
  return type;
}
