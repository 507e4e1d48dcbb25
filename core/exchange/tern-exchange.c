/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of one exchange:
 *
 *   PREPARE ──> LEASE ──> ESTABLISH ──> OPEN ──> SEND ──> HEAD ──> DONE
 *     └── kept connection ────┘        │  ^     │
 *                                      └──┘ 100-continue: send the head, look for an answer, go on
 *
 * Every failure leaves the connection closed; only a response that was read to its end gives it
 * back. */
#include "exchange/tern-exchange.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "exchange/tern-body-reader.h"
#include "exchange/tern-exchange-log.h"
#include "exchange/tern-head-reader.h"
#include "exchange/tern-head-text.h"
#include "exchange/tern-opening.h"
#include "exchange/tern-passage.h"
#include "exchange/tern-request-head.h"
#include "exchange/tern-send.h"
#include "exchange/tern-upload.h"
#include "http1/tern-http1-framing.h"
#include "message/tern-response-private.h"

typedef enum
{
  STATE_PREPARE,
  STATE_LEASE,
  STATE_ESTABLISH,
  STATE_OPEN,
  STATE_SEND,
  STATE_HEAD,
  STATE_DONE,
} State;

/* How long a server is given for its 100 (Continue) before the body is sent all the same. */
#define CONTINUE_WAIT G_TIME_SPAN_SECOND

struct _TernExchange
{
  const TernExchangeEnv *env;
  TernCall *call;
  State state;
  gboolean allow_expect;
  TernExchangeFacts facts;
  TernOpening opening;
  TernTransport *transport; /* the opening's */
  GByteArray *head;   /* of the request, until it is being sent */
  TernReader *upload; /* the body, likewise; NULL for bytes in memory */
  TernHeadPlan plan;
  char *absolute; /* the target for a proxy */
  TernSend send;
  TernHeadReader reader;
  TernDeadline deadline;
  gint64 continue_at; /* 0 once nobody waits for 100 (Continue) */
  TernTimings timings;
  gint64 mark;  /* when the phase began that is measured */
  guint64 told; /* how much of the upload was reported */
  TernPhase told_phase;
  TernResponse *response;
  TernReader *body;
};

TernExchange *
tern_exchange_new (const TernExchangeEnv *env,
                   TernCall *call,
                   gboolean fresh,
                   gboolean allow_expect)
{
  TernExchange *self = g_new0 (TernExchange, 1);

  self->env = env;
  self->call = call;
  tern_opening_init (&self->opening, env, call->uri, fresh,
                     env->route ? tern_headers_get (call->headers, "Proxy-Authorization") : NULL);
  self->allow_expect = allow_expect;
  self->reader.limits = env->limits;
  self->mark = g_get_monotonic_time ();
  tern_deadline_init (&self->deadline, env->idle_timeout, env->total_deadline);
  return self;
}

void
tern_exchange_free (TernExchange *self)
{
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_pointer (&self->upload, tern_reader_free);
  tern_send_clear (&self->send);
  tern_head_reader_clear (&self->reader);
  tern_opening_clear (&self->opening);
  g_clear_pointer (&self->body, tern_reader_free);
  g_clear_object (&self->response);
  g_free (self->absolute);
  g_free (self);
}

const TernExchangeFacts *
tern_exchange_get_facts (TernExchange *self)
{
  return &self->facts;
}

/* Time spent since the last mark. */
static gint64
lap (TernExchange *self)
{
  const gint64 now = g_get_monotonic_time ();
  const gint64 spent = now - self->mark;

  self->mark = now;
  return spent;
}

