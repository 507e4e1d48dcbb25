/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernTestCerts: certificates made while the test runs.
 *
 * Checked-in certificates expire and nobody remembers how they were made; these are made afresh,
 * in a folder of their own, good ones and every bad one a client has to refuse. It must never use
 * a key outside the test, nor leave a file behind. */

#pragma once

#include <glib.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

typedef enum
{
  TERN_TEST_CERT_SERVER,               /* localhost, 127.0.0.1 and ::1, signed by the CA */
  TERN_TEST_CERT_WRONG_HOST,           /* wrong.example.test only */
  TERN_TEST_CERT_EXPIRED,              /* ended yesterday */
  TERN_TEST_CERT_NOT_YET_VALID,        /* starts in a month */
  TERN_TEST_CERT_SELF_SIGNED,          /* right names, signed by itself */
  TERN_TEST_CERT_CN_ONLY,              /* CN=localhost, no subject alternative name */
  TERN_TEST_CERT_WILDCARD,             /* *.example.test */
  TERN_TEST_CERT_WILDCARD_DOUBLE,      /* *.*.test */
  TERN_TEST_CERT_UNKNOWN_CA,           /* right names, signed by a CA that nobody trusts */
  TERN_TEST_CERT_MISSING_INTERMEDIATE, /* signed by the intermediate, which is not sent */
  TERN_TEST_CERT_CHAIN,                /* the same with the intermediate in the file */
  TERN_TEST_CERT_CLIENT,               /* for client authentication: CN=client */
  TERN_TEST_CERT_EXPIRED_INTERMEDIATE, /* its intermediate, in the file, ended yesterday */
  TERN_TEST_CERT_NOT_AN_AUTHORITY,     /* signed by a server's certificate, which is in the file */
  TERN_TEST_CERT_WILDCARD_PARTIAL,     /* f*.example.test */
  TERN_TEST_CERT_WILDCARD_IP,          /* the dNSName *.0.0.1 */
  TERN_TEST_CERT_IP_AS_NAME,           /* 127.0.0.1 as a dNSName */
  TERN_TEST_CERT_NUL,                  /* the dNSName localhost, NUL, .evil.example */
  TERN_TEST_CERT_SHA1,                 /* signed with SHA-1 */
  TERN_TEST_CERT_MD5,                  /* signed with MD5, by an RSA authority that is trusted */
  TERN_TEST_CERT_RSA_1024,             /* its key is too short */
  TERN_TEST_CERT_N
} TernTestCert;

typedef struct _TernTestCerts TernTestCerts;

TernTestCerts *tern_test_certs_new                 (void);
void           tern_test_certs_free                (TernTestCerts       *certs);

/* The trust anchor to give as `ca-file`, and one that signed nothing of use. */
const char    *tern_test_certs_get_ca_file         (const TernTestCerts *certs);
const char    *tern_test_certs_get_unknown_ca_file (const TernTestCerts *certs);

const char    *tern_test_certs_get_cert_file       (const TernTestCerts *certs,
                                                    TernTestCert         which);
const char    *tern_test_certs_get_key_file        (const TernTestCerts *certs,
                                                    TernTestCert         which);

/* Signs a certificate for client authentication to @key and writes it to a file, perhaps with the
 * intermediate that signed it; its path (transfer full). @name is the file and the subject. */
char          *tern_test_certs_put_client          (TernTestCerts         *certs,
                                                    const char            *name,
                                                    gnutls_x509_privkey_t  key,
                                                    gboolean               chained);
/* The key of the leaves; it belongs to @certs. */
gnutls_x509_privkey_t tern_test_certs_get_key      (const TernTestCerts   *certs);

/* A folder that lives as long as the object; other files put there are removed with it. */
const char    *tern_test_certs_get_dir             (const TernTestCerts *certs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTestCerts, tern_test_certs_free)

G_END_DECLS
