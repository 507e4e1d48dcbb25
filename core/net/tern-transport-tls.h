/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The encrypted transport. */
#pragma once

#include "net/tern-tls-link.h"
#include "net/tern-tls.h"

/* Takes a link whose handshake is done and passed. */
TernTransport *tern_transport_new_tls (TernTlsLink *link);
