/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations between the rounds of a login. What is handed back to the program is still there
 * to be read, and a connection is not held while a person thinks. */
#include "engine/tern-login-rounds.h"

#include "engine/tern-auth-session.h"
#include "engine/tern-operation.h"

void
tern_login_rounds_clear (TernLoginRounds *self)
{
  tern_login_clear (&self->login);
  g_clear_pointer (&self->fields, tern_headers_unref);
}

static TernGo
operate (TernLoginRounds *self, TernFlow *flow, TernRound at, TernOperationKind kind)
{
  tern_operation_clear (&flow->op); /* of the operation before */
  self->at = at;
  flow->op.kind = kind;
  return TERN_GO_OPERATE;
}

static TernGo
hash (TernLoginRounds *self, TernFlow *flow)
{
  const TernGo go = operate (self, flow, TERN_ROUND_HASHING, TERN_OP_BODY_HASH);

  flow->op.key = tern_auth_session_name_hash (self->login.session);
  return go;
}

static TernGo
ask (TernLoginRounds *self, TernFlow *flow)
{
  const TernGo go = operate (self, flow, TERN_ROUND_ASKING, TERN_OP_CREDENTIALS);

  flow->op.challenge = self->login.question;
  flow->op.attempt = self->login.asked;
  return go;
}

/* The body of the refusal is in nobody's way, or is brought out of it. */
static TernGo
send_again (TernLoginRounds *self, TernFlow *flow)
{
  self->at = TERN_ROUND_IDLE;
  if (!tern_flow_rewind (flow))
    return TERN_GO_ON;
  if (flow->op.facts.refused_tunnel)
    return TERN_GO_AGAIN; /* its body came with its head */
  return operate (self, flow, TERN_ROUND_DRAINING, TERN_OP_DRAIN);
}

static TernGo
give_up (TernLoginRounds *self, TernFlow *flow)
{
  GError *error = tern_login_steal_error (&self->login);

  self->at = TERN_ROUND_IDLE;
  if (error)
    tern_result_fail (&flow->result, error);
  return TERN_GO_ON;
}

static TernGo
follow (TernLoginRounds *self, TernFlow *flow, const TernLoginKind *kind, TernLoginGo go)
{
  if (go == TERN_LOGIN_SEND || go == TERN_LOGIN_GIVE_UP)
    tern_login_tell (&self->login, kind, self->fields, flow->hooks.log, flow->hooks.data);
  switch (go)
    {
    case TERN_LOGIN_SEND:
      return send_again (self, flow);
    case TERN_LOGIN_HASH:
      return hash (self, flow);
    case TERN_LOGIN_ASK:
      return flow->result.body ? operate (self, flow, TERN_ROUND_KEEPING, TERN_OP_KEEP)
                               : ask (self, flow);
    case TERN_LOGIN_GIVE_UP:
    default:
      return give_up (self, flow);
    }
}

TernGo
tern_login_rounds_begin (TernLoginRounds *self,
                         TernFlow *flow,
                         const TernLoginKind *kind,
                         const TernLoginPlace *place)
{
  TernLoginGo go;

  if (self->at == TERN_ROUND_HASHING)
    go = tern_login_take_hash (&self->login, kind, place, g_steal_pointer (&flow->op.hash),
                               &self->fields);
  else
    go = tern_login_begin (&self->login, kind, place, &self->fields);
  self->at = TERN_ROUND_IDLE;
  return go == TERN_LOGIN_HASH ? hash (self, flow) : TERN_GO_ON;
}

/* Nobody answered in time. */
static TernGo
fail (TernLoginRounds *self, TernFlow *flow)
{
  self->at = TERN_ROUND_IDLE;
  tern_result_fail (&flow->result, g_steal_pointer (&flow->op.error));
  return TERN_GO_ON;
}

TernGo
tern_login_rounds_answer (TernLoginRounds *self,
                          TernFlow *flow,
                          const TernLoginKind *kind,
                          const TernLoginPlace *place)
{
  TernLogin *login = &self->login;

  switch (self->at)
    {
    case TERN_ROUND_DRAINING:
      self->at = TERN_ROUND_IDLE;
      return TERN_GO_AGAIN;
    case TERN_ROUND_KEEPING:
      return ask (self, flow);
    case TERN_ROUND_ASKING:
      if (flow->op.error)
        return fail (self, flow);
      return follow (self, flow, kind,
                     tern_login_hear (login, kind, place, flow->op.credentials, &self->fields));
    case TERN_ROUND_HASHING:
      return follow (self, flow, kind,
                     tern_login_take_hash (login, kind, place, g_steal_pointer (&flow->op.hash),
                                           &self->fields));
    case TERN_ROUND_IDLE:
    default:
      return follow (self, flow, kind,
                     tern_login_answer (login, kind, place, flow->result.response, &self->fields));
    }
}
