/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two drivers of steps. Neither knows what a step does; neither iterates a main context that it
 * does not own. */
#pragma once

#include <gio/gio.h>

#include "io/tern-step.h"

/* Runs the step to its end in this thread. FALSE: failed, or cancelled (G_IO_ERROR_CANCELLED), in
 * which case the step is simply not called again. */
gboolean tern_drive_sync (TernStepFunc step, gpointer self, GCancellable *cancellable,
                          GError **error);

/* Called exactly once; @error is NULL when the step is done (transfer full). */
typedef void (*TernDriveDone) (gpointer self, GError *error, gpointer data);

/* Runs the step in the caller's thread-default main context. The step is called at once, and @done
 * as well when it does not have to wait, so callers hand results out through a GTask. */
void tern_drive_async (TernStepFunc step, gpointer self, GCancellable *cancellable,
                       TernDriveDone done, gpointer data);

/* A source for one stream, to be the child of the one that has the program's callback: it is ready
 * when what @fill states may be met. @fill is asked again after each dispatch and returns
 * FALSE when there is nothing to wait for; @self must outlive the source. */
GSource *tern_drive_source_new (gboolean (*fill) (gpointer self, TernWait *wait), gpointer self);
