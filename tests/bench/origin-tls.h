/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The certificates of the benchmark origin: made anew at every start, so that nothing expires and
 * no key lies in the tree. Must never be used for anything but loopback. */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

/* Makes a CA and a certificate for 127.0.0.1 and localhost and writes the CA to `ca_file`. */
bool origin_tls_prepare (const char *ca_file);

/* A server session; without @tickets it cannot be resumed. */
gnutls_session_t origin_tls_session_new (bool tickets);
