/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern get, the main job. */
#pragma once

#include "get-options.h"

/* A CommandRun. */
int get_run (const void *values, char **arguments);
