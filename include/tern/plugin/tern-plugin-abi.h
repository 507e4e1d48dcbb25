/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin's module exports: one constant that says what it is and what it was built
 * against. */
#pragma once

#include <tern/tern-types.h>
#include <tern/tern-version.h>

G_BEGIN_DECLS

/* Raised when an interface changes in a way that an older plugin cannot serve. */
#define TERN_PLUGIN_ABI 1

/**
 * TernPluginKind:
 * @TERN_PLUGIN_AUTH_SCHEME: answers authentication challenges
 * @TERN_PLUGIN_CACHE_STORE: keeps cached responses
 * @TERN_PLUGIN_CONTENT_CODING: decodes, perhaps encodes, bodies
 *
 * The kinds of plugins.
 */
typedef enum
{
  TERN_PLUGIN_AUTH_SCHEME,
  TERN_PLUGIN_CACHE_STORE,
  TERN_PLUGIN_CONTENT_CODING,
} TernPluginKind;

typedef struct _TernPlugin TernPlugin;

/**
 * TernPlugin: (skip)
 * @abi: TERN_PLUGIN_ABI of the headers that the plugin was built with
 * @kind: which interface @get_type implements
 * @interface_size: the size of that interface's structure in those headers
 * @names: the names as in the descriptor, separated by ";"
 * @get_type: registers and returns the type; called once, after everything else was checked
 * @core: a function of the library that the plugin is bound to; another copy of it (a program that
 *   holds the library statically) cannot serve the plugin
 *
 * The one symbol of a plugin module, named tern_plugin_NAME with "-" written "_".
 */
struct _TernPlugin
{
  guint32 abi;
  guint32 kind;
  gsize interface_size;
  const char *names;
  GType (*get_type) (void);
  guint (*core) (void);
};

/* A plugin that is linked into the library is found through a table and exports nothing. */
#ifdef TERN_BUILTIN_PLUGINS
#define TERN_PLUGIN_EXPORT
#else
#define TERN_PLUGIN_EXPORT __attribute__ ((visibility ("default")))
#endif

/* The same macro serves a module and a plugin that is linked into the library. */
#define TERN_PLUGIN_DEFINE(symbol, plugin_kind, InterfaceStruct, plugin_names, type_function)      \
  TERN_PLUGIN_EXPORT extern const TernPlugin tern_plugin_##symbol;                                 \
  const TernPlugin tern_plugin_##symbol                                                            \
      = { TERN_PLUGIN_ABI, plugin_kind,   sizeof (InterfaceStruct),                                \
          plugin_names,    type_function, tern_get_major_version };

G_END_DECLS
