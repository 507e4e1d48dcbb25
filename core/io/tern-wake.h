/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread-safe handle by which another thread makes a waiting operation look again. Firing it
 * after the operation ended does nothing; firing it often is firing it once. */
#pragma once

#include <glib.h>

typedef struct _TernWake TernWake;

/* @fire runs under the handle's lock with the @target that is set, never after
 * tern_wake_disarm(). */
TernWake *tern_wake_new (void (*fire) (gpointer target), gpointer target);
TernWake *tern_wake_ref (TernWake *wake);
void tern_wake_unref (TernWake *wake);
void tern_wake_fire (TernWake *wake);
void tern_wake_disarm (TernWake *wake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernWake, tern_wake_unref)
