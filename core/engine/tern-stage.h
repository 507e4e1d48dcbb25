/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage is, and the list of them all: the order stands in tern-stages.c. */
#pragma once

#include "engine/tern-flow.h"

typedef struct
{
  const char *name;
  TernGo (*down) (TernFlow *flow, gpointer state);
  TernGo (*up) (TernFlow *flow, gpointer state);
  void (*clear) (gpointer state); /* NULL where the state owns nothing */
  /* The walk ends before its end: it was cancelled. NULL where that says nothing. */
  void (*abandon) (TernFlow *flow, gpointer state);
} TernStage;

/* The layers of tern_call_edit() are the stages' numbers. */
typedef enum
{
  TERN_STAGE_REDIRECT,
  TERN_STAGE_AUTH,
  TERN_STAGE_CODING,
  TERN_STAGE_CACHE,
  TERN_STAGE_PROXY_AUTH,
  TERN_STAGE_RETRY,
  TERN_STAGE_EXCHANGE,
} TernStageNumber;

extern const TernStage *const tern_stages[TERN_N_STAGES];

extern const TernStage tern_stage_redirect;
extern const TernStage tern_stage_auth;
extern const TernStage tern_stage_coding;
extern const TernStage tern_stage_cache;
extern const TernStage tern_stage_proxy_auth;
extern const TernStage tern_stage_retry;
extern const TernStage tern_stage_exchange;
