/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern completions. */
#pragma once

#include <glib.h>

extern const char completions_more[];

/* A CommandRun. */
int completions_run (const void *values, char **arguments);
