/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a client says it is: the origin sees the certificate that was meant for it, in a handshake
 * and in a session that is resumed, and a connection of one identity never serves another. */
#include <glib/gstdio.h>

#include "ask.h"
#include "client/tern-client-private.h"
#include "tern-test-keys.h"

static TernTestCerts *certs;
static char *alice; /* signed by the CA */
static char *bob;   /* signed by an intermediate, which is in the file */
static char *key;

static void
init (Ask *ask, gboolean async, TernOrigin *origin)
{
  ask_init (ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
}

static TernOrigin *
make_origin (const char *priority, TernOriginTlsFlags flags)
{
  TernOrigin *origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, priority, flags);

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

static void
assert_client_at (const char *where, TernOrigin *origin, guint i, const char *subject)
{
  g_autofree char *seen = tern_origin_connection_client (origin, i);

  if (g_strcmp0 (seen, subject) != 0)
    g_error ("%s: the client of connection %u is %s, not %s", where, i, seen, subject);
}

#define assert_client(origin, i, subject) assert_client_at (G_STRLOC, (origin), (i), (subject))

static void
assert_fine (Ask *ask)
{
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "fine");
}

static char *
uri_of (TernOrigin *origin, const char *host)
{
  return g_strdup_printf ("https://%s:%u/", host, tern_origin_get_port (origin));
}

/* ---- shown ---- */

static void
test_required (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (priority, TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  /* It is the server who says no, and in its words. */
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "localhost");
  ask_assert_tern_error (&ask, TLS, "alert");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);

  tern_client_add_certificate (ask.client, key, alice, NULL, NULL);
  for (guint i = 0; i < 3; i++)
    assert_fine (&ask);
  assert_client (origin, tern_origin_n_connections (origin) - 1, "CN=alice");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 3);
}

