/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernPluginInfo: what a program is told of one plugin. A snapshot; it never changes, and making
 * one loads nothing. */
#include <tern/tern-enum-types.h>
#include <tern/tern-plugins.h>

#include "plugin/tern-plugin-entry.h"
#include "plugin/tern-registry.h"

/**
 * TernPluginInfo:
 *
 * What is known of one plugin, as it was when [func@plugins_list] was called.
 */
struct _TernPluginInfo
{
  GObject parent;
  TernPluginEntry *entry;
  const GError *error; /* the entry's */
  gboolean loaded;
};

enum
{
  PROP_KIND = 1,
  PROP_NAMES,
  PROP_FILE,
  PROP_RANK,
  PROP_LOADED,
  PROP_ERROR,
  PROP_TITLE,
  PROP_DESCRIPTION,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (TernPluginInfo, tern_plugin_info, G_TYPE_OBJECT)

static const char *const no_names[] = { NULL };

static TernPluginInfo *
tern_plugin_info_new (TernPluginEntry *entry)
{
  TernPluginInfo *self = g_object_new (TERN_TYPE_PLUGIN_INFO, NULL);

  self->entry = tern_plugin_entry_ref (entry);
  self->error = tern_plugin_entry_get_error (entry);
  self->loaded = tern_plugin_entry_is_loaded (entry);
  return self;
}

static void
tern_plugin_info_finalize (GObject *object)
{
  TernPluginInfo *self = TERN_PLUGIN_INFO (object);

  g_clear_pointer (&self->entry, tern_plugin_entry_unref);
  G_OBJECT_CLASS (tern_plugin_info_parent_class)->finalize (object);
}

static void
tern_plugin_info_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernPluginInfo *self = TERN_PLUGIN_INFO (object);

  switch (id)
    {
    case PROP_KIND:
      g_value_set_enum (value, tern_plugin_info_get_kind (self));
      break;
    case PROP_NAMES:
      g_value_set_boxed (value, tern_plugin_info_get_names (self));
      break;
    case PROP_FILE:
      g_value_set_string (value, tern_plugin_info_get_file (self));
      break;
    case PROP_RANK:
      g_value_set_int (value, tern_plugin_info_get_rank (self));
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_TITLE:
      g_value_set_string (value, tern_plugin_info_get_title (self));
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, tern_plugin_info_get_description (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_plugin_info_class_init (TernPluginInfoClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamSpec *props[N_PROPS] = { NULL };

  object_class->finalize = tern_plugin_info_finalize;
  object_class->get_property = tern_plugin_info_get_property;

  /**
   * TernPluginInfo:kind:
   *
   * What the plugin is for.
   */
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, TERN_TYPE_PLUGIN_KIND,
                                        TERN_PLUGIN_AUTH_SCHEME, flags);
  /**
   * TernPluginInfo:names:
   *
   * The names that it offers, the canonical one first.
   */
  props[PROP_NAMES] = g_param_spec_boxed ("names", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * TernPluginInfo:file:
   *
   * The path of its descriptor; %NULL for a plugin that is part of the library.
   */
  props[PROP_FILE] = g_param_spec_string ("file", NULL, NULL, NULL, flags);
  /**
   * TernPluginInfo:rank:
   *
   * Its strength or preference among plugins of its kind.
   */
  props[PROP_RANK] = g_param_spec_int ("rank", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  /**
   * TernPluginInfo:loaded:
   *
   * Whether its module is loaded.
   */
  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  /**
   * TernPluginInfo:error:
   *
   * Why it is out of use; %NULL if it is not.
   */
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * TernPluginInfo:title:
   *
   * Its name for people.
   */
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  /**
   * TernPluginInfo:description:
   *
   * What it does, for people.
   */
  props[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tern_plugin_info_init (TernPluginInfo *self)
{
}

/**
 * tern_plugin_info_get_kind:
 * @self: a plugin
 *
 * Gets what the plugin is for.
 *
 * Returns: what the plugin is for; of no meaning where [method@PluginInfo.get_names] is empty
 */
TernPluginKind
tern_plugin_info_get_kind (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), TERN_PLUGIN_AUTH_SCHEME);

  return self->entry->descriptor != NULL ? self->entry->descriptor->kind : TERN_PLUGIN_AUTH_SCHEME;
}

/**
 * tern_plugin_info_get_names:
 * @self: a plugin
 *
 * Gets the names that it offers, the canonical one first.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names that it offers, the canonical one
 *   first; none if its descriptor is broken
 */
const char *const *
tern_plugin_info_get_names (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), no_names);

  if (self->entry->descriptor == NULL)
    return no_names;
  return (const char *const *) self->entry->descriptor->names;
}

/**
 * tern_plugin_info_get_file:
 * @self: a plugin
 *
 * Gets the path of its descriptor, %NULL for a plugin that is part of the library.
 *
 * Returns: (nullable) (type filename): the path of its descriptor, %NULL for a plugin that is part
 *   of the library
 */
const char *
tern_plugin_info_get_file (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), NULL);

