/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client may be told to show of itself: which hosts get it, in which forms its key may be,
 * and in which words a key or a certificate that cannot be used is refused. */
#include <string.h>
#include <tern/tern-error.h>

#include "net/tern-tls-identity.h"
#include "net/tern-tls.h"
#include "tern-test-certs.h"
#include "tern-test-keys.h"
#include "tern-test-util.h"

static TernTestCerts *certs;

static char *
path_of (const char *name)
{
  return g_build_filename (tern_test_certs_get_dir (certs), name, NULL);
}

static char *
put (const char *name, const char *text)
{
  char *path = path_of (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static char *
get (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* ---- which hosts ---- */

static const struct
{
  const char *domain;
  const char *host;
  guint16 port;
  gboolean is_for;
} domains[] = {
  { NULL, "a.example", 443, TRUE },
  { "", "a.example", 443, TRUE },
  { "a.example", "a.example", 443, TRUE },
  { "a.example", "a.example", 8443, TRUE },
  { "A.Example", "a.example", 443, TRUE },
  { "a.example", "b.a.example", 443, FALSE },
  { "example", "a.example", 443, FALSE },
  { "a.example.evil", "a.example", 443, FALSE },
  { "a.example:443", "a.example", 443, TRUE },
  { "A.EXAMPLE:8443", "a.example", 8443, TRUE },
  { "a.example:8443", "a.example", 443, FALSE },
  { "a.example:84430", "a.example", 8443, FALSE },
  { "a.example:", "a.example", 1, TRUE },
  { "a.example:https", "a.example", 443, FALSE },
  { "127.0.0.1", "127.0.0.1", 443, TRUE },
  { "127.0.0.1:8443", "127.0.0.1", 8443, TRUE },
  { "::1", "::1", 443, TRUE },
  { "[::1]", "::1", 8443, TRUE },
  { "[::1]:8443", "::1", 8443, TRUE },
  { "[::1]:8443", "::1", 443, FALSE },
  { "bücher.example", "xn--bcher-kva.example", 443, TRUE },
};

static void
test_domains (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autoptr (TernTlsIdentity) identity
          = tern_tls_identity_new ("k", NULL, domains[i].domain, NULL);

      g_test_message ("“%s” and %s:%u", domains[i].domain, domains[i].host, domains[i].port);
      g_assert_cmpint (tern_tls_identity_is_for (identity, domains[i].host, domains[i].port), ==,
                       domains[i].is_for);
    }
}

static void
test_first_match (void)
{
  g_autofree char *alice
      = tern_test_certs_put_client (certs, "alice", tern_test_certs_get_key (certs), FALSE);
  const char *key = tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT);
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_tls_identity_unref);
  g_autoptr (TernTlsSettings) settings = tern_tls_settings_new (NULL, FALSE, 0, 0);
  g_autoptr (TernTlsSettings) none = tern_tls_settings_new (NULL, FALSE, 0, 0);
  g_autoptr (TernTlsIdentity) found = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (list, tern_tls_identity_new (key, alice, "a.example:1", NULL));
  g_ptr_array_add (list, tern_tls_identity_new (key, alice, "a.example", NULL));
  g_ptr_array_add (list, tern_tls_identity_new (key, alice, NULL, NULL));
  tern_tls_settings_set_identities (settings, list);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const hosts[] = { "a.example", "a.example", "b.example" };

      g_assert_true (
          tern_tls_settings_find_identity (settings, hosts[i], (guint16)(i + 1), &found, &error));
      g_assert_no_error (error);
      g_assert_true (found == list->pdata[i]);
      g_clear_pointer (&found, tern_tls_identity_unref);
    }
  g_assert_true (tern_tls_settings_find_identity (none, "a.example", 1, &found, &error));
  g_assert_null (found);
}

/* ---- which keys ---- */

static gboolean
is_encrypted (TernTestKeyForm form)
{
  return form == TERN_TEST_KEY_PKCS8_ENCRYPTED || form == TERN_TEST_KEY_LEGACY_ENCRYPTED;
}

static void
assert_loads (const char *key_file, const char *cert_file, const char *password)
{
  g_autoptr (TernTlsIdentity) identity
      = tern_tls_identity_new (key_file, cert_file, NULL, password);
  g_autoptr (GError) error = NULL;

  tern_tls_identity_load (identity, &error);
  g_assert_no_error (error);
  g_assert_true (tern_tls_identity_load (identity, &error));
}

static void
assert_fails (const char *key_file,
              const char *cert_file,
              const char *password,
              const char *text,
              const char *culprit)
{
  g_autoptr (TernTlsIdentity) identity
      = tern_tls_identity_new (key_file, cert_file, NULL, password);
  g_autoptr (GError) error = NULL;

  g_assert_false (tern_tls_identity_load (identity, &error));
  g_test_message ("%s", error->message);
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, text);
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, culprit);
  if (password && *password)
    g_assert_null (strstr (error->message, password));
}

