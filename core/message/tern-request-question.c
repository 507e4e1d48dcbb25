/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mailbox between a person who answers and a send that waits. Nothing of the program's, and no
 * wake, is called with the lock held. */
#include "message/tern-request-question.h"

#include "message/tern-request-private.h"

typedef struct
{
  void (*notify) (gpointer data);
  gpointer data;
  GDestroyNotify free_data;
} Listener;

static void
listener_drop (Listener *listener)
{
  if (listener->free_data)
    listener->free_data (listener->data);
}

/* With the lock held: who was to be told. */
static Listener
steal_listener (TernRequestQuestion *question)
{
  const Listener listener = { question->notify, question->data, question->free_data };

  question->notify = NULL;
  question->data = NULL;
  question->free_data = NULL;
  return listener;
}

static void
reset (TernRequest *self, TernQuestionState state, guint attempt)
{
  TernRequestQuestion *question = &self->question;
  TernCredentials *old;
  Listener listener;

  g_mutex_lock (&self->lock);
  listener = steal_listener (question);
  old = g_steal_pointer (&question->credentials);
  question->state = state;
  question->attempt = attempt;
  g_mutex_unlock (&self->lock);
  listener_drop (&listener);
  g_clear_pointer (&old, tern_credentials_unref);
}

void
tern_request_question_begin (TernRequest *self, guint attempt)
{
  reset (self, TERN_QUESTION_ASKED, attempt);
}

void
tern_request_question_end (TernRequest *self)
{
  reset (self, TERN_QUESTION_NONE, 0);
}

gboolean
tern_request_question_poll (TernRequest *self,
                            TernCredentials **credentials,
                            void (*notify) (gpointer data),
                            gpointer data,
                            GDestroyNotify free_data)
{
  TernRequestQuestion *question = &self->question;
  Listener old = { NULL, data, free_data };
  gboolean is_settled;

  g_mutex_lock (&self->lock);
  is_settled = question->state != TERN_QUESTION_DEFERRED;
  if (is_settled)
    *credentials = g_steal_pointer (&question->credentials);
  else
    {
      old = steal_listener (question);
      question->notify = notify;
      question->data = data;
      question->free_data = free_data;
    }
  g_mutex_unlock (&self->lock);
  listener_drop (&old);
  return is_settled;
}

/**
 * tern_request_defer_authentication:
 * @self: a request
 *
 * Says, within a handler of #TernClient::authenticate, that the credentials come later: with
 * tern_request_authenticate(), from any thread. The send waits for them; the time that it takes
 * does not count for #TernClient:timeout, but for #TernClient:total-timeout. A synchronous send
 * does not run a main loop meanwhile: then the answer has to come from another thread.
 */
void
tern_request_defer_authentication (TernRequest *self)
{
  g_return_if_fail (TERN_IS_REQUEST (self));
  g_mutex_lock (&self->lock);
  if (self->question.state == TERN_QUESTION_ASKED)
    self->question.state = TERN_QUESTION_DEFERRED;
  g_mutex_unlock (&self->lock);
}

/**
 * tern_request_authenticate:
 * @self: a request
 * @credentials: (nullable): the credentials, or %NULL for none
 *
 * Answers #TernClient::authenticate, in place of the handler's return value or after
 * tern_request_defer_authentication(). May be called from any thread; when nobody waits for an
 * answer it does nothing.
 */
void
tern_request_authenticate (TernRequest *self, TernCredentials *credentials)
{
  TernRequestQuestion *question;
  Listener listener = { NULL, NULL, NULL };

  g_return_if_fail (TERN_IS_REQUEST (self));
  question = &self->question;
  g_mutex_lock (&self->lock);
  if (question->state == TERN_QUESTION_ASKED || question->state == TERN_QUESTION_DEFERRED)
    {
      question->state = TERN_QUESTION_ANSWERED;
      question->credentials = credentials ? tern_credentials_ref (credentials) : NULL;
      listener = steal_listener (question);
    }
  g_mutex_unlock (&self->lock);
  if (listener.notify)
    listener.notify (listener.data);
  listener_drop (&listener);
}

/**
 * tern_request_get_authentication_attempt:
 * @self: a request
 *
 * Tells, within a handler of #TernClient::authenticate, how often this send has asked for
 * credentials: 1 for the first time, more when what was given before was refused.
 *
 * Returns: how often it was asked; 0 when it is not being asked
 */
guint
tern_request_get_authentication_attempt (TernRequest *self)
{
  guint attempt;

  g_return_val_if_fail (TERN_IS_REQUEST (self), 0);
  g_mutex_lock (&self->lock);
  attempt = self->question.attempt;
  g_mutex_unlock (&self->lock);
  return attempt;
}
