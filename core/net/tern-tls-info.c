/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program learns of a TLS connection: a copy of facts that outlives the connection and never
 * changes, so it may be read from any thread. It must never hold on to the session. */
#include "net/tern-tls-info-private.h"

/**
 * TernTlsInfo:
 *
 * The facts of one TLS connection: version, cipher, protocol, whether the session was resumed, the
 * certificates that the server sent and what came of checking them. Use it to show or to check what
 * a response came over. It is immutable and reference counted.
 */
struct _TernTlsInfo
{
  gatomicrefcount ref_count;
  TernTlsVersion version;
  gboolean resumed;
  gboolean verified;
  GTlsCertificateFlags errors;
  char *cipher;
  char *protocol;
  GPtrArray *chain;
};

G_DEFINE_BOXED_TYPE (TernTlsInfo, tern_tls_info, tern_tls_info_ref, tern_tls_info_unref)

static TernTlsVersion
get_version (gnutls_session_t session)
{
  switch (gnutls_protocol_get_version (session))
    {
    case GNUTLS_TLS1_3:
      return TERN_TLS_VERSION_1_3;
    case GNUTLS_TLS1_2:
      return TERN_TLS_VERSION_1_2;
    default:
      return TERN_TLS_VERSION_UNSET;
    }
}

static char *
get_cipher (gnutls_session_t session)
{
#if GNUTLS_VERSION_NUMBER >= 0x030704
  return g_strdup (gnutls_ciphersuite_get (session));
#else
  return g_strdup (gnutls_cipher_get_name (gnutls_cipher_get (session)));
#endif
}

static char *
get_protocol (gnutls_session_t session)
{
  gnutls_datum_t name = { NULL, 0 };

  if (gnutls_alpn_get_selected_protocol (session, &name) < 0)
    return NULL;
  return g_strndup ((const char *) name.data, name.size);
}

GPtrArray *
tern_tls_info_copy_chain (gnutls_session_t session)
{
  GPtrArray *chain;
  unsigned n = 0;
  /* A resumed session carries the chain of the handshake that it stems from. */
  const gnutls_datum_t *peers = gnutls_certificate_get_peers (session, &n);

  chain = g_ptr_array_new_full (n, (GDestroyNotify) g_bytes_unref);
  for (unsigned i = 0; peers && i < n; i++)
    g_ptr_array_add (chain, g_bytes_new (peers[i].data, peers[i].size));
  return chain;
}

TernTlsInfo *
tern_tls_info_new (const TernTlsLink *link)
{
  TernTlsInfo *self = g_new (TernTlsInfo, 1);
  gnutls_session_t session = link->session;

  g_atomic_ref_count_init (&self->ref_count);
  self->version = get_version (session);
  self->resumed = gnutls_session_is_resumed (session) != 0;
  self->verified = tern_tls_settings_get_validate (link->settings) && link->errors == 0;
  self->errors = link->errors;
  self->cipher = get_cipher (session);
  self->protocol = get_protocol (session);
  self->chain = tern_tls_info_copy_chain (session);
  return self;
}

/**
 * tern_tls_info_ref:
 * @info: the facts
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @info with one more reference
 */
TernTlsInfo *
tern_tls_info_ref (TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  g_atomic_ref_count_inc (&info->ref_count);
  return info;
}

/**
 * tern_tls_info_unref:
 * @info: (transfer full): the facts
 *
 * Gives a reference back; the last one frees @info.
 */
void
tern_tls_info_unref (TernTlsInfo *info)
{
  g_return_if_fail (info != NULL);

  if (!g_atomic_ref_count_dec (&info->ref_count))
    return;
  g_ptr_array_unref (info->chain);
  g_free (info->cipher);
  g_free (info->protocol);
  g_free (info);
}

/**
 * tern_tls_info_get_version:
 * @info: the facts
 *
 * Gets the version of TLS that was negotiated.
 *
 * Returns: the version of TLS that was negotiated
 */
TernTlsVersion
tern_tls_info_get_version (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, TERN_TLS_VERSION_UNSET);

  return info->version;
}

/**
 * tern_tls_info_get_cipher:
 * @info: the facts
 *
 * Gets the name of the cipher suite as IANA registers it, for instance `TLS_AES_256_GCM_SHA384`.
 *
 * Returns: (nullable): the name of the cipher suite as IANA registers it, for instance
 *   `TLS_AES_256_GCM_SHA384`
 */
const char *
tern_tls_info_get_cipher (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return info->cipher;
}

/**
 * tern_tls_info_get_resumed:
 * @info: the facts
 *
 * Tells whether the session was resumed with a ticket (RFC 8446 §2.2, RFC 5077).
 *
 * Returns: whether the session was resumed with a ticket (RFC 8446 §2.2, RFC 5077)
 */
gboolean
tern_tls_info_get_resumed (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);

  return info->resumed;
}

/**
 * tern_tls_info_get_peer_chain:
 * @info: the facts
 *
 * The certificates that the server sent, its own first, each in DER (RFC 5280). For a resumed
 * session they are those of the handshake that it stems from.
 *
 * Returns: (transfer none) (element-type GBytes): the certificates; they belong to @info
 */
GPtrArray *
tern_tls_info_get_peer_chain (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return info->chain;
}

/**
 * tern_tls_info_get_protocol:
 * @info: the facts
 *
 * Gets the application protocol that was negotiated by ALPN (RFC 7301), `http/1.1`.
 *
 * Returns: (nullable): the protocol; %NULL when the server does not speak ALPN
 */
const char *
tern_tls_info_get_protocol (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return info->protocol;
}

/**
 * tern_tls_info_get_verified:
 * @info: the facts
 *
 * Tells whether the certificate passed every check: in this handshake, or in the one whose session
 * was resumed. %FALSE when #TernClient:validate-certificates is %FALSE, and for a connection that a
 * handler of #TernClient::certificate-error let in.
 *
 * Returns: whether the certificate passed
 */
gboolean
tern_tls_info_get_verified (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);

  return info->verified;
}

/**
 * tern_tls_info_get_certificate_errors:
 * @info: the facts
 *
 * Gets what was wrong with the certificate that a handler of #TernClient::certificate-error let in.
 *
 * Returns: the failed checks; 0 when none failed, or none was made
 */
GTlsCertificateFlags
tern_tls_info_get_certificate_errors (const TernTlsInfo *info)
{
  g_return_val_if_fail (info != NULL, G_TLS_CERTIFICATE_GENERIC_ERROR);

  return info->errors;
}
