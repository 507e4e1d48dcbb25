/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Under which key a response is kept. Pure; tern_cache_safe_name() of tern-util.h lives beside
 * it. */
#pragma once

#include "base/tern-uri.h"

/* The URI without userinfo and fragment and, behind a blank, the escaped partition where there is
 * one. */
char *tern_cache_key (const TernUri *uri, const char *partition);

/* Of a key, for tables within the process alone: no bucket may hold so much that it mattered if
 * somebody made keys that share one. */
guint tern_cache_key_hash (const char *key);
