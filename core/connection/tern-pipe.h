/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport that two streams share, one that reads and one that writes, perhaps in two threads.
 */
#pragma once

#include <gio/gio.h>

#include "net/tern-transport.h"

typedef struct _TernPipe TernPipe;

/* Takes @transport. */
TernPipe *tern_pipe_new (TernTransport *transport);
TernPipe *tern_pipe_ref (TernPipe *self);
/* The last one closes it. */
void tern_pipe_unref (TernPipe *self);

/* Each side is closed for itself; when both are, so is the transport. */
void tern_pipe_close_side (TernPipe *self, gboolean is_output);

TernStep
tern_pipe_read (TernPipe *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error);
TernStep tern_pipe_write (
    TernPipe *self, const void *buffer, gsize len, gsize *n, TernWait *wait, GError **error);

/* TRUE when a read, or a write, need not wait; a read is tried for that, and what it gave is kept.
 * Else @wait says what has to be waited for. */
gboolean tern_pipe_is_readable (TernPipe *self, TernWait *wait);
gboolean tern_pipe_is_writable (TernPipe *self, TernWait *wait);
/* Whether it can be waited for that a write goes on. */
gboolean tern_pipe_can_poll_output (TernPipe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPipe, tern_pipe_unref)
