/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one visible order: a request goes down this list and its result comes up. Redirect stands on
 * top, so that every hop is authenticated and cached for its own origin; auth and coding stand
 * above the cache, so that bodies are stored as they came and every hit is decoded; proxies are
 * found and answered beneath it, because what the cache has goes through none. */
#include "engine/tern-stage.h"

const TernStage *const tern_stages[TERN_N_STAGES] = {
  [TERN_STAGE_REDIRECT] = &tern_stage_redirect,
  [TERN_STAGE_AUTH] = &tern_stage_auth,
  [TERN_STAGE_CODING] = &tern_stage_coding,
  [TERN_STAGE_CACHE] = &tern_stage_cache,
  [TERN_STAGE_PROXY_AUTH] = &tern_stage_proxy_auth,
  [TERN_STAGE_RETRY] = &tern_stage_retry,
  [TERN_STAGE_EXCHANGE] = &tern_stage_exchange,
};
