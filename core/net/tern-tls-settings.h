/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What handshakes take out of the settings that they share. */
#pragma once

#include <gnutls/gnutls.h>

#include "net/tern-tls-tickets.h"
#include "net/tern-tls.h"

/* All of them valid once tern_tls_settings_load() returned TRUE; they belong to the settings. */
gnutls_certificate_credentials_t tern_tls_settings_get_credentials (TernTlsSettings *self);
gnutls_priority_t tern_tls_settings_get_priority (TernTlsSettings *self);
TernTlsTickets *tern_tls_settings_get_tickets (TernTlsSettings *self);
gboolean tern_tls_settings_get_validate (TernTlsSettings *self);
