/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client certificate whose key never leaves its token: SoftHSM, through PKCS#11 URIs. Where it is
 * not installed the tests say so and skip. */
#include <glib/gstdio.h>
#include <gnutls/pkcs11.h>

#include "ask.h"
#include "client/tern-client-private.h"
#include "tern-test-keys.h"

#define PIN "731-sesame"
#define SO_PIN "9999-officer"
#define TOKEN "pkcs11:token=tern-test"

static TernTestCerts *certs;
static const char *why_not; /* there is no token */
static char *rsa_file;      /* the certificate of the RSA key, in a file */
static gboolean is_set_up;

static void
check (int result, const char *what)
{
  if (result < 0)
    g_error ("token: %s: %s", what, gnutls_strerror (result));
}

/* ---- a token of our own ---- */

/* The global one is for setting up; the library must never come to it. */
static int
on_pin (void *data,
        int attempt,
        const char *url,
        const char *label,
        unsigned flags,
        char *pin,
        size_t size)
{
  if (is_set_up)
    g_error ("the program's global PIN callback was asked");
  g_strlcpy (pin, PIN, size);
  return 0;
}

static const char *
find_module (void)
{
  static const char *const places[] = {
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_EXISTS))
      return places[i];
  return NULL;
}

static void
write_configuration (void)
{
  g_autofree char *dir = g_build_filename (tern_test_certs_get_dir (certs), "tokens", NULL);
  g_autofree char *file = g_build_filename (tern_test_certs_get_dir (certs), "softhsm2.conf", NULL);
  g_autofree char *text
      = g_strdup_printf ("directories.tokendir = %s\nobjectstore.backend = file\n", dir);

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_setenv ("SOFTHSM2_CONF", file, TRUE);
}

static void
put_pair (const char *name, gnutls_x509_privkey_t key, const char *id)
{
  g_autofree char *file = tern_test_certs_put_client (certs, name, key, FALSE);
  const gnutls_datum_t cid = { (unsigned char *)id, 1 };
  gnutls_datum_t pem;
  gnutls_x509_crt_t crt;

  check (gnutls_load_file (file, &pem), "load");
  check (gnutls_x509_crt_init (&crt), "certificate");
  check (gnutls_x509_crt_import (crt, &pem, GNUTLS_X509_FMT_PEM), "import");
  check (gnutls_pkcs11_copy_x509_crt2 (TOKEN, crt, name, &cid, GNUTLS_PKCS11_OBJ_FLAG_LOGIN),
         "put certificate");
  check (gnutls_pkcs11_copy_x509_privkey2 (TOKEN, key, name, &cid, GNUTLS_KEY_DIGITAL_SIGNATURE,
                                           GNUTLS_PKCS11_OBJ_FLAG_LOGIN
                                               | GNUTLS_PKCS11_OBJ_FLAG_MARK_SENSITIVE),
         "put key");
  gnutls_x509_crt_deinit (crt);
  gnutls_free (pem.data);
}

/* By its own tool: GnuTLS does not see a token that is none yet. */
static void
init_token (void)
{
  const char *argv[]
      = { "softhsm2-util", "--init-token", "--free", "--label", "tern-test", "--pin", PIN,
          "--so-pin",      SO_PIN,         NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said, NULL,
                     &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("token: %s %s", error->message, said ? said : "");
}

static void
set_up (const char *module)
{
  gnutls_x509_privkey_t ec = tern_test_key_new_ec ();
  gnutls_x509_privkey_t rsa = tern_test_key_new_rsa ();

  write_configuration ();
  init_token ();
  check (gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_MANUAL, NULL), "init");
  check (gnutls_pkcs11_add_provider (module, NULL), "module");
  gnutls_pkcs11_set_pin_function (on_pin, NULL);
  put_pair ("token-ec", ec, "\1");
  put_pair ("token-rsa", rsa, "\2");
  rsa_file = g_build_filename (tern_test_certs_get_dir (certs), "token-rsa.pem", NULL);
  gnutls_x509_privkey_deinit (ec);
  gnutls_x509_privkey_deinit (rsa);
  is_set_up = TRUE;
}

