/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the TLS transport makes a TernTlsInfo. */
#pragma once

#include <gnutls/gnutls.h>
#include <tern/tern-tls.h>

/* Copies what it tells out of a session whose handshake is done. */
TernTlsInfo *tern_tls_info_new (gnutls_session_t session);
