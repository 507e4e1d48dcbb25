/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands of tern cache have in common: their options and the store that they open. */
#pragma once

#include "common/command.h"

#include <tern/tern-types.h>

typedef struct
{
  char *store; /* NULL: the user's own */
  gboolean json;
  char *partition; /* show, rm */
  gboolean body;   /* show */
  int variant;     /* show: negative where it was not given */
} CacheOptions;

extern const OptionSet cache_sets[];      /* --store and --json */
extern const OptionSet cache_show_sets[]; /* with what belongs to show */
extern const OptionSet cache_remove_sets[];

/* The URI of the store, to be freed. */
char *cache_options_uri (const CacheOptions *self);
/* NULL: it was said why, and @exit_code is set. */
TernCacheStore *cache_options_open (const CacheOptions *self, int *exit_code);

/* Says what went wrong with a store; returns the exit code for it. */
int cache_options_fail (const GError *error);
