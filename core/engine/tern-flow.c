/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a flow carries: results and a body that starts again. It moves nothing; the walker does. */
#include "engine/tern-flow.h"

#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-i18n.h"

void
tern_result_clear (TernResult *self)
{
  g_clear_object (&self->response);
  g_clear_pointer (&self->body, tern_reader_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->failure, tern_failure_unref);
}

void
tern_result_fail (TernResult *self, GError *error)
{
  TernFailure *failure = tern_failure_new (TERN_PHASE_NONE);
  TernReader *body;

  failure->line = g_strdup (tern_error_get_line (error));
  failure->response = g_steal_pointer (&self->response);
  body = g_steal_pointer (&self->body);
  tern_result_clear (self);
  self->error = error;
  self->failure = failure;
  self->body = body;
}

void
tern_result_answer (TernResult *self, TernResponse *response, TernReader *body)
{
  tern_result_clear (self);
  self->response = response;
  self->body = body;
}

gboolean
tern_flow_rewind (TernFlow *self)
{
  if (!self->call.body_sent_once || tern_body_source_can_rewind (&self->call.body))
    return TRUE;
  tern_result_fail (
      &self->result,
      g_error_new (TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE,
                   _ ("The body has to be sent to %s again and its stream cannot be rewound"),
                   self->call.uri->host));
  return FALSE;
}
