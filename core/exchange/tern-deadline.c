/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines as absolute times on the monotonic clock; it never waits. */
#include "exchange/tern-deadline.h"

#include <gio/gio.h>

#include "base/tern-i18n.h"
#include "message/tern-failure-private.h"

void
tern_deadline_init (TernDeadline *self, gint64 idle_timeout, gint64 total_at)
{
  self->idle_timeout = idle_timeout;
  self->idle_at = 0;
  self->total_at = total_at;
}

void
tern_deadline_set_error (GError **error, TernPhase phase, const char *host)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("Timed out while %s (%s)"),
               tern_phase_describe (phase), host);
}

gboolean
tern_deadline_arm (
    TernDeadline *self, TernWait *wait, TernPhase phase, const char *host, GError **error)
{
  gint64 now;

  if (self->idle_timeout == 0 && self->total_at == TERN_NEVER)
    return TRUE;
  now = g_get_monotonic_time ();
  if (self->idle_at == 0)
    self->idle_at = self->idle_timeout ? now + self->idle_timeout : TERN_NEVER;
  if (now >= self->total_at)
    {
      tern_deadline_set_error (error, phase, host);
      return FALSE;
    }
  tern_wait_add_deadline (wait, MIN (self->idle_at, self->total_at));
  return TRUE;
}

gboolean
tern_deadline_check (TernDeadline *self, TernPhase phase, const char *host, GError **error)
{
  if (self->idle_timeout == 0 && self->total_at == TERN_NEVER)
    return TRUE;
  if (g_get_monotonic_time () < MIN (self->idle_at, self->total_at))
    return TRUE;
  tern_deadline_set_error (error, phase, host);
  return FALSE;
}

gboolean
tern_deadline_go_on (TernDeadline *self,
                     gboolean moved,
                     TernWait *wait,
                     TernPhase phase,
                     const char *host,
                     GError **error)
{
  if (!moved)
    return tern_deadline_check (self, phase, host, error);
  tern_deadline_moved (self);
  return tern_deadline_arm (self, wait, phase, host, error);
}
