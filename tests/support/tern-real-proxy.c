/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* squid and tinyproxy as TernRealServers: the HTTP proxy of the big and that of the small. They
 * must never cache, and never ask a name server outside this machine. */

#include "tern-real-server-private.h"

#define SQUID_HELPERS "/usr/lib/squid"

typedef struct
{
  const TernTestCerts *certs;
  TernRealServerAuth auth;
} Options;

static const char squid_config[] = "http_port 127.0.0.1:%u\n"
                                   "%s"
                                   "visible_hostname squid.test\n"
                                   "pid_filename none\n"
                                   "coredump_dir none\n"
                                   "netdb_filename none\n"
                                   "cache deny all\n"
                                   "cache_mem 0\n"
                                   "max_filedescriptors 1024\n"
                                   "pinger_enable off\n"
                                   "dns_nameservers 127.0.0.1\n"
                                   "dns_timeout 1 second\n"
                                   "buffered_logs off\n"
                                   "cache_log %s/error.log\n"
                                   "access_log stdio:%s/access.log\n"
                                   "%s";

static const char *const squid_auth[]
    = { [TERN_REAL_SERVER_OPEN] = "http_access allow all\n",
        [TERN_REAL_SERVER_BASIC]
        = "auth_param basic program " SQUID_HELPERS "/basic_ncsa_auth passwords\n"
          "auth_param basic children 2 startup=1\n"
          "auth_param basic realm squid nest\n"
          "acl known proxy_auth REQUIRED\n"
          "http_access allow known\n",
        [TERN_REAL_SERVER_DIGEST]
        = "auth_param digest program " SQUID_HELPERS "/digest_file_auth passwords\n"
          "auth_param digest children 2 startup=1\n"
          "auth_param digest realm squid nest\n"
          "acl known proxy_auth REQUIRED\n"
          "http_access allow known\n" };

/* basic_ncsa_auth takes the MD5 of a password, digest_file_auth the password. */
static void
put_squid_files (TernRealServer *self, gconstpointer data)
{
  const Options *options = data;
  g_autofree char *md5 = g_compute_checksum_for_string (G_CHECKSUM_MD5, "secret", -1);

  tern_real_server_put_text (self, "passwords", "user:%s\n",
                             options->auth == TERN_REAL_SERVER_BASIC ? md5 : "secret");
  if (options->certs)
    tern_real_server_put_certs (self, options->certs, TERN_TEST_CERT_SERVER);
}

/* A name that no other squid has: shared memory is called by it. */
static char *
get_service_name (TernRealServer *self)
{
  return g_strdup_printf ("tern%u", self->port);
}

static void
configure_squid (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;
  g_autofree char *name = get_service_name (self);
  g_autofree char *tls
      = g_strdup_printf ("https_port 127.0.0.1:%u tls-cert=%s/server.pem tls-key=%s/server.key\n",
                         self->tls_port, self->dir, self->dir);

  tern_real_server_put_text (self, "squid.conf", squid_config, self->port,
                             options->certs ? tls : "", self->dir, self->dir,
                             squid_auth[options->auth]);
  tern_real_server_arg (argv, "-N");
  tern_real_server_arg (argv, "-n");
  tern_real_server_arg (argv, "%s", name);
  tern_real_server_arg (argv, "-f");
  tern_real_server_arg (argv, "squid.conf");
}

/* squid would take two seconds to end in order; killed, it leaves its shared memory. */
static void
add_squid_litter (TernRealServer *self, GPtrArray *litter)
{
  static const char *const segments[] = { "metadata", "queues", "readers" };
  g_autofree char *name = get_service_name (self);

  for (guint i = 0; i < G_N_ELEMENTS (segments); i++)
    tern_real_server_arg (litter, "/dev/shm/%s-cf__%s.shm", name, segments[i]);
}

static void
configure_tinyproxy (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;

  tern_real_server_put_text (
      self, "tinyproxy.conf",
      "Port %u\n"
      "Listen 127.0.0.1\n"
      "Timeout 60\n"
      "MaxClients 50\n"
      "LogLevel Connect\n"
      "ViaProxyName \"tinyproxy.test\"\n"
      "%s",
      self->port, options->auth == TERN_REAL_SERVER_OPEN ? "" : "BasicAuth user secret\n");
  tern_real_server_arg (argv, "-d");
  tern_real_server_arg (argv, "-c");
  tern_real_server_arg (argv, "%s/tinyproxy.conf", self->dir);
}

TernRealServer *
tern_real_server_new_squid (const TernTestCerts *certs, TernRealServerAuth auth, GError **error)
{
  static const TernRealKind kind = { .program = "squid",
                                     .put_files = put_squid_files,
                                     .configure = configure_squid,
                                     .add_litter = add_squid_litter };
  Options options = { .certs = certs, .auth = auth };

  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN | (certs ? TERN_REAL_PORT_TLS : 0),
                                  &options, error);
}

TernRealServer *
tern_real_server_new_tinyproxy (TernRealServerAuth auth, GError **error)
{
  static const TernRealKind kind = { .program = "tinyproxy", .configure = configure_tinyproxy };
  Options options = { .auth = auth };

  g_return_val_if_fail (auth != TERN_REAL_SERVER_DIGEST, NULL);
  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN, &options, error);
}
