/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open stream of a connection, shared by who sends on it and by who reads a response from it.
 * Each of them has an end of its own, so that closing it takes it from all of them at once and
 * leaves nobody with a transport that is gone. One thread at a time. */
#pragma once

#include "net/tern-pool.h"
#include "net/tern-tls.h"

typedef struct _TernLink TernLink;

/* Takes @transport, which is read frugally from now on. */
TernLink *tern_link_new (TernTransport *transport);
TernLink *tern_link_ref (TernLink *self);
/* The last reference, of an end too, closes it. */
void tern_link_unref (TernLink *self);

/* Who reads or writes through an end fails with NOT_CONNECTED from now on, also who waits. */
void tern_link_close (TernLink *self);
gboolean tern_link_is_open (const TernLink *self);

/* A transport over the link (transfer full). Freeing it does not close the link. */
TernTransport *tern_link_new_end (TernLink *self);

/* The right to read one body; until it is given back somebody is reading. A body that was not read
 * to its end closes the link. */
TernLease *tern_link_lease (TernLink *self);
gboolean tern_link_is_reading (const TernLink *self);

/* One look: TRUE when nothing came, neither bytes nor an end. */
gboolean tern_link_is_quiet (TernLink *self);
TernTlsInfo *tern_link_get_tls_info (TernLink *self);
/* Its transport, to be somebody else's (transfer full); the link is closed. */
TernTransport *tern_link_steal_transport (TernLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernLink, tern_link_unref)