static void
test_chain (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (priority, TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  tern_client_add_certificate (ask.client, key, bob, "", NULL);
  assert_fine (&ask);
  assert_client (origin, 0, "CN=bob");
}

/* One that a server does not ask for is not shown, one that it asks for need not be there. */
static void
test_asked (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) curious = make_origin (priority, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  g_autoptr (TernOrigin) other = make_origin (priority, 0);
  g_auto (Ask) ask;

  init (&ask, async, curious);
  assert_fine (&ask);
  assert_client (curious, 0, NULL);
  tern_client_add_certificate (ask.client, key, alice, NULL, NULL);
  ask_again (&ask, other, "GET", "/");
  assert_fine (&ask);
  assert_client (other, 0, NULL);
}

static void
test_forms (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (NULL, TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);
  gnutls_x509_privkey_t rsa = tern_test_key_new_rsa ();
  g_autofree char *cert_file = tern_test_certs_put_client (certs, "rsa", rsa, FALSE);
  g_autofree char *pem = tern_test_key_to_pem (rsa, (TernTestKeyForm)GPOINTER_TO_INT (data));
  g_autofree char *cert = NULL;
  g_autofree char *both = NULL;
  g_auto (Ask) ask;

  g_assert_true (g_file_get_contents (cert_file, &cert, NULL, NULL));
  both = g_strconcat (pem, cert, NULL);
  g_assert_true (g_file_set_contents (cert_file, both, -1, NULL));
  init (&ask, async, origin);
  tern_client_add_certificate (ask.client, cert_file, NULL, NULL, TERN_TEST_KEY_PASSWORD);
  assert_fine (&ask);
  assert_client (origin, 0, "CN=rsa");
  gnutls_x509_privkey_deinit (rsa);
}

/* ---- to whom ---- */

static void
test_domains (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) one = make_origin (priority, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  g_autoptr (TernOrigin) two = make_origin (priority, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  g_autofree char *one_name = uri_of (one, "LocalHost");
  g_autofree char *one_ip = uri_of (one, "127.0.0.1");
  g_autofree char *two_ip = uri_of (two, "127.0.0.1");
  g_autofree char *domain = g_strdup_printf ("LOCALHOST:%u", (guint)tern_origin_get_port (one));
  g_auto (Ask) ask;

  init (&ask, async, NULL);
  tern_client_add_certificate (ask.client, key, alice, domain, NULL);
  tern_client_add_certificate (ask.client, key, bob, "127.0.0.1", NULL);
  /* What is not for a host does not matter to it, missing or not. */
  tern_client_add_certificate (ask.client, "/nowhere/key.pem", NULL, "elsewhere.example", NULL);
  ask_again (&ask, NULL, "GET", one_name);
  assert_fine (&ask);
  assert_client (one, 0, "CN=alice");
  ask_again (&ask, NULL, "GET", one_ip);
  assert_fine (&ask);
  assert_client (one, 1, "CN=bob");
  ask_again (&ask, NULL, "GET", two_ip);
  assert_fine (&ask);
  assert_client (two, 0, "CN=bob");
  ask_again (&ask, two, "GET", "/");
  assert_fine (&ask);
  assert_client (two, 1, NULL);
  /* The first that fits is taken, so one for all comes too late for these. */
  tern_client_add_certificate (ask.client, key, alice, NULL, NULL);
  ask_again (&ask, NULL, "GET", two_ip);
  assert_fine (&ask);
  assert_client (two, 2, "CN=bob");
  ask_again (&ask, two, "GET", "/");
  assert_fine (&ask);
  assert_client (two, 3, "CN=alice");
}

/* A redirect leads to another host with another identity, or none. */
static void
test_redirect (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) one = make_origin (priority, TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);
  g_autoptr (TernOrigin) two = make_origin (priority, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  g_autofree char *target = uri_of (two, "127.0.0.1");
  g_autofree char *location = g_strdup_printf ("Location: %s\r\n", target);
  g_auto (Ask) ask;

  tern_origin_add_reply (one, "/there", 302, location, "");
  init (&ask, async, NULL);
  tern_client_add_certificate (ask.client, key, alice, "localhost", NULL);
  ask_again (&ask, one, "GET", "/there");
  assert_fine (&ask);
  assert_client (one, 0, "CN=alice");
  assert_client (two, 0, NULL);
}

/* ---- kept connections and sessions ---- */

static void
test_never_shared (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (priority, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  const struct
  {
    const char *cert; /* NULL: none at all */
    const char *subject;
  } rounds[] = {
    { alice, "CN=alice" },
    { bob, "CN=bob" },
    { NULL, NULL },
    { alice, "CN=alice" },
  };
  g_auto (Ask) ask;

  init (&ask, async, origin);
  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      tern_client_clear_certificates (ask.client);
      if (rounds[i].cert)
        tern_client_add_certificate (ask.client, key, rounds[i].cert, NULL, NULL);
      assert_fine (&ask);
      assert_fine (&ask);
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2 * i + 1);
      g_assert_false (tern_origin_connection_resumed (origin, 2 * i));
      assert_client (origin, 2 * i, rounds[i].subject);
      /* A session that is resumed is of who began it. */
      tern_client_close (ask.client);
      assert_fine (&ask);
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2 * i + 2);
      g_assert_true (tern_origin_connection_resumed (origin, 2 * i + 1));
      assert_client (origin, 2 * i + 1, rounds[i].subject);
    }
}

/* ---- what cannot be used ---- */

typedef struct
{
  const char *name;
  const char *key; /* NULL: the good one */
  const char *cert;
  const char *password;
  const char *text;
} Bad;

static Bad bad[] = {
  { "missing-key", "/nowhere/key.pem", NULL, NULL, "/nowhere/key.pem" },
  { "missing-cert", NULL, "/nowhere/cert.pem", NULL, "/nowhere/cert.pem" },
  { "wrong-password", "locked", NULL, "sesam", "the password does not open" },
  { "no-password", "locked", NULL, NULL, "none was given" },
  { "no-key", "cert", NULL, NULL, "holds no private key" },
  { "no-certificate", NULL, "key", NULL, "holds no certificate" },
  { "no-pair", "other", NULL, NULL, "does not belong to" },
  { "no-token", "pkcs11:token=none;object=x?pin-value=sesam", NULL, "sesam", "cannot be used" },
};

