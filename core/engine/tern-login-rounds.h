/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A login of a flow: turns what it wants into operations, and its end into a word for the walker.
 * The stages for 401 and 407 differ only in where the fields go. */
#pragma once

#include "engine/tern-flow.h"
#include "engine/tern-login.h"

typedef enum
{
  TERN_ROUND_IDLE,
  TERN_ROUND_HASHING,
  TERN_ROUND_KEEPING, /* the body of the refusal, while the person is asked */
  TERN_ROUND_ASKING,
  TERN_ROUND_DRAINING,
} TernRound;

/* Zeroed it is one that has not begun. */
typedef struct
{
  TernLogin login;
  TernRound at;
  TernHeaders *fields; /* new ones for the stage to take, or NULL */
} TernLoginRounds;

void tern_login_rounds_clear (TernLoginRounds *self);

/* On the way down, before anybody asked: OPERATE, or ON (with fields or without). */
TernGo tern_login_rounds_begin (TernLoginRounds *self,
                                TernFlow *flow,
                                const TernLoginKind *kind,
                                const TernLoginPlace *place);

/* On the way up, when flow->result is a refusal, and each time after OPERATE. AGAIN: with the
 * fields that were set by then; ON: there is no more to be said. */
TernGo tern_login_rounds_answer (TernLoginRounds *self,
                                 TernFlow *flow,
                                 const TernLoginKind *kind,
                                 const TernLoginPlace *place);

/* Whether an operation of tern_login_rounds_answer() is under way. */
static inline gboolean
tern_login_rounds_is_busy (const TernLoginRounds *self)
{
  return self->at != TERN_ROUND_IDLE;
}
