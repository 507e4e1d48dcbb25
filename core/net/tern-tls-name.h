/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a certificate is for a host. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

/* Whether the dNSName @name (@len bytes, as they came) covers the DNS name @host. */
gboolean tern_tls_name_covers (const char *name, gsize len, const char *host);

/* Whether @crt names @host, a DNS name or an IP literal, in its subjectAltName. */
gboolean tern_tls_name_check (gnutls_x509_crt_t crt, const char *host);

/* The names that @crt is for, for people: "a.example, 192.0.2.1"; NULL when it has none. */
char *tern_tls_name_list (gnutls_x509_crt_t crt);

/* Bytes of a stranger made fit for a message: UTF-8, no control characters, bounded. */
char *tern_tls_name_printable (const char *bytes, gsize len);

/* 4, 16, or 0 for what is no IP literal; @address holds 16 bytes. */
gsize tern_tls_name_parse_ip (const char *host, guint8 *address);