/* ---- the tests ---- */

static TernOrigin *
make_origin (const char *priority)
{
  TernOrigin *origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, priority,
                                            TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

/* FALSE: skipped. */
static gboolean
begin (Ask *ask, gboolean async, TernOrigin *origin)
{
  *ask = (Ask){ 0 };
  if (why_not)
    {
      g_test_skip (why_not);
      return FALSE;
    }
  ask_init (ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
  return TRUE;
}

static void
assert_client (TernOrigin *origin, guint i, const char *subject)
{
  g_autofree char *seen = tern_origin_connection_client (origin, i);

  g_assert_cmpstr (seen, ==, subject);
}

static void
test_key (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (priority);
  const struct
  {
    const char *key;
    const char *cert;
    const char *password;
    const char *subject;
  } rounds[] = {
    { TOKEN ";object=token-ec;type=private", TOKEN ";object=token-ec;type=cert", PIN,
      "CN=token-ec" },
    { TOKEN ";object=token-ec", NULL, PIN, "CN=token-ec" },
    { TOKEN ";id=%02;type=private", rsa_file, PIN, "CN=token-rsa" },
    { TOKEN ";object=token-rsa?pin-value=" PIN, NULL, NULL, "CN=token-rsa" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_auto (Ask) ask;

      if (!begin (&ask, async, origin))
        return;
      tern_client_add_certificate (ask.client, rounds[i].key, rounds[i].cert, NULL,
                                   rounds[i].password);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      assert_client (origin, i, rounds[i].subject);
    }
}

static void
test_refused (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *uri;
    const char *password;
    const char *text;
  } rounds[] = {
    { TOKEN ";object=token-ec", NULL, "needs a password and none was given" },
    { TOKEN ";object=token-ec", "wrong-sesame", "the password does not open" },
    { TOKEN ";object=token-ec?pin-value=wrong-sesame", NULL,
      "the password does not open the private key “" TOKEN ";object=token-ec”" },
    { TOKEN ";object=nobody", PIN, TOKEN ";object=nobody”" },
    { "pkcs11:token=none;object=token-ec", PIN, "pkcs11:token=none;object=token-ec”" },
  };
  g_autoptr (TernOrigin) origin = make_origin (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_auto (Ask) ask;

      if (!begin (&ask, async, origin))
        return;
      tern_client_add_certificate (ask.client, rounds[i].uri, NULL, NULL, rounds[i].password);
      /* Many requests are one try: a token that counts them would be locked. */
      for (guint j = 0; j < 4; j++)
        {
          g_assert_false (ask_fetch (&ask, NULL));
          ask_assert_tern_error (&ask, CERTIFICATE, rounds[i].text);
          g_assert_null (strstr (ask.error->message, "sesame"));
        }
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

/* The key and the certificate have to be one pair, wherever each is. */
static void
test_no_pair (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (NULL);
  g_auto (Ask) ask;

  if (!begin (&ask, async, origin))
    return;
  tern_client_add_certificate (ask.client, TOKEN ";object=token-ec", rsa_file, NULL, PIN);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "does not belong to the certificate");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

int
main (int argc, char **argv)
{
  const char *module = find_module ();
  g_autofree char *tool = g_find_program_in_path ("softhsm2-util");
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  if (module && tool)
    set_up (module);
  else
    why_not = "SoftHSM is not installed";
  tern_test_add_both ("/real/token/tls-1.2", test_key, TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/real/token/tls-1.3", test_key, TERN_ORIGIN_TLS_ONLY_13);
  tern_test_add_both ("/real/token/refused", test_refused, NULL);
  tern_test_add_both ("/real/token/no-pair", test_no_pair, NULL);
  result = g_test_run ();
  gnutls_pkcs11_deinit ();
  g_free (rsa_file);
  tern_test_certs_free (certs);
  return result;
}
