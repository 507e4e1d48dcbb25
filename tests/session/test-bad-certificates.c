/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every certificate that a client has to refuse: it says which check failed and for which
 * certificate, before its deadline and before a byte of the request; and what a program that is
 * asked about it may let in, for that one request. */
#include "ask.h"
#include "client/tern-client-private.h"

#define HOST "localhost"

static TernTestCerts *certs;

typedef struct
{
  const char *name;
  TernTestCert which;
  const char *host;
  const char *text; /* of the error */
  GTlsCertificateFlags flags;
} Bad;

static const Bad bad[] = {
  { "expired", TERN_TEST_CERT_EXPIRED, HOST, "“CN=localhost” expired on 20",
    G_TLS_CERTIFICATE_EXPIRED },
  { "not-yet-valid", TERN_TEST_CERT_NOT_YET_VALID, HOST, "“CN=localhost” is not valid before 20",
    G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { "self-signed", TERN_TEST_CERT_SELF_SIGNED, HOST, "“CN=localhost” is self-signed",
    G_TLS_CERTIFICATE_UNKNOWN_CA },
  { "unknown-ca", TERN_TEST_CERT_UNKNOWN_CA, HOST, "by an unknown authority, “CN=Unknown CA”",
    G_TLS_CERTIFICATE_UNKNOWN_CA },
  { "missing-intermediate", TERN_TEST_CERT_MISSING_INTERMEDIATE, HOST,
    "by an unknown authority, “CN=Test Intermediate”", G_TLS_CERTIFICATE_UNKNOWN_CA },
  { "expired-intermediate", TERN_TEST_CERT_EXPIRED_INTERMEDIATE, HOST,
    "“CN=Old Intermediate” expired on 20", G_TLS_CERTIFICATE_EXPIRED },
  { "not-an-authority", TERN_TEST_CERT_NOT_AN_AUTHORITY, HOST,
    "“CN=localhost” is signed by a certificate that may not sign others",
    G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR },
  { "client-only", TERN_TEST_CERT_CLIENT, "client.example.test",
    "“CN=client” is not meant for a server", G_TLS_CERTIFICATE_GENERIC_ERROR },
  { "wrong-host", TERN_TEST_CERT_WRONG_HOST, HOST,
    "is not for host “localhost”, it is for wrong.example.test", G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "cn-only", TERN_TEST_CERT_CN_ONLY, HOST, "it has no subject alternative name",
    G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "wildcard-base", TERN_TEST_CERT_WILDCARD, "example.test",
    "is not for host “example.test”, it is for *.example.test", G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "wildcard-deeper", TERN_TEST_CERT_WILDCARD, "a.b.example.test",
    "is not for host “a.b.example.test”", G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "wildcard-double", TERN_TEST_CERT_WILDCARD_DOUBLE, "a.b.test", "it is for *.*.test",
    G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "wildcard-partial", TERN_TEST_CERT_WILDCARD_PARTIAL, "foo.example.test",
    "it is for f*.example.test", G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "wildcard-ip", TERN_TEST_CERT_WILDCARD_IP, "127.0.0.1", "is not for host “127.0.0.1”",
    G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "ip-as-name", TERN_TEST_CERT_IP_AS_NAME, "127.0.0.1", "is not for host “127.0.0.1”",
    G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "nul", TERN_TEST_CERT_NUL, HOST, "is not for host “localhost”",
    G_TLS_CERTIFICATE_BAD_IDENTITY },
  { "sha1", TERN_TEST_CERT_SHA1, HOST,
    "“CN=localhost” is signed by the insecure algorithm ECDSA-SHA1", G_TLS_CERTIFICATE_INSECURE },
  { "md5", TERN_TEST_CERT_MD5, HOST, "“CN=localhost” is signed by the insecure algorithm RSA-MD5",
    G_TLS_CERTIFICATE_INSECURE },
  { "rsa-1024", TERN_TEST_CERT_RSA_1024, HOST, "the key of “CN=localhost” is too short, 1024 bits",
    G_TLS_CERTIFICATE_INSECURE },
};

/* ---- a client, an origin, and who is asked ---- */

typedef struct
{
  Ask ask;
  TernOrigin *origin;
  const Bad *what;
  GThread *thread;
  gboolean accept;
  guint n_asked;
  GBytes *shown;
  void (*meanwhile) (gpointer self);
} Case;

/* Every name is the origin's. */
static GArray *
lookup (const char *host, guint16 port, gpointer data, GError **error)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TernAddress));
  TernAddress address;

  g_assert_true (tern_address_from_literal ("127.0.0.1", port, &address));
  g_array_append_val (found, address);
  return found;
}

