/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bottom: asks for one exchange and hands up what came of it. It never tries twice. */
#include "engine/tern-stage.h"

static TernGo
exchange_down (TernFlow *flow, gpointer state)
{
  if (flow->op.kind == TERN_OP_EXCHANGE)
    return TERN_GO_ANSWER;
  /* The retry stage has said how, in its fields of the operation. */
  flow->op.kind = TERN_OP_EXCHANGE;
  return TERN_GO_OPERATE;
}

const TernStage tern_stage_exchange = { .name = "exchange", .down = exchange_down };
