/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for what another request brings, as an operation. */
#pragma once

#include "engine/tern-flow.h"

/* Starts or goes on with waiting; never FAILED: who has waited long enough goes alone. */
TernStep tern_cache_join_perform (TernFlow *flow, TernWait *wait);

/* Stops waiting, and lets go of what the operation holds. */
void tern_cache_joining_clear (TernCacheJoining *self);