static void
test_forms (gconstpointer data)
{
  const gboolean is_rsa = GPOINTER_TO_INT (data);
  gnutls_x509_privkey_t key = is_rsa ? tern_test_key_new_rsa () : tern_test_key_new_ec ();
  g_autofree char *cert_file = tern_test_certs_put_client (certs, "forms", key, TRUE);
  g_autofree char *cert = get (cert_file);

  for (TernTestKeyForm form = 0; form < TERN_TEST_KEY_N_FORMS; form++)
    {
      const char *password = is_encrypted (form) ? TERN_TEST_KEY_PASSWORD : NULL;
      g_autofree char *pem = tern_test_key_to_pem (key, form);
      g_autofree char *key_file = put ("form.pem", pem);
      g_autofree char *key_first = g_strconcat (pem, cert, NULL);
      g_autofree char *cert_first = g_strconcat (cert, pem, NULL);
      g_autofree char *key_first_file = put ("key-first.pem", key_first);
      g_autofree char *cert_first_file = put ("cert-first.pem", cert_first);

      g_test_message ("form %u", form);
      assert_loads (key_file, cert_file, password);
      assert_loads (key_first_file, NULL, password);
      if (!password)
        {
          assert_loads (cert_first_file, cert_first_file, NULL);
          /* One that is not needed does no harm. */
          assert_loads (key_file, cert_file, "anything");
          continue;
        }
      assert_fails (key_file, cert_file, NULL, "needs a password and none was given", key_file);
      assert_fails (key_file, cert_file, "wrong", "the password does not open", key_file);
      assert_fails (key_first_file, NULL, "", "the password does not open", key_first_file);
    }
  gnutls_x509_privkey_deinit (key);
}

/* ---- what cannot be used ---- */

static void
test_refusals (void)
{
  gnutls_x509_privkey_t other = tern_test_key_new_ec ();
  g_autofree char *other_pem = tern_test_key_to_pem (other, TERN_TEST_KEY_PKCS8);
  g_autofree char *other_file = put ("other-key.pem", other_pem);
  g_autofree char *none = path_of ("none.pem");
  g_autofree char *text = put ("text.pem", "neither one nor the other\n");
  g_autofree char *empty = put ("empty.pem", "");
  g_autofree char *broken = put ("broken.pem", "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n"
                                               "-----END PRIVATE KEY-----\n");
  g_autofree char *broken_cert = put ("broken-cert.pem", "-----BEGIN CERTIFICATE-----\nMIGHAgEA\n"
                                                         "-----END CERTIFICATE-----\n");
  const char *key = tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT);
  const char *cert = tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT);
  const char *dir = tern_test_certs_get_dir (certs);

  assert_loads (key, cert, NULL);
  assert_fails (none, cert, NULL, "cannot read", none);
  assert_fails (key, none, NULL, "cannot read", none);
  assert_fails (dir, cert, NULL, "cannot read", dir);
  assert_fails (text, cert, NULL, "holds no private key", text);
  assert_fails (empty, cert, NULL, "holds no private key", empty);
  assert_fails (cert, cert, NULL, "holds no private key", cert);
  assert_fails (broken, cert, "secret", "cannot be used", broken);
  assert_fails (key, text, NULL, "holds no certificate", text);
  assert_fails (key, empty, NULL, "holds no certificate", empty);
  assert_fails (key, NULL, NULL, "holds no certificate", key);
  assert_fails (key, broken_cert, NULL, "cannot be used", broken_cert);
  assert_fails (other_file, cert, "secret", "does not belong to the certificate", other_file);
  assert_fails (other_file, cert, NULL, "does not belong to the certificate", cert);
  gnutls_x509_privkey_deinit (other);
}

static void
test_repaired (void)
{
  g_autofree char *key_file = path_of ("late.pem");
  g_autoptr (TernTlsIdentity) identity = tern_tls_identity_new (
      key_file, tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT), NULL, NULL);
  g_autofree char *pem = get (tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT));
  g_autoptr (GError) error = NULL;

  g_assert_false (tern_tls_identity_load (identity, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, key_file);
  g_clear_error (&error);
  g_free (put ("late.pem", pem));
  g_assert_true (tern_tls_identity_load (identity, &error));
  g_assert_no_error (error);
  /* From then on the file is not needed. */
  g_free (put ("late.pem", "gone"));
  g_assert_true (tern_tls_identity_load (identity, &error));
}

/* The PIN of a URI is as secret as a password. */
static void
test_uris (void)
{
  static const char *const uris[] = {
    "pkcs11:token=none-such;object=me?pin-value=sesame",
    "pkcs11:token=none-such;object=me?module-name=x&pin-value=sesame",
    "pkcs11:token=none-such;object=me;pin-value=sesame",
    "PKCS11:token=none-such;object=me?pin-source=/sesame",
  };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (TernTlsIdentity) identity = tern_tls_identity_new (uris[i], NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (tern_tls_identity_load (identity, &error));
      g_test_message ("%s", error->message);
      tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE,
                              ":token=none-such;object=me”");
      g_assert_null (strstr (error->message, "sesame"));
    }
}

/* ---- many at once ---- */

static gpointer
load_here (gpointer identity)
{
  return GINT_TO_POINTER (tern_tls_identity_load (identity, NULL));
}

static void
test_threads (void)
{
  g_autoptr (TernTlsIdentity) identity = tern_tls_identity_new (
      tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT),
      tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT), NULL, NULL);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("load", load_here, identity);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (GPOINTER_TO_INT (g_thread_join (threads[i])));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  g_test_add_func ("/tls-identity/domains", test_domains);
  g_test_add_func ("/tls-identity/first-match", test_first_match);
  g_test_add_data_func ("/tls-identity/forms/ec", GINT_TO_POINTER (FALSE), test_forms);
  g_test_add_data_func ("/tls-identity/forms/rsa", GINT_TO_POINTER (TRUE), test_forms);
  g_test_add_func ("/tls-identity/refusals", test_refusals);
  g_test_add_func ("/tls-identity/repaired", test_repaired);
  g_test_add_func ("/tls-identity/uris", test_uris);
  g_test_add_func ("/tls-identity/threads", test_threads);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