/* Opens the body; bytes in memory need no reader. FALSE with an error of the program's own. */
static gboolean
open_upload (TernExchange *self, GError **error)
{
  TernCall *call = self->call;
  g_autoptr (GError) local = NULL;

  if (call->body.kind == TERN_SOURCE_BYTES)
    self->plan.length = g_bytes_get_size (call->body.bytes);
  else
    self->upload = tern_upload_open (&call->body, call->body_sent_once, &self->plan.length, &local);
  self->plan.has_body = self->upload || call->body.kind == TERN_SOURCE_BYTES;
  if (!local)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* For a proxy that reads the request itself the target says what it would not know else (RFC 9112
 * §3.2.2); about the server as a whole it has no path (§3.2.4). */
static void
address_proxy (TernExchange *self)
{
  const TernUri *uri = self->call->uri;
  const char *target = strcmp (uri->target, "*") == 0 ? "" : uri->target;

  if (!self->absolute)
    self->absolute = g_strconcat ("http://", uri->authority, target, NULL);
  self->plan.target = self->absolute;
  self->plan.via_proxy = self->facts.via_proxy = TRUE;
  self->plan.proxy_fields = self->env->route->headers;
}

/* FALSE: the request cannot be sent as it is. */
static gboolean
prepare (TernExchange *self, GError **error)
{
  TernCall *call = self->call;
  TernHeadPlan *plan = &self->plan;

  plan->target = call->uri->target;
  plan->user_agent = self->env->user_agent;
  if (tern_passage_is_absolute (self->env->route, call->uri))
    address_proxy (self);
  if (!open_upload (self, error))
    return FALSE;
  plan->expect = plan->has_body && plan->length != 0 && self->allow_expect
                 && (call->request->expect_continue || tern_call_get (call, "Expect"));
  self->head = tern_request_head_write (call, plan, error);
  self->reader.upgrade = tern_call_get (call, "Upgrade") != NULL;
  self->facts.expected = plan->expect;
  return self->head != NULL;
}

/* The request is put together before a connection is asked for: what is wrong with it, or with its
 * file, costs none. */
static TernStep
step_prepare (TernExchange *self, TernWait *wait, GError **error)
{
  self->facts.phase = TERN_PHASE_NONE;
  if (!prepare (self, error))
    return TERN_STEP_FAILED;
  self->facts.phase = TERN_PHASE_QUEUE;
  self->state = STATE_LEASE;
  return TERN_STEP_DONE;
}

/* Who waits in the queue holds no descriptor: the file is opened, and the head written, once more
 * when its turn has come. */
static void
put_down_file (TernExchange *self)
{
  if (self->call->body.kind != TERN_SOURCE_FILE)
    return;
  g_clear_pointer (&self->upload, tern_reader_free);
  g_clear_pointer (&self->head, g_byte_array_unref);
}

static TernStep
step_lease (TernExchange *self, TernWait *wait, GError **error)
{
  const TernStep step = tern_opening_lease (&self->opening, self->mark, wait, error);

  if (step == TERN_STEP_WAIT)
    put_down_file (self);
  if (step != TERN_STEP_DONE)
    return step;
  if (!self->head && !prepare (self, error))
    return TERN_STEP_FAILED;
  self->timings.queue = lap (self);
  self->transport = tern_opening_get_transport (&self->opening);
  self->facts.reused = self->transport != NULL;
  self->timings.reused = self->facts.reused;
  if (self->facts.reused)
    tern_exchange_log_reused (self->env, self->call->uri);
  self->state = self->transport ? STATE_OPEN : STATE_ESTABLISH;
  return TERN_STEP_DONE;
}

static TernStep
step_establish (TernExchange *self, TernWait *wait, GError **error)
{
  GError *cause = NULL;
  const TernStep step
      = tern_opening_establish (&self->opening, &self->timings, &self->facts.phase, wait, &cause);

  if (step == TERN_STEP_FAILED)
    {
      tern_exchange_log_connect_failed (self->env, self->call->uri, cause);
      g_propagate_error (error, cause);
    }
  if (step != TERN_STEP_DONE)
    return step;
  lap (self);
  self->transport = tern_opening_get_transport (&self->opening);
  self->response = tern_opening_steal_refusal (&self->opening);
  self->facts.refused_tunnel = self->response != NULL;
  if (self->response)
    self->response->timings = self->timings;
  self->state = self->response ? STATE_DONE : STATE_OPEN;
  return TERN_STEP_DONE;
}

static void
tell_request_head (TernExchange *self, const GByteArray *head)
{
  g_autofree char *text = NULL;

  if (!self->env->head)
    return;
  text = tern_head_text_of_request (head);
  self->env->head (self->env->data, TRUE, text);
}

static TernStep
step_open (TernExchange *self, TernWait *wait, GError **error)
{
  self->facts.phase = TERN_PHASE_SEND;
  tell_request_head (self, self->head);
  tern_send_init (&self->send, self->transport, g_steal_pointer (&self->head),
                  self->call->body.kind == TERN_SOURCE_BYTES ? self->call->body.bytes : NULL,
                  g_steal_pointer (&self->upload), self->plan.length, !self->plan.expect);
  self->state = STATE_SEND;
  return TERN_STEP_DONE;
}

static void
report_upload (TernExchange *self)
{
  if (!self->env->uploaded || self->send.body_sent == self->told)
    return;
  self->told = self->send.body_sent;
  self->env->uploaded (self->env->data, self->told);
}

/* A stream that was read from must be rewound before it is sent again, by this call or the next. */
static void
note_touched (TernExchange *self)
{
  if (!self->send.block || self->call->body_sent_once)
    return;
  self->call->body_sent_once = TRUE;
  self->call->request->body.used = TRUE;
}

static gboolean
has_final_head (TernExchange *self)
{
  return self->reader.head.headers && self->reader.head.status >= 200;
}

static void
tell_response_head (TernExchange *self)
{
  const TernHttp1Head *head = &self->reader.head;

  if (self->env->head)
    {
      g_autofree char *text = tern_head_text_of_response (head);

      self->env->head (self->env->data, FALSE, text);
    }
  if (self->env->informational && head->status < 200 && head->status != 101)
    self->env->informational (self->env->data, head->status, head->headers);
}

/* DONE: self->reader.head is an interim or the final head, and who listens was told. */
static TernStep
read_head (TernExchange *self, TernWait *wait, GError **error)
{
  TernStep step;

  self->reader.moved = FALSE;
  step = tern_head_reader_step (&self->reader, self->transport, self->call->uri->host, wait, error);
  self->facts.answer_started |= self->reader.started;
  if (step == TERN_STEP_DONE)
    tell_response_head (self);
  return step;
}

/* The write end broke, or waits: perhaps because the server has said its word already, a refusal of
 * the body for one. DONE: it is there; FAILED: it will never be. */
static TernStep
look_for_early_answer (TernExchange *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  wait->may_block = FALSE;
  while (step == TERN_STEP_DONE && !has_final_head (self))
    step = read_head (self, wait, error);
  return step;
}

static TernStep
step_send (TernExchange *self, TernWait *wait, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TernStep step;

  if (!tern_deadline_arm (&self->deadline, wait, TERN_PHASE_SEND, self->call->uri->host, error))
    return TERN_STEP_FAILED;
  self->send.moved = FALSE;
  step = tern_send_step (&self->send, wait, &cause);
  if (self->send.started)
    self->facts.request_sent = TRUE;
  self->facts.local = self->send.starved_for_good;
  note_touched (self);
  report_upload (self);
  if (step != TERN_STEP_DONE && self->send.started)
    {
      g_autoptr (GError) gone = NULL;
      const TernStep early = look_for_early_answer (self, wait, &gone);

      if (early == TERN_STEP_DONE && (step == TERN_STEP_FAILED || self->reader.head.status >= 400))
        {
          self->state = STATE_HEAD;
          return TERN_STEP_DONE;
        }
      /* Nobody is left to send the rest to, however long the program takes to give it. */
      if (early == TERN_STEP_FAILED && step == TERN_STEP_WAIT)
        {
          step = TERN_STEP_FAILED;
          cause = g_steal_pointer (&gone);
        }
    }
  if (step == TERN_STEP_WAIT
      && !tern_deadline_go_on (&self->deadline, self->send.moved || self->send.starved, wait,
                               TERN_PHASE_SEND, self->call->uri->host, error))
    return TERN_STEP_FAILED;
  if (step == TERN_STEP_FAILED)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&cause), _ ("While %s (%s): "),
                                  _ ("sending the request"), self->call->uri->host);
      return step;
    }
  if (step == TERN_STEP_DONE)
    {
      tern_deadline_moved (&self->deadline);
      self->timings.send = lap (self);
      self->facts.phase = TERN_PHASE_WAIT;
      if (!self->send.body_allowed)
        self->continue_at = self->mark + CONTINUE_WAIT;
      self->state = STATE_HEAD;
    }
  return step;
}