  return self->entry->file;
}

/**
 * tern_plugin_info_get_rank:
 * @self: a plugin
 *
 * Gets its strength or preference among plugins of its kind.
 *
 * Returns: its strength or preference among plugins of its kind; more is better
 */
int
tern_plugin_info_get_rank (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), 0);

  return self->entry->descriptor != NULL ? self->entry->descriptor->rank : 0;
}

/**
 * tern_plugin_info_get_loaded:
 * @self: a plugin
 *
 * Tells whether its module was loaded when the list was made.
 *
 * Returns: whether its module was loaded when the list was made
 */
gboolean
tern_plugin_info_get_loaded (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), FALSE);

  return self->loaded;
}

/**
 * tern_plugin_info_get_error:
 * @self: a plugin
 *
 * Gets why it is out of use, an error of [error@PluginError].
 *
 * Returns: (transfer none) (nullable): why it is out of use, an error of [error@PluginError];
 *   %NULL if nothing is known to be wrong with it
 */
const GError *
tern_plugin_info_get_error (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), NULL);

  return self->error;
}

/**
 * tern_plugin_info_get_title:
 * @self: a plugin
 *
 * Gets its name for people, in their language where that is known.
 *
 * Returns: (nullable): its name for people, in their language where that is known
 */
const char *
tern_plugin_info_get_title (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), NULL);

  return self->entry->descriptor != NULL ? self->entry->descriptor->title : NULL;
}

/**
 * tern_plugin_info_get_description:
 * @self: a plugin
 *
 * Gets what it does, for people.
 *
 * Returns: (nullable): what it does, for people
 */
const char *
tern_plugin_info_get_description (TernPluginInfo *self)
{
  g_return_val_if_fail (TERN_IS_PLUGIN_INFO (self), NULL);

  return self->entry->descriptor != NULL ? self->entry->descriptor->description : NULL;
}

/**
 * tern_plugins_list:
 *
 * All plugins that were found, broken ones and those that are not allowed too, in the order in
 * which they win: those that are part of the library, then those of its own folder, of the folders
 * that the program added, and of the environment variable `TERN_PLUGIN_PATH` (`TERN_PLUGIN_DIR`
 * names a folder in place of the compiled-in one). Nothing is loaded.
 * The list does not change; ask again for a newer one.
 *
 * Returns: (transfer full): a list of [class@PluginInfo]
 */
GListModel *
tern_plugins_list (void)
{
  g_autoptr (GPtrArray) entries = tern_registry_list_entries ();
  GListStore *list = g_list_store_new (TERN_TYPE_PLUGIN_INFO);

  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (TernPluginInfo) info = tern_plugin_info_new (entries->pdata[i]);

      g_list_store_append (list, info);
    }
  return G_LIST_MODEL (list);
}
