/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernDeadListener: an address on which connecting neither succeeds nor fails.
 *
 * A listener whose accept queue is full: Linux drops further SYNs, so a connect hangs as it does
 * on a host that is switched off, but on loopback and with no packet leaving the machine. It
 * must never accept, or a waiting connect would come through. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernDeadListener TernDeadListener;

/* @address is an IP literal ("127.0.0.2", "::1"), @port 0 for a free one. NULL when the address
 * does not exist here or connecting does not hang; @error says which. */
TernDeadListener *tern_dead_listener_new      (const char        *address,
                                               guint16            port,
                                               GError           **error);
void              tern_dead_listener_free     (TernDeadListener  *self);
guint16           tern_dead_listener_get_port (const TernDeadListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernDeadListener, tern_dead_listener_free)

G_END_DECLS