static void
case_init_version (Case *self, gboolean async, const Bad *what, const char *priority)
{
  g_autofree char *uri = NULL;

  *self = (Case){ .what = what, .thread = g_thread_self () };
  self->origin = tern_origin_new_tls (certs, what->which, priority, 0);
  tern_origin_add_reply (self->origin, "/", 200, NULL, "fine");
  uri = g_strdup_printf ("https://%s:%u/", what->host, tern_origin_get_port (self->origin));
  ask_init (&self->ask, async, NULL, "GET", uri);
  tern_client_set_lookup (self->ask.client, lookup, NULL);
  tern_client_set_ca_file (self->ask.client, tern_test_certs_get_ca_file (certs));
  tern_client_set_total_timeout (self->ask.client, 30);
}

static void
case_init (Case *self, gboolean async, const Bad *what)
{
  case_init_version (self, async, what, NULL);
}

static void
case_clear (Case *self)
{
  ask_clear (&self->ask);
  tern_origin_free (self->origin);
  g_clear_pointer (&self->shown, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static gboolean
on_certificate_error (TernClient *client,
                      GPtrArray *chain,
                      GTlsCertificateFlags flags,
                      gpointer data)
{
  Case *self = data;

  g_assert_true (client == self->ask.client);
  g_assert_true (g_thread_self () == self->thread);
  g_assert_cmpint (flags, ==, self->what->flags);
  g_assert_cmpuint (chain->len, >=, 1);
  g_clear_pointer (&self->shown, g_bytes_unref);
  self->shown = g_bytes_ref (chain->pdata[0]);
  self->n_asked++;
  if (self->meanwhile)
    self->meanwhile (self);
  return self->accept;
}

static void
watch (Case *self, gboolean accept)
{
  self->accept = accept;
  g_signal_connect (self->ask.client, "certificate-error", G_CALLBACK (on_certificate_error), self);
}

static void
assert_refused (Case *self)
{
  g_assert_false (ask_fetch (&self->ask, NULL));
  g_test_message ("%s", self->ask.error->message);
  ask_assert_tern_error (&self->ask, CERTIFICATE, self->what->text);
  ask_assert_tern_error (&self->ask, CERTIFICATE, self->what->host);
  g_assert_cmpint (ask_phase (&self->ask), ==, TERN_PHASE_TLS);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (self->ask.client)), ==, 0);
}

/* In, and out again: whoever is let in by hand serves its request alone. */
static void
assert_let_in (Case *self)
{
  TernTlsInfo *info;
  GPtrArray *chain;

  ask_fetch (&self->ask, NULL);
  ask_assert_ok (&self->ask, 200, "fine");
  info = tern_response_get_tls (self->ask.response);
  g_assert_cmpint (tern_tls_info_get_certificate_errors (info), ==, self->what->flags);
  g_assert_false (tern_tls_info_get_verified (info));
  g_assert_false (tern_tls_info_get_resumed (info));
  chain = tern_tls_info_get_peer_chain (info);
  g_assert_true (g_bytes_equal (chain->pdata[0], self->shown));
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (self->ask.client)), ==, 0);
}

/* ---- refused ---- */

static void
test_refused (gboolean async, gconstpointer data)
{
  g_autofree char *alert = NULL;
  g_auto (Case) self;

  case_init (&self, async, data);
  assert_refused (&self);
  /* No byte of a request went to whom nobody trusts, and it is told why. */
  g_assert_cmpuint (tern_origin_n_requests (self.origin), ==, 0);
  g_assert_cmpuint (tern_origin_n_connections (self.origin), ==, 1);
  g_assert_true (tern_origin_wait_closed (self.origin, 0, 5000));
  alert = tern_origin_connection_alert (self.origin, 0);
  g_assert_nonnull (alert);
  /* Unless the program wants it all the same; and what was let in so serves nobody who asks for
   * more. */
  tern_client_set_validate_certificates (self.ask.client, FALSE);
  ask_fetch (&self.ask, NULL);
  ask_assert_ok (&self.ask, 200, "fine");
  g_assert_false (tern_tls_info_get_verified (tern_response_get_tls (self.ask.response)));
  tern_client_set_validate_certificates (self.ask.client, TRUE);
  g_assert_false (ask_fetch (&self.ask, NULL));
  ask_assert_tern_error (&self.ask, CERTIFICATE, self.what->text);
}

/* ---- asked about ---- */

static void
test_asked (gboolean async, gconstpointer data)
{
  g_auto (Case) self;

  case_init (&self, async, data);
  watch (&self, FALSE);
  assert_refused (&self);
  g_assert_cmpuint (self.n_asked, ==, 1);
  self.accept = TRUE;
  assert_let_in (&self);
  g_assert_cmpuint (self.n_asked, ==, 2);
  self.accept = FALSE;
  assert_refused (&self);
  g_assert_cmpuint (self.n_asked, ==, 3);
}

