/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the helper is started with. */
#pragma once

#include "caller-limits.h"
#include "common/command.h"

typedef struct
{
  int idle_seconds;
  gboolean no_cache;
  gboolean by_connection;
  gboolean version;
  int jobs;
  int streams;
  int rate;
  int burst;
  gint64 memory;
} Settings;

/* The helper as a table of one command: the usage, the manual and the completions are made of it.
 */
extern const Command settings_table[];

/* FALSE with an error of G_OPTION_ERROR; --help prints the usage and ends the program. */
gboolean settings_parse (Settings *self, int *argc, char ***argv, GError **error);
/* The limits that are set, and those that nobody sets. */
void settings_get_limits (const Settings *self, Limits *limits);
