/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of a memory store while it is written. */
#pragma once

#include <tern/tern-plugin.h>

#include "memory-table.h"

TernCacheWriter *memory_writer_new (MemoryTable *table, const char *key, GBytes *meta);
