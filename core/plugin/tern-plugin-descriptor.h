/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a .tern-plugin file says of a plugin. The descriptors are the index of all plugins, so a
 * file is taken whole or not at all. Pure: text and a file name in, a value out. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>

#define TERN_PLUGIN_DESCRIPTOR_SUFFIX ".tern-plugin"

typedef struct
{
  char *id; /* the file's name without the suffix: "coding-gzip" */
  TernPluginKind kind;
  char **names; /* lower case; the first is canonical; at least one */
  char *module; /* a bare name without suffix; never a path */
  int rank;
  guint64 abi;
  guint min_core[3];
  char *title; /* in the language of the process, as is the description */
  char *description;
  char *licence;
} TernPluginDescriptor;

/* @file_name may have folders before it. Errors: BROKEN, naming @file_name. */
TernPluginDescriptor *tern_plugin_descriptor_parse (const char *file_name, const char *text,
                                                    gsize len, GError **error);
void tern_plugin_descriptor_free (TernPluginDescriptor *descriptor);

/* Whether this core can serve what was built for that ABI and version. Errors: WRONG_ABI. */
gboolean tern_plugin_descriptor_fits (const TernPluginDescriptor *descriptor, const char *file_name,
                                      GError **error);

/* Splits "gzip;x-gzip" into names in lower case; NULL where one is not a token, comes twice or is
 * too long, or where there is none. */
char **tern_plugin_descriptor_split_names (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPluginDescriptor, tern_plugin_descriptor_free)
