/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernSocks4: a SOCKS4 and SOCKS4a proxy in the test's process, written from the protocol's text.
 *
 * Of the servers that Debian has, danted knows SOCKS4 and none the names of SOCKS4a. It must lead
 * nowhere but to this machine, and remembers what it was asked for as it was asked. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernSocks4 TernSocks4;

/* Refuses whoever is not the user @user; NULL lets everybody in. */
TernSocks4 *tern_socks4_new         (const char *user);
void        tern_socks4_free        (TernSocks4 *self);

guint16     tern_socks4_get_port    (TernSocks4 *self);
guint       tern_socks4_n_requests  (TernSocks4 *self);
/* Request number @i as "USER NAME-OR-ADDRESS:PORT". */
char       *tern_socks4_get_request (TernSocks4 *self,
                                     guint       i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSocks4, tern_socks4_free)

G_END_DECLS
