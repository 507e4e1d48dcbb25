/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a program's connector as a step: where it runs, and what becomes of a stream that
 * comes when nobody wants it any more. */
#pragma once

#include <tern/tern-connector.h>

#include "io/tern-step.h"

typedef struct _TernStreamOpener TernStreamOpener;

TernStreamOpener *tern_stream_opener_new (TernConnector *connector,
                                          const char *scheme,
                                          const char *host,
                                          guint16 port);
/* Before the first call the wait holds the deadline: a connector that is called in place is told to
 * stop by then. */
TernStep tern_stream_opener_step (gpointer opener, TernWait *wait, GError **error);
/* After DONE (transfer full). */
GIOStream *tern_stream_opener_steal_stream (TernStreamOpener *self);
/* Cancels what is under way; a stream that comes late is closed. */
void tern_stream_opener_free (TernStreamOpener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernStreamOpener, tern_stream_opener_free)
