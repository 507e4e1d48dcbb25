/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the TLS transport makes a TernTlsInfo. */
#pragma once

#include <tern/tern-tls.h>

#include "net/tern-tls-link.h"

/* Copies what it tells out of a link whose handshake is done. */
TernTlsInfo *tern_tls_info_new (const TernTlsLink *link);

/* What the server sent, as tern_tls_info_get_peer_chain() has it (transfer full). */
GPtrArray *tern_tls_info_copy_chain (gnutls_session_t session);
