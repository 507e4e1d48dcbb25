/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernFailure: a value that is filled in once and then only read. */
#include "message/tern-failure-private.h"

#include "base/tern-i18n.h"

/**
 * TernFailure:
 *
 * What is known of a failed request beyond its #GError: see tern_request_get_failure().
 */
G_DEFINE_BOXED_TYPE (TernFailure, tern_failure, tern_failure_ref, tern_failure_unref)

TernFailure *
tern_failure_new (TernPhase phase)
{
  TernFailure *self = g_new0 (TernFailure, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->phase = phase;
  self->expected = -1;
  return self;
}

const char *
tern_phase_describe (TernPhase phase)
{
  static const char *const texts[] = {
    [TERN_PHASE_NONE] = N_ ("preparing the request"),
    [TERN_PHASE_QUEUE] = N_ ("waiting for a free connection"),
    [TERN_PHASE_RESOLVE] = N_ ("looking up the name"),
    [TERN_PHASE_CONNECT] = N_ ("connecting"),
    [TERN_PHASE_TLS] = N_ ("negotiating TLS"),
    [TERN_PHASE_SEND] = N_ ("sending the request"),
    [TERN_PHASE_WAIT] = N_ ("waiting for the response"),
    [TERN_PHASE_RECEIVE] = N_ ("receiving the response"),
  };

  return _ (texts[phase]);
}

/**
 * tern_failure_ref:
 * @failure: a failure
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @failure
 */
TernFailure *
tern_failure_ref (TernFailure *failure)
{
  g_atomic_ref_count_inc (&failure->ref_count);
  return failure;
}

/**
 * tern_failure_unref:
 * @failure: (transfer full): a failure
 *
 * Lets go of a reference; what nobody refers to is freed.
 */
void
tern_failure_unref (TernFailure *failure)
{
  if (!g_atomic_ref_count_dec (&failure->ref_count))
    return;
  g_clear_object (&failure->response);
  g_clear_object (&failure->previous);
  g_clear_pointer (&failure->partial_body, g_bytes_unref);
  g_free (failure->line);
  g_free (failure);
}

/**
 * tern_failure_get_phase:
 * @failure: a failure
 *
 * Gets what was being done.
 *
 * Returns: what was being done
 */
TernPhase
tern_failure_get_phase (const TernFailure *failure)
{
  return failure->phase;
}

/**
 * tern_failure_get_response:
 * @failure: a failure
 *
 * Gets the response that the failure is about, if there was one.
 *
 * Returns: (nullable) (transfer none): the response that the failure is about, if there was one
 */
TernResponse *
tern_failure_get_response (const TernFailure *failure)
{
  return failure->response;
}

/**
 * tern_failure_get_previous:
 * @failure: a failure
 *
 * Gets the response that led by a redirect to the request that failed, also where that one got no
 * response at all.
 *
 * Returns: (nullable) (transfer none): the last redirect that was followed; its own previous ones
 * go back to the very first
 */
TernResponse *
tern_failure_get_previous (const TernFailure *failure)
{
  return failure->response ? tern_response_get_previous (failure->response) : failure->previous;
}

/**
 * tern_failure_get_partial_body:
 * @failure: a failure
 *
 * Gets what was received of the body that was to be read whole.
 *
 * Returns: (nullable) (transfer none): what was received of the body that was to be read whole
 */
GBytes *
tern_failure_get_partial_body (const TernFailure *failure)
{
  return failure->partial_body;
}

/**
 * tern_failure_get_expected:
 * @failure: a failure
 *
 * Gets how many bytes the body was to have, -1 where that is not known.
 *
 * Returns: how many bytes the body was to have, -1 where that is not known
 */
gint64
tern_failure_get_expected (const TernFailure *failure)
{
  return failure->expected;
}

/**
 * tern_failure_get_received:
 * @failure: a failure
 *
 * Gets how many bytes of the body came.
 *
 * Returns: how many bytes of the body came
 */
gint64
tern_failure_get_received (const TernFailure *failure)
{
  return failure->received;
}

/**
 * tern_failure_get_line:
 * @failure: a failure
 *
 * Gets the offending line of the message, escaped.
 *
 * Returns: (nullable) (transfer none): the offending line of the message, escaped
 */
const char *
tern_failure_get_line (const TernFailure *failure)
{
  return failure->line;
}
