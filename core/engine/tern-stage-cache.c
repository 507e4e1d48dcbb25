/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers from the cache, asks the origin whether what is stored still holds, and keeps what may be
 * kept (RFC 9111). Every decision is one of policy/; this stage only asks for the store's work in
 * turn, as the table in tern-cache-walk.h says. */
#include "engine/tern-cache-walk.h"
#include "engine/tern-stage.h"

const TernStage tern_stage_cache = { .name = "cache",
                                     .down = tern_cache_walk_down,
                                     .up = tern_cache_walk_up,
                                     .clear = tern_cache_walk_clear,
                                     .abandon = tern_cache_walk_abandon };
