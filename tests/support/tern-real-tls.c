/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* gnutls-serv and stunnel as TernRealServers: TLS with hardly a server behind it, for certificates
 * and versions that a web server would not offer, and TLS in front of a server that has none. They
 * must never be asked for speed: gnutls-serv gives one page a connection. */

#include "tern-real-server-private.h"

typedef struct
{
  const TernTestCerts *certs;
  TernTestCert which;
  const char *priority;
  guint16 target;
} Options;

static void
put_files (TernRealServer *self, gconstpointer data)
{
  const Options *options = data;

  tern_real_server_put_certs (self, options->certs, options->which);
}

static void
configure_gnutls (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;

  tern_real_server_arg (argv, "--http");
  tern_real_server_arg (argv, "--quiet");
  tern_real_server_arg (argv, "--port=%u", self->mutual_port ? self->mutual_port : self->tls_port);
  tern_real_server_arg (argv, "--x509certfile=server.pem");
  tern_real_server_arg (argv, "--x509keyfile=server.key");
  tern_real_server_arg (argv, "--priority=%s", options->priority ? options->priority : "NORMAL");
  if (self->mutual_port == 0)
    return;
  tern_real_server_arg (argv, "--x509cafile=ca.pem");
  tern_real_server_arg (argv, "--require-client-cert");
  tern_real_server_arg (argv, "--verify-client-cert");
}

static void
configure_stunnel (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;

  tern_real_server_put_text (self, "stunnel.conf",
                             "foreground = yes\n"
                             "pid =\n"
                             "syslog = no\n"
                             "[front]\n"
                             "accept = 127.0.0.1:%u\n"
                             "connect = 127.0.0.1:%u\n"
                             "cert = %s/server.pem\n"
                             "key = %s/server.key\n",
                             self->tls_port, options->target, self->dir, self->dir);
  tern_real_server_arg (argv, "stunnel.conf");
}

static const TernRealKind gnutls
    = { .program = "gnutls-serv", .put_files = put_files, .configure = configure_gnutls };
static const TernRealKind stunnel
    = { .program = "stunnel4", .put_files = put_files, .configure = configure_stunnel };

TernRealServer *
tern_real_server_new_gnutls (const TernTestCerts *certs,
                             TernTestCert which,
                             const char *priority,
                             GError **error)
{
  Options options = { .certs = certs, .which = which, .priority = priority };

  return tern_real_server_launch (&gnutls, TERN_REAL_PORT_TLS, &options, error);
}

TernRealServer *
tern_real_server_new_gnutls_mutual (const TernTestCerts *certs,
                                    const char *priority,
                                    GError **error)
{
  Options options = { .certs = certs, .which = TERN_TEST_CERT_SERVER, .priority = priority };

  return tern_real_server_launch (&gnutls, TERN_REAL_PORT_MUTUAL, &options, error);
}

TernRealServer *
tern_real_server_new_stunnel (const TernTestCerts *certs,
                              TernTestCert which,
                              guint16 target,
                              GError **error)
{
  Options options = { .certs = certs, .which = which, .target = target };

  return tern_real_server_launch (&stunnel, TERN_REAL_PORT_TLS, &options, error);
}
