/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernTestCerts: see the header. A table says what is odd about each certificate; one function
 * makes them all. Failures abort: without certificates there is no test. */

#include "tern-test-certs.h"

#include "tern-test-rsa.h"
#include "tern-test-util.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#define DAY (24 * 60 * 60)

typedef enum
{
  ISSUER_CA,
  ISSUER_UNKNOWN_CA,
  ISSUER_INTERMEDIATE,
  ISSUER_OLD_INTERMEDIATE,
  ISSUER_SERVER, /* which may sign nothing */
  ISSUER_RSA_CA,
  ISSUER_ITSELF,
  N_ISSUERS = ISSUER_ITSELF
} Issuer;

/* Loopback in every form. */
#define LOOPBACK ""

typedef struct
{
  const char *name; /* of the file */
  const char *cn;
  const char *san;     /* a DNS name, LOOPBACK, or NULL for none */
  Issuer      issuer;
  int         start;   /* days from now */
  int         end;     /* days from now */
  gboolean    chained; /* its issuer follows in the file */
  gnutls_digest_algorithm_t digest; /* SHA-256 unless set */
  const char *key;     /* NULL: the one that all share */
} CertPlan;

static const CertPlan plans[TERN_TEST_CERT_N] = {
  [TERN_TEST_CERT_SERVER] = { "server", "localhost", LOOPBACK, ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_WRONG_HOST] = { "wrong-host", "wrong.example.test", "wrong.example.test",
                                  ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_EXPIRED] = { "expired", "localhost", LOOPBACK, ISSUER_CA, -30, -1 },
  [TERN_TEST_CERT_NOT_YET_VALID] = { "not-yet-valid", "localhost", LOOPBACK, ISSUER_CA, 30, 60 },
  [TERN_TEST_CERT_SELF_SIGNED] = { "self-signed", "localhost", LOOPBACK, ISSUER_ITSELF, -1, 30 },
  [TERN_TEST_CERT_CN_ONLY] = { "cn-only", "localhost", NULL, ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_WILDCARD] = { "wildcard", "wildcard", "*.example.test", ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_WILDCARD_DOUBLE] = { "wildcard-double", "wildcard", "*.*.test", ISSUER_CA, -1,
                                       30 },
  [TERN_TEST_CERT_UNKNOWN_CA] = { "unknown-ca", "localhost", LOOPBACK, ISSUER_UNKNOWN_CA, -1, 30 },
  [TERN_TEST_CERT_MISSING_INTERMEDIATE] = { "missing-intermediate", "localhost", LOOPBACK,
                                            ISSUER_INTERMEDIATE, -1, 30 },
  [TERN_TEST_CERT_CHAIN] = { "chain", "localhost", LOOPBACK, ISSUER_INTERMEDIATE, -1, 30, TRUE },
  [TERN_TEST_CERT_CLIENT] = { "client", "client", "client.example.test", ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_EXPIRED_INTERMEDIATE] = { "expired-intermediate", "localhost", LOOPBACK,
                                            ISSUER_OLD_INTERMEDIATE, -1, 30, TRUE },
  [TERN_TEST_CERT_NOT_AN_AUTHORITY] = { "not-an-authority", "localhost", LOOPBACK, ISSUER_SERVER,
                                        -1, 30, TRUE },
  [TERN_TEST_CERT_WILDCARD_PARTIAL] = { "wildcard-partial", "wildcard", "f*.example.test",
                                        ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_WILDCARD_IP] = { "wildcard-ip", "wildcard", "*.0.0.1", ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_IP_AS_NAME] = { "ip-as-name", "127.0.0.1", "127.0.0.1", ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_NUL] = { "nul", "localhost", "localhost|.evil.example", ISSUER_CA, -1, 30 },
  [TERN_TEST_CERT_SHA1] = { "sha1", "localhost", LOOPBACK, ISSUER_CA, -1, 30, FALSE,
                            GNUTLS_DIG_SHA1 },
  [TERN_TEST_CERT_MD5] = { "md5", "localhost", LOOPBACK, ISSUER_RSA_CA, -1, 30, FALSE,
                           GNUTLS_DIG_MD5 },
  [TERN_TEST_CERT_RSA_1024] = { "rsa-1024", "localhost", LOOPBACK, ISSUER_CA, -1, 30, FALSE, 0,
                                tern_test_rsa_1024 },
};

