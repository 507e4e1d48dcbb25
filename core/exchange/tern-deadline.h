/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clocks of one exchange: how long nothing may move, and when all must be over. A clock runs
 * only while the network is waited for. */
#pragma once

#include <tern/tern-failure.h>

#include "io/tern-step.h"

typedef struct
{
  gint64 idle_timeout; /* 0 is none */
  gint64 idle_at;  /* when the wait that goes on now is too long; 0 while nothing is waited for */
  gint64 total_at; /* TERN_NEVER for none */
} TernDeadline;

void tern_deadline_init (TernDeadline *self, gint64 idle_timeout, gint64 total_at);

/* Something moved, or the caller is not waiting: the idle clock starts anew with the next wait. */
static inline void
tern_deadline_moved (TernDeadline *self)
{
  self->idle_at = 0;
}

/* Before something is tried: puts the clocks into @wait. FALSE when the total time is over; the
 * idle clock only counts when the try had to wait, see below, so what has come in time is never
 * refused. */
gboolean tern_deadline_arm (
    TernDeadline *self, TernWait *wait, TernPhase phase, const char *host, GError **error);

/* After a try that has to wait: FALSE when nothing moved for too long. */
gboolean
tern_deadline_check (TernDeadline *self, TernPhase phase, const char *host, GError **error);

/* The same where something may have @moved: then the idle clock begins anew, and is put into
 * @wait. */
gboolean tern_deadline_go_on (TernDeadline *self, gboolean moved, TernWait *wait, TernPhase phase,
                              const char *host, GError **error);

/* The error of a deadline that ran out. */
void tern_deadline_set_error (GError **error, TernPhase phase, const char *host);
