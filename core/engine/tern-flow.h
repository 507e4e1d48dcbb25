/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request on its way through the stages: the walker's state, what it carries down and what
 * comes up. A flow is one step; it knows neither driver. */
#pragma once

#include <tern/tern-response.h>

#include "engine/tern-op.h"
#include "engine/tern-settings.h"
#include "exchange/tern-exchange-env.h"
#include "io/tern-reader.h"
#include "message/tern-call.h"
#include "message/tern-failure-private.h"

/* What comes up: a response (with a body, or without) or a failure. */
typedef struct
{
  TernResponse *response;
  TernReader *body; /* of the response, or of the one that the failure is about */
  GError *error;
  TernFailure *failure; /* what is known beside the error; perhaps NULL */
} TernResult;

void tern_result_clear (TernResult *self);
/* Replaces whatever there was by an error (taken); a response there was becomes part of the
 * failure, and its body stays to be read or dropped. */
void tern_result_fail (TernResult *self, GError *error);
/* Replaces whatever there was by a response (both taken). */
void tern_result_answer (TernResult *self, TernResponse *response, TernReader *body);

/* Who listens; a NULL is nobody, and costs nothing. */
typedef struct
{
  gpointer data;
  void (*head) (gpointer data, gboolean is_sent, const char *text);
  void (*informational) (gpointer data, guint status, TernHeaders *headers);
  void (*redirected) (gpointer data, TernResponse *previous, const char *next);
  void (*uploaded) (gpointer data, guint64 sent);
  TernDebugFunc log; /* all but the heads */
  TernTlsAskFunc certificate_error;
  /* (transfer full), NULL is nobody or, after tern_request_defer_authentication(), later. */
  TernCredentials *(*authenticate) (gpointer data, TernChallenge *challenge);
} TernHooks;

/* What a stage says. */
typedef enum
{
  TERN_GO_ON,      /* to the next one, down or up */
  TERN_GO_ANSWER,  /* down only: the result is set, turn round */
  TERN_GO_AGAIN,   /* up only: go down once more below me */
  TERN_GO_OPERATE, /* do flow->op, then call me again */
} TernGo;

/* Room for what a stage remembers between its calls; zeroed whenever the stage is reset. */
typedef union
{
  gpointer align;
  char room[176];
} TernStageState;

#define TERN_N_STAGES 7

typedef struct
{
  TernSettings *settings;
  TernCall call;
  TernHooks hooks;
  TernExchangeEnv env;
  TernOperation op;
  /* Does flow->op; the flow tests put a script here. */
  TernStep (*perform) (gpointer flow, TernWait *wait);
  TernResult result;
  guint at;
  guint top; /* the stage at which it began, and at which it is over */
  gboolean up;
  gboolean over;
  gboolean revalidates; /* it asks in the background: stale is not good enough */
  gboolean sent; /* since the cache let the request go on, some try of it may have arrived */
  guint n_again;
  gint64 started;
  TernPhase phase; /* of the last operation, for the message of a cancelled one */
  TernStageState states[TERN_N_STAGES];
  GString *trace; /* NULL where nobody reads it */
} TernFlow;

/* The body again from its start; FALSE, with the result failed, where that cannot be. */
gboolean tern_flow_rewind (TernFlow *self);
