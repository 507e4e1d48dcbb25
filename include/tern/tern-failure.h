/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a failed request that a GError cannot carry. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernPhase:
 * @TERN_PHASE_NONE: before anything was done, or not known
 * @TERN_PHASE_QUEUE: waiting for a free connection
 * @TERN_PHASE_RESOLVE: looking up the name
 * @TERN_PHASE_CONNECT: connecting
 * @TERN_PHASE_TLS: the TLS handshake
 * @TERN_PHASE_SEND: sending the request
 * @TERN_PHASE_WAIT: waiting for the head of the answer
 * @TERN_PHASE_RECEIVE: receiving the body
 *
 * The phases of a request, in their order.
 */
typedef enum
{
  TERN_PHASE_NONE,
  TERN_PHASE_QUEUE,
  TERN_PHASE_RESOLVE,
  TERN_PHASE_CONNECT,
  TERN_PHASE_TLS,
  TERN_PHASE_SEND,
  TERN_PHASE_WAIT,
  TERN_PHASE_RECEIVE,
} TernPhase;

#define TERN_TYPE_FAILURE (tern_failure_get_type ())

TERN_AVAILABLE_IN_ALL
GType tern_failure_get_type (void);
TERN_AVAILABLE_IN_ALL
TernFailure *tern_failure_ref (TernFailure *failure);
TERN_AVAILABLE_IN_ALL
void tern_failure_unref (TernFailure *failure);
TERN_AVAILABLE_IN_ALL
TernPhase tern_failure_get_phase (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_failure_get_response (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_failure_get_previous (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
GBytes *tern_failure_get_partial_body (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
gint64 tern_failure_get_expected (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
gint64 tern_failure_get_received (const TernFailure *failure);
TERN_AVAILABLE_IN_ALL
const char *tern_failure_get_line (const TernFailure *failure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernFailure, tern_failure_unref)

G_END_DECLS