/* An authority: its certificate and the key that signs. */
typedef struct
{
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
} Authority;

struct _TernTestCerts
{
  char *dir;
  char *ca_file;
  char *unknown_ca_file;
  gnutls_x509_privkey_t key;
  Authority issuers[N_ISSUERS];
  char *key_file;
  char *cert_files[TERN_TEST_CERT_N];
  char *key_files[TERN_TEST_CERT_N]; /* NULL: key_file */
};

static void
check (int         result,
       const char *what)
{
  if (result < 0)
    g_error ("test certificates: %s: %s", what, gnutls_strerror (result));
}

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  /* P-256 takes well under a millisecond; RSA would make every TLS test slow. */
  check (gnutls_x509_privkey_init (&key), "key");
  check (gnutls_x509_privkey_generate2 (key, GNUTLS_PK_ECDSA,
                                        GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0,
                                        NULL, 0),
         "generate");
  return key;
}

static gnutls_x509_privkey_t
read_key (const char *pem)
{
  gnutls_x509_privkey_t key;
  gnutls_datum_t data = { (unsigned char *) pem, (unsigned) strlen (pem) };

  check (gnutls_x509_privkey_init (&key), "key");
  check (gnutls_x509_privkey_import (key, &data, GNUTLS_X509_FMT_PEM), "import key");
  return key;
}

static void
set_basics (gnutls_x509_crt_t     crt,
            gnutls_x509_privkey_t key,
            const char           *cn,
            int                   start,
            int                   end)
{
  static gint counter;
  unsigned char serial[16];
  time_t now = time (NULL);
  guint32 id = (guint32) g_atomic_int_add (&counter, 1);

  /* Serial numbers are unique per run: caches of certificates must not mix two runs up. */
  for (guint i = 0; i < 3; i++)
    {
      guint32 word = i == 2 ? id : g_random_int ();
      memcpy (serial + 4 * i, &word, 4);
    }
  serial[0] = (serial[0] & 0x3f) | 0x40;

  check (gnutls_x509_crt_set_version (crt, 3), "version");
  check (gnutls_x509_crt_set_serial (crt, serial, 12), "serial");
  check (gnutls_x509_crt_set_key (crt, key), "set key");
  check (gnutls_x509_crt_set_activation_time (crt, now + (time_t) start * DAY), "start");
  check (gnutls_x509_crt_set_expiration_time (crt, now + (time_t) end * DAY), "end");
  check (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
                                        (unsigned) strlen (cn)),
         "name");
}

static void
set_key_id (gnutls_x509_crt_t crt,
            gnutls_x509_crt_t issuer)
{
  unsigned char id[64];
  size_t size = sizeof id;

  check (gnutls_x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA1, id, &size), "key id");
  check (gnutls_x509_crt_set_subject_key_id (crt, id, size), "subject key id");
  size = sizeof id;
  check (gnutls_x509_crt_get_key_id (issuer, GNUTLS_KEYID_USE_SHA1, id, &size), "issuer key id");
  check (gnutls_x509_crt_set_authority_key_id (crt, id, size), "authority key id");
}

/* Makes an authority with @key (taken); without @parent it signs itself. It is good until @end. */
static void
authority_init (Authority            *self,
                const char           *cn,
                gnutls_x509_privkey_t key,
                const Authority      *parent,
                int                   end,
                gboolean              may_sign)
{
  self->key = key;
  check (gnutls_x509_crt_init (&self->crt), "certificate");
  set_basics (self->crt, self->key, cn, -60, end);
  check (gnutls_x509_crt_set_basic_constraints (self->crt, may_sign, -1), "constraints");
  check (gnutls_x509_crt_set_key_usage (self->crt,
                                        may_sign ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
                                                 : GNUTLS_KEY_DIGITAL_SIGNATURE),
         "usage");
  const Authority *signer = parent ? parent : self;
  set_key_id (self->crt, signer->crt);
  check (gnutls_x509_crt_sign2 (self->crt, signer->crt, signer->key, GNUTLS_DIG_SHA256, 0),
         "sign");
}

static void
authority_clear (Authority *self)
{
  gnutls_x509_crt_deinit (self->crt);
  gnutls_x509_privkey_deinit (self->key);
}