static void
test_each_time (gboolean async, gconstpointer priority)
{
  g_auto (Case) self;

  case_init_version (&self, async, &bad[0], priority);
  watch (&self, TRUE);
  for (guint i = 0; i < 4; i++)
    {
      assert_let_in (&self);
      g_assert_cmpuint (self.n_asked, ==, i + 1);
      g_assert_cmpuint (tern_origin_n_connections (self.origin), ==, i + 1);
      g_assert_false (tern_origin_connection_resumed (self.origin, i));
    }
}

static gboolean
on_other (TernClient *client, GPtrArray *chain, GTlsCertificateFlags flags, gpointer data)
{
  guint *n = data;

  ++*n;
  return *n > 1; /* the second time yes */
}

/* The first that says yes decides; the next one is not asked any more. */
static void
test_handlers (gboolean async, gconstpointer data)
{
  guint n_others = 0;
  g_auto (Case) self;

  case_init (&self, async, &bad[0]);
  g_signal_connect (self.ask.client, "certificate-error", G_CALLBACK (on_other), &n_others);
  watch (&self, TRUE);
  assert_let_in (&self);
  g_assert_cmpuint (self.n_asked, ==, 1);
  g_assert_cmpuint (n_others, ==, 1);
  assert_let_in (&self);
  g_assert_cmpuint (self.n_asked, ==, 1);
  g_assert_cmpuint (n_others, ==, 2);
}

/* Nobody is asked about what is good, nor where nothing is checked. */
static void
test_not_asked (gboolean async, gconstpointer data)
{
  static const Bad good = { "good", TERN_TEST_CERT_SERVER, HOST, "", 0 };
  g_auto (Case) self;
  g_auto (Case) unchecked;

  case_init (&self, async, &good);
  watch (&self, FALSE);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&self.ask, NULL);
      ask_assert_ok (&self.ask, 200, "fine");
      g_assert_true (tern_tls_info_get_verified (tern_response_get_tls (self.ask.response)));
    }
  g_assert_cmpuint (tern_origin_n_connections (self.origin), ==, 1);
  case_init (&unchecked, async, &bad[0]);
  watch (&unchecked, FALSE);
  tern_client_set_validate_certificates (unchecked.ask.client, FALSE);
  ask_fetch (&unchecked.ask, NULL);
  ask_assert_ok (&unchecked.ask, 200, "fine");
  g_assert_cmpuint (self.n_asked + unchecked.n_asked, ==, 0);
}

static void
linger (gpointer self)
{
  g_usleep (600 * 1000);
}

/* A person thinks about it for longer than the network may take. */
static void
test_slow_handler (gboolean async, gconstpointer data)
{
  g_auto (Case) self;

  case_init (&self, async, &bad[0]);
  tern_client_set_timeout (self.ask.client, 0.5 * ask_slack ());
  tern_client_set_connect_timeout (self.ask.client, 0.5 * ask_slack ());
  self.meanwhile = linger;
  watch (&self, TRUE);
  assert_let_in (&self);
}

/* No lock is held: the handler may use the client. */
static void
ask_another (gpointer data)
{
  Case *self = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri = tern_origin_uri (origin, "/");
  g_autoptr (TernResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  tern_origin_add_reply (origin, "/", 200, NULL, "also fine");
  response = tern_client_request (self->ask.client, "GET", uri, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_response_get_status (response), ==, 200);
  tern_client_close (self->ask.client);
}

static void
test_busy_handler (gboolean async, gconstpointer data)
{
  g_auto (Case) self;

  case_init (&self, async, &bad[0]);
  self.meanwhile = ask_another;
  watch (&self, TRUE);
  assert_let_in (&self);
}

static void
add (const char *name, const char *variant, TernTestBothFunc func, gconstpointer data)
{
  g_autofree char *path = g_strconcat ("/session/bad-certificates/", name, "/", variant, NULL);

  tern_test_add_both (path, func, data);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      add ("refused", bad[i].name, test_refused, &bad[i]);
      add ("asked", bad[i].name, test_asked, &bad[i]);
    }
  add ("each-time", "tls-1.2", test_each_time, TERN_ORIGIN_TLS_ONLY_12);
  add ("each-time", "tls-1.3", test_each_time, TERN_ORIGIN_TLS_ONLY_13);
  add ("handlers", "first-yes", test_handlers, NULL);
  add ("handlers", "not-asked", test_not_asked, NULL);
  add ("handlers", "slow", test_slow_handler, NULL);
  add ("handlers", "busy", test_busy_handler, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