static void
test_bad (gboolean async, gconstpointer data)
{
  const Bad *what = data;
  g_autoptr (TernOrigin) origin = make_origin (NULL, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  g_autoptr (TernOrigin) plain = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (plain, "/", 200, NULL, "fine");
  init (&ask, async, origin);
  tern_client_add_certificate (ask.client, what->key ? what->key : key,
                               what->cert ? what->cert : alice, "localhost", what->password);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, CERTIFICATE, what->text);
      g_assert_null (strstr (ask.error->message, "sesam"));
    }
  /* Not a packet went out. */
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
  /* Plain HTTP has no use for it. */
  ask_again (&ask, plain, "GET", "/");
  assert_fine (&ask);
  ask_again (&ask, origin, "GET", "/");
  tern_client_clear_certificates (ask.client);
  assert_fine (&ask);
}

/* A file that is put right works with the next request, on the same client. */
static void
test_repaired (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (NULL, TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT);
  g_autofree char *file = g_build_filename (tern_test_certs_get_dir (certs), "repaired.pem", NULL);
  g_autofree char *pem = NULL;
  g_auto (Ask) ask;

  g_remove (file);
  init (&ask, async, origin);
  tern_client_add_certificate (ask.client, file, alice, NULL, NULL);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, file);
  g_assert_true (g_file_get_contents (key, &pem, NULL, NULL));
  g_assert_true (g_file_set_contents (file, pem, -1, NULL));
  assert_fine (&ask);
  assert_client (origin, 0, "CN=alice");
}

/* ---- files ---- */

static char *
put_key (const char *name, gnutls_x509_privkey_t which, TernTestKeyForm form)
{
  g_autofree char *pem = tern_test_key_to_pem (which, form);
  char *path = g_build_filename (tern_test_certs_get_dir (certs), name, NULL);

  g_assert_true (g_file_set_contents (path, pem, -1, NULL));
  return path;
}

static char *locked;
static char *other;

static void
make_files (void)
{
  gnutls_x509_privkey_t good = tern_test_certs_get_key (certs);
  gnutls_x509_privkey_t another = tern_test_key_new_ec ();

  key = put_key ("me.pem", good, TERN_TEST_KEY_TRADITIONAL);
  locked = put_key ("locked.pem", good, TERN_TEST_KEY_PKCS8_ENCRYPTED);
  other = put_key ("other.pem", another, TERN_TEST_KEY_PKCS8);
  alice = tern_test_certs_put_client (certs, "alice", good, FALSE);
  bob = tern_test_certs_put_client (certs, "bob", good, TRUE);
  gnutls_x509_privkey_deinit (another);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      if (g_strcmp0 (bad[i].key, "locked") == 0)
        bad[i].key = locked;
      else if (g_strcmp0 (bad[i].key, "other") == 0)
        bad[i].key = other;
      else if (g_strcmp0 (bad[i].key, "cert") == 0)
        bad[i].key = alice;
      if (g_strcmp0 (bad[i].cert, "key") == 0)
        bad[i].cert = key;
    }
}

static void
add (const char *name, const char *variant, TernTestBothFunc func, gconstpointer data)
{
  g_autofree char *path = g_strconcat ("/session/client-certificates/", name, "/", variant, NULL);

  tern_test_add_both (path, func, data);
}

static void
add_versions (const char *name, TernTestBothFunc func)
{
  add (name, "tls-1.2", func, TERN_ORIGIN_TLS_ONLY_12);
  add (name, "tls-1.3", func, TERN_ORIGIN_TLS_ONLY_13);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  make_files ();
  add_versions ("required", test_required);
  add_versions ("chain", test_chain);
  add_versions ("asked", test_asked);
  add_versions ("domains", test_domains);
  add_versions ("redirect", test_redirect);
  add_versions ("never-shared", test_never_shared);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    add ("bad", bad[i].name, test_bad, &bad[i]);
  add ("repaired", "file", test_repaired, NULL);
  add ("forms", "pkcs1", test_forms, GINT_TO_POINTER (TERN_TEST_KEY_TRADITIONAL));
  add ("forms", "pkcs8", test_forms, GINT_TO_POINTER (TERN_TEST_KEY_PKCS8));
  add ("forms", "encrypted", test_forms, GINT_TO_POINTER (TERN_TEST_KEY_PKCS8_ENCRYPTED));
  add ("forms", "legacy", test_forms, GINT_TO_POINTER (TERN_TEST_KEY_LEGACY_ENCRYPTED));
  result = g_test_run ();
  tern_test_certs_free (certs);
  g_free (key);
  g_free (locked);
  g_free (other);
  g_free (alice);
  g_free (bob);
  return result;
}