/* The server has agreed, or has been silent for long enough: the body goes out. */
static void
send_body (TernExchange *self)
{
  self->continue_at = 0;
  self->send.body_allowed = TRUE;
  self->facts.phase = TERN_PHASE_SEND;
  self->state = STATE_SEND;
}

/* Whether the connection may serve another request after this one. */
static gboolean
may_keep (TernExchange *self)
{
  const char *connection = tern_call_get (self->call, "Connection");
  TernFieldList list;
  const char *item;
  gsize len;

  if (!tern_send_is_complete (&self->send))
    return FALSE;
  if (!connection)
    return TRUE;
  tern_field_list_init (&list, connection, strlen (connection));
  while (tern_field_list_next (&list, &item, &len))
    if (len == 5 && g_ascii_strncasecmp (item, "close", 5) == 0)
      return FALSE;
  return TRUE;
}

/* From the final head to a response and its body. */
static TernStep
finish (TernExchange *self, GError **error)
{
  TernHttp1Head *head = &self->reader.head;
  TernFraming framing;

  if (!tern_http1_framing_decide (self->call->method, head->status, head->version, head->headers,
                                  &framing, error))
    return TERN_STEP_FAILED;
  /* After 101, and behind CONNECT, the connection speaks something else. */
  framing.keep
      &= head->status != 101 && strcmp (self->call->method, "CONNECT") != 0 && may_keep (self);
  self->timings.wait = lap (self);
  tern_exchange_log_end (self->env, &self->timings, self->send.body_sent);
  self->response = tern_response_new (head->status, head->version, g_steal_pointer (&head->reason),
                                      g_steal_pointer (&head->headers), self->call->uri);
  self->response->timings = self->timings;
  if (self->call->uri->secure)
    self->response->tls = tern_transport_get_tls_info (self->transport);
  if (framing.kind == TERN_BODY_LENGTH)
    self->response->expected = MIN (framing.length, G_MAXINT64);
  if (framing.kind == TERN_BODY_NONE || (framing.kind == TERN_BODY_LENGTH && framing.length == 0))
    {
      const gboolean keep = framing.keep && tern_receive_len (&self->reader.receive) == 0;

      self->response->expected = 0;
      tern_receive_clear (&self->reader.receive);
      tern_lease_release (tern_opening_steal_lease (&self->opening), keep, self->mark);
    }
  else
    self->body = tern_body_reader_new (tern_opening_steal_lease (&self->opening),
                                       &self->reader.receive, &framing, &self->env->limits,
                                       &self->deadline, self->call->uri);
  self->state = STATE_DONE;
  return TERN_STEP_DONE;
}