/* A "|" stands for the NUL. By hand (RFC 5280 §4.2.1.6): GnuTLS would end the name there. */
static void
set_name_with_nul (gnutls_x509_crt_t crt,
                   const char       *san)
{
  guint8 len = (guint8) strlen (san);
  guint8 der[64] = { 0x30, (guint8) (len + 2), 0x82, len };

  g_assert (len < sizeof der - 4);
  for (guint8 i = 0; i < len; i++)
    der[4 + i] = san[i] == '|' ? 0 : (guint8) san[i];
  check (gnutls_x509_crt_set_extension_by_oid (crt, GNUTLS_X509EXT_OID_SAN, der, len + 4, 0),
         "name");
}

static void
set_names (gnutls_x509_crt_t crt,
           const char       *san)
{
  static const unsigned char v4[4] = { 127, 0, 0, 1 };
  static const unsigned char v6[16] = { [15] = 1 };

  if (san == NULL)
    return;
  if (strchr (san, '|'))
    {
      set_name_with_nul (crt, san);
      return;
    }
  const char *dns = *san ? san : "localhost";
  check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, dns,
                                               (unsigned) strlen (dns), GNUTLS_FSAN_APPEND),
         "dns name");
  if (*san)
    return;
  check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, v4, sizeof v4,
                                               GNUTLS_FSAN_APPEND),
         "IPv4 name");
  check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, v6, sizeof v6,
                                               GNUTLS_FSAN_APPEND),
         "IPv6 name");
}

static void
append_pem (GString          *pem,
            gnutls_x509_crt_t crt)
{
  gnutls_datum_t out;

  check (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &out), "export");
  g_string_append_len (pem, (const char *) out.data, out.size);
  gnutls_free (out.data);
}

/* Writes @text to a file of the folder and returns its path. */
static char *
put_file (TernTestCerts *self,
          const char    *name,
          const char    *text)
{
  g_autofree char *base = g_strconcat (name, ".pem", NULL);
  char *path = g_build_filename (self->dir, base, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    g_error ("test certificates: %s", error->message);
  return path;
}

/* @other may be NULL. */
static char *
put_authorities (TernTestCerts   *self,
                 const char      *name,
                 const Authority *authority,
                 const Authority *other)
{
  g_autoptr (GString) pem = g_string_new (NULL);

  append_pem (pem, authority->crt);
  if (other)
    append_pem (pem, other->crt);
  return put_file (self, name, pem->str);
}

static char *
put_key (TernTestCerts        *self,
         const char           *name,
         gnutls_x509_privkey_t key)
{
  gnutls_datum_t out;

  check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                            &out),
         "export key");
  g_autofree char *text = g_strndup ((const char *) out.data, out.size);
  gnutls_free (out.data);
  return put_file (self, name, text);
}

static char *
put_leaf (TernTestCerts        *self,
          const CertPlan       *plan,
          gnutls_x509_privkey_t key,
          gboolean              for_client)
{
  gnutls_x509_crt_t crt;
  g_autoptr (GString) pem = g_string_new (NULL);

  check (gnutls_x509_crt_init (&crt), "certificate");
  set_basics (crt, key, plan->cn, plan->start, plan->end);
  set_names (crt, plan->san);
  check (gnutls_x509_crt_set_basic_constraints (crt, 0, -1), "constraints");
  check (gnutls_x509_crt_set_key_usage (crt, GNUTLS_KEY_DIGITAL_SIGNATURE), "usage");
  check (gnutls_x509_crt_set_key_purpose_oid (
             crt, for_client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER, 0),
         "purpose");
  gboolean itself = plan->issuer == ISSUER_ITSELF;
  Authority own = { crt, key };
  const Authority *issuer = itself ? &own : &self->issuers[plan->issuer];
  set_key_id (crt, issuer->crt);
  check (gnutls_x509_crt_sign2 (crt, issuer->crt, issuer->key,
                                plan->digest ? plan->digest : GNUTLS_DIG_SHA256, 0),
         "sign");

  append_pem (pem, crt);
  if (plan->chained)
    append_pem (pem, issuer->crt);
  gnutls_x509_crt_deinit (crt);
  return put_file (self, plan->name, pem->str);
}

