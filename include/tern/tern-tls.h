/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program may ask of TLS and what it learns of a TLS connection. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernTlsVersion:
 * @TERN_TLS_VERSION_UNSET: no limit of the program's
 * @TERN_TLS_VERSION_1_2: TLS 1.2 (RFC 5246)
 * @TERN_TLS_VERSION_1_3: TLS 1.3 (RFC 8446)
 *
 * Versions of TLS.
 */
typedef enum
{
  TERN_TLS_VERSION_UNSET = 0,
  TERN_TLS_VERSION_1_2 = 12,
  TERN_TLS_VERSION_1_3 = 13,
} TernTlsVersion;

#define TERN_TYPE_TLS_INFO (tern_tls_info_get_type ())

TERN_AVAILABLE_IN_ALL
GType tern_tls_info_get_type (void);
TERN_AVAILABLE_IN_ALL
TernTlsInfo *tern_tls_info_ref (TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
void tern_tls_info_unref (TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
TernTlsVersion tern_tls_info_get_version (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
const char *tern_tls_info_get_cipher (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
gboolean tern_tls_info_get_resumed (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
GPtrArray *tern_tls_info_get_peer_chain (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
const char *tern_tls_info_get_protocol (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
gboolean tern_tls_info_get_verified (const TernTlsInfo *info);
TERN_AVAILABLE_IN_ALL
GTlsCertificateFlags tern_tls_info_get_certificate_errors (const TernTlsInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsInfo, tern_tls_info_unref)

G_END_DECLS
