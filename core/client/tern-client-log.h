/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Debug output of one call: to stderr as #TernClient:debug-level says, and to who listens to
 * #TernClient::log. */
#pragma once

#include "base/tern-debug.h"
#include "client/tern-client-private.h"

typedef struct
{
  TernClient *client; /* borrowed, as is the next */
  TernRequest *request;
  guint level;
  gboolean listened; /* somebody listens to the signal */
} TernClientLog;

void tern_client_log_init (TernClientLog *self,
                           TernClient *client,
                           TernRequest *request,
                           const TernSettings *settings);

/* FALSE: nothing of the below may be called. */
static inline gboolean
tern_client_log_is_wanted (const TernClientLog *self)
{
  return self->level > 0 || self->listened;
}

/* A TernDebugFunc. */
void tern_client_log_event (gpointer log, TernLogEvent event, const char *text);

void tern_client_log_error (TernClientLog *self, const GError *error);
