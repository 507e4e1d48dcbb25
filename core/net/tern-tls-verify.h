/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of a server's certificate, and their words. */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

/* Checks the chain that the server of @session sent against the trust of its credentials and @host.
 * FALSE: @error (TERN_ERROR_CERTIFICATE) says which checks failed for which certificate, @alert is
 * what to tell the server. and *@flags the same for a program; 0 where there is
 * nothing that could be shown to one. TRUE: *@not_after is when the server's certificate ends
 * (seconds since 1970). */
gboolean tern_tls_verify (gnutls_session_t session, const char *host, gint64 *not_after,
                          gnutls_alert_description_t *alert, GTlsCertificateFlags *flags,
                          GError **error);
