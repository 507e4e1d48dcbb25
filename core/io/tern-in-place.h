/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling something of the program's in the thread that asked, where it may not be called in
 * another one. */
#pragma once

#include "io/tern-wait.h"

/* Calls @func, which gives whatever it calls @cancellable. That one is cancelled when the wait's
 * deadline is over or the operation's own cancellable is cancelled meanwhile. FALSE where it was:
 * what came of the call is then no answer, and the driver, or who set the deadline, says why. */
gboolean tern_in_place_call (TernWait *wait,
                             GCancellable *cancellable,
                             void (*func) (gpointer data),
                             gpointer data);