static void
make_authorities (TernTestCerts *self)
{
  Authority *ca = &self->issuers[ISSUER_CA];

  authority_init (ca, "Test CA", make_key (), NULL, 90, TRUE);
  authority_init (&self->issuers[ISSUER_UNKNOWN_CA], "Unknown CA", make_key (), NULL, 90, TRUE);
  authority_init (&self->issuers[ISSUER_INTERMEDIATE], "Test Intermediate", make_key (), ca, 90,
                  TRUE);
  authority_init (&self->issuers[ISSUER_OLD_INTERMEDIATE], "Old Intermediate", make_key (), ca, -1,
                  TRUE);
  authority_init (&self->issuers[ISSUER_SERVER], "Some Server", make_key (), ca, 90, FALSE);
  authority_init (&self->issuers[ISSUER_RSA_CA], "Test RSA CA", read_key (tern_test_rsa_2048), NULL,
                  90, TRUE);
}

/* A leaf with a key of its own. */
static void
put_odd_leaf (TernTestCerts *self,
              TernTestCert   which)
{
  gnutls_x509_privkey_t key = read_key (plans[which].key);
  g_autofree char *name = g_strconcat (plans[which].name, "-key", NULL);

  self->cert_files[which] = put_leaf (self, &plans[which], key, FALSE);
  self->key_files[which] = put_key (self, name, key);
  gnutls_x509_privkey_deinit (key);
}

TernTestCerts *
tern_test_certs_new (void)
{
  TernTestCerts *self = g_new0 (TernTestCerts, 1);

  self->dir = tern_test_make_dir ("tern-certs");
  make_authorities (self);
  self->ca_file = put_authorities (self, "ca", &self->issuers[ISSUER_CA],
                                   &self->issuers[ISSUER_RSA_CA]);
  self->unknown_ca_file
      = put_authorities (self, "other-ca", &self->issuers[ISSUER_UNKNOWN_CA], NULL);

  /* One key serves nearly all leaves: what the tests vary is the certificate. */
  self->key = make_key ();
  self->key_file = put_key (self, "key", self->key);
  for (guint i = 0; i < TERN_TEST_CERT_N; i++)
    if (plans[i].key)
      put_odd_leaf (self, i);
    else
      self->cert_files[i] = put_leaf (self, &plans[i], self->key, i == TERN_TEST_CERT_CLIENT);
  return self;
}

void
tern_test_certs_free (TernTestCerts *self)
{
  if (self == NULL)
    return;
  tern_test_remove_dir (self->dir);
  gnutls_x509_privkey_deinit (self->key);
  for (guint i = 0; i < N_ISSUERS; i++)
    authority_clear (&self->issuers[i]);
  for (guint i = 0; i < TERN_TEST_CERT_N; i++)
    {
      g_free (self->cert_files[i]);
      g_free (self->key_files[i]);
    }
  g_free (self->key_file);
  g_free (self->ca_file);
  g_free (self->unknown_ca_file);
  g_free (self->dir);
  g_free (self);
}

char *
tern_test_certs_put_client (TernTestCerts        *self,
                            const char           *name,
                            gnutls_x509_privkey_t key,
                            gboolean              chained)
{
  const CertPlan plan = { name, name, NULL, chained ? ISSUER_INTERMEDIATE : ISSUER_CA, -1, 30,
                          chained };

  return put_leaf (self, &plan, key, TRUE);
}

gnutls_x509_privkey_t
tern_test_certs_get_key (const TernTestCerts *self)
{
  return self->key;
}

const char *
tern_test_certs_get_ca_file (const TernTestCerts *self)
{
  return self->ca_file;
}

const char *
tern_test_certs_get_unknown_ca_file (const TernTestCerts *self)
{
  return self->unknown_ca_file;
}

const char *
tern_test_certs_get_cert_file (const TernTestCerts *self,
                               TernTestCert         which)
{
  return self->cert_files[which];
}

const char *
tern_test_certs_get_key_file (const TernTestCerts *self,
                              TernTestCert         which)
{
  g_assert (which < TERN_TEST_CERT_N);
  return self->key_files[which] ? self->key_files[which] : self->key_file;
}

const char *
tern_test_certs_get_dir (const TernTestCerts *self)
{
  return self->dir;
}
