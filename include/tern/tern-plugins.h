/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which plugins there are; a program may add folders and narrow what may be loaded. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_PLUGIN_INFO (tern_plugin_info_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernPluginInfo, tern_plugin_info, TERN, PLUGIN_INFO, GObject)

TERN_AVAILABLE_IN_ALL
GListModel *tern_plugins_list (void);
TERN_AVAILABLE_IN_ALL
void tern_plugins_add_path (const char *path);
TERN_AVAILABLE_IN_ALL
void tern_plugins_set_allowed (const char *const *names);
TERN_AVAILABLE_IN_ALL
GObject *tern_plugins_create (TernPluginKind kind, const char *name, GError **error);

TERN_AVAILABLE_IN_ALL
TernPluginKind tern_plugin_info_get_kind (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
const char *const *tern_plugin_info_get_names (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
const char *tern_plugin_info_get_file (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
int tern_plugin_info_get_rank (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_plugin_info_get_loaded (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
const GError *tern_plugin_info_get_error (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
const char *tern_plugin_info_get_title (TernPluginInfo *self);
TERN_AVAILABLE_IN_ALL
const char *tern_plugin_info_get_description (TernPluginInfo *self);

G_END_DECLS