/* What waiting for the head came to: a deadline, or the leave to send the body. */
static TernStep
wait_for_head (TernExchange *self, TernWait *wait, GError **error)
{
  if (self->continue_at != 0 && g_get_monotonic_time () >= self->continue_at)
    {
      send_body (self);
      return TERN_STEP_DONE;
    }
  if (!tern_deadline_go_on (&self->deadline, self->reader.moved, wait, TERN_PHASE_WAIT,
                            self->call->uri->host, error))
    return TERN_STEP_FAILED;
  return TERN_STEP_WAIT;
}

static TernStep
step_head (TernExchange *self, TernWait *wait, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TernStep step = TERN_STEP_DONE;

  if (has_final_head (self))
    return finish (self, error); /* it came while the body was being sent */
  if (!tern_deadline_arm (&self->deadline, wait, TERN_PHASE_WAIT, self->call->uri->host, error))
    return TERN_STEP_FAILED;
  if (self->continue_at != 0)
    tern_wait_add_deadline (wait, self->continue_at);
  step = read_head (self, wait, &cause);
  if (step == TERN_STEP_WAIT)
    return wait_for_head (self, wait, error);
  if (step == TERN_STEP_FAILED)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&cause), _ ("While %s (%s): "),
                                  _ ("waiting for the response"), self->call->uri->host);
      return step;
    }
  tern_deadline_moved (&self->deadline);
  if (self->reader.head.status >= 200 || self->reader.head.status == 101)
    return finish (self, error);
  if (self->continue_at != 0 && self->reader.head.status == 100)
    send_body (self);
  return TERN_STEP_DONE;
}

static void
tell_phase (TernExchange *self)
{
  if (!self->env->log || self->told_phase == self->facts.phase)
    return;
  self->told_phase = self->facts.phase;
  tern_exchange_log_phase (self->env, self->told_phase);
}

TernStep
tern_exchange_step (TernExchange *self, TernWait *wait, GError **error)
{
  static TernStep (*const steps[]) (TernExchange * self, TernWait * wait, GError * *error) = {
    [STATE_PREPARE] = step_prepare, [STATE_LEASE] = step_lease, [STATE_ESTABLISH] = step_establish,
    [STATE_OPEN] = step_open,       [STATE_SEND] = step_send,   [STATE_HEAD] = step_head,
  };
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->state != STATE_DONE)
    {
      tell_phase (self);
      step = steps[self->state](self, wait, error);
    }
  /* Those of a connection that is being made go by within one state. */
  if (step == TERN_STEP_WAIT)
    tell_phase (self);
  return step;
}

TernResponse *
tern_exchange_steal_response (TernExchange *self, TernReader **body)
{
  *body = g_steal_pointer (&self->body);
  return g_steal_pointer (&self->response);
}
