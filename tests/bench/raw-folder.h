/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder of files that are opened, read and closed, one after the other: what the kernel alone
 * takes for a hit in a store that has a file for each entry. Must never look at what is in them. */
#pragma once

#include "bench.h"

bool raw_folder_open (const char *path);
/* Reads the next file; with the last one it begins again. */
bool raw_folder_read (const BenchPlan *plan, BenchTally *tally);
void raw_folder_close (void);
