/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache: the commands that look after a cache. */
#pragma once

#include "cache-options.h"

extern const char cache_list_more[];
extern const char cache_show_more[];
extern const char cache_remove_more[];
extern const char cache_stats_more[];
extern const char cache_verify_more[];
extern const char cache_clear_more[];

/* CommandRuns. */
int cache_list_run (const void *values, char **arguments);
int cache_show_run (const void *values, char **arguments);
int cache_remove_run (const void *values, char **arguments);
int cache_stats_run (const void *values, char **arguments);
int cache_verify_run (const void *values, char **arguments);
int cache_clear_run (const void *values, char **arguments);
