/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern download. */
#pragma once

#include "download-options.h"

/* A CommandRun. */
int download_run (const void *values, char **arguments);
