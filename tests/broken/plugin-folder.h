/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders of plugins made for one test: descriptors from text, modules by symbolic link. */
#pragma once

#include <tern/plugin/tern-content-coding.h>
#include <tern/tern-error.h>
#include <tern/tern-plugins.h>

typedef struct
{
  char *dir;
} PluginFolder;

void plugin_folder_set_up (PluginFolder *folder, gconstpointer data);
void plugin_folder_tear_down (PluginFolder *folder, gconstpointer data);

/* A whole, valid descriptor of a content coding that is called @id; each of @edits, NULL at the
 * end, replaces the line of its key ("Abi=2"), or removes it ("Abi"). */
char *plugin_folder_describe (const char *id, const char *const *edits);

void plugin_folder_write (PluginFolder *folder, const char *name, const char *text, gssize len);

/* The descriptor and the module tests/broken/ID. */
void plugin_folder_add (PluginFolder *folder, const char *id);

/* What the list says of one file of the folder; NULL if it is not listed. */
TernPluginInfo *plugin_folder_find_info (PluginFolder *folder, const char *name);

GObject *plugin_folder_create (const char *name, GError **error);
