/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern plugins */
#pragma once

#include "output-options.h"

extern const char plugins_more[];
extern const OptionSet plugins_sets[];

int plugins_run (const void *values, char **arguments);
