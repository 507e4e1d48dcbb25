/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a descriptor to a type: opens the module, takes its one symbol, and believes nothing that
 * it has not checked. Runs code of plugins, so no lock may be held. */
#pragma once

#include "plugin/tern-plugin-descriptor.h"

/* Opens the module in @folder, checks the constant that it exports and makes it resident.
 * Errors: BROKEN, WRONG_ABI. */
const TernPlugin *tern_plugin_module_open (const char *folder,
                                           const TernPluginDescriptor *descriptor, GError **error);

/* Whether the constant is what the descriptor says and what this core can serve. @file is for the
 * message. */
gboolean tern_plugin_check (const TernPlugin *plugin, const TernPluginDescriptor *descriptor,
                            const char *file, GError **error);

/* Registers the type and checks that objects of it will do; 0 when not. */
GType tern_plugin_make_type (const TernPlugin *plugin, const char *file, GError **error);
