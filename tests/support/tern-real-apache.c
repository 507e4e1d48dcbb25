/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* apache2 as a TernRealServer: the other server of the Web, with the other TLS library, digest
 * authentication and client certificates. It must need no more than Debian's apache2-bin: no
 * configuration of the system's is read. */

#include "tern-real-server-private.h"

#define MODULES "/usr/lib/apache2/modules"

/* Arguments: the folder, its name twice more for run-time files, the plain port. */
static const char config[] = "ServerRoot %s\n"
                             "DefaultRuntimeDir %s\n"
                             "PidFile apache2.pid\n"
                             "Mutex sem\n"
                             "ErrorLog error.log\n"
                             "ServerName localhost\n"
                             "CustomLog access.log \"%%m %%U %%>s\"\n"
                             "KeepAlive On\n"
                             "KeepAliveTimeout 60\n"
                             "MaxKeepAliveRequests 0\n"
                             "DocumentRoot %s/www\n"
                             "Listen 127.0.0.1:%u\n"
                             "AddOutputFilterByType DEFLATE text/html\n"
                             "Alias /basic/ www/\n"
                             "Alias /digest/ www/\n"
                             "Redirect /redirect /hello.txt\n"
                             "Redirect 204 /empty\n"
                             "Redirect 404 /status/404\n"
                             "Redirect 500 /status/500\n"
                             "Redirect 503 /status/503\n"
                             "<Location /basic>\n"
                             "  AuthType Basic\n"
                             "  AuthName \"apache2 nest\"\n"
                             "  AuthUserFile passwords\n"
                             "  Require valid-user\n"
                             "</Location>\n";

/* What is locked with digests, and what sends a body back to who may. */
static const char locks[]
    = "<LocationMatch ^/(digest|both|short|once|domain-a|domain-b|domain-c|echo/digest)/>\n"
      "  AuthType Digest\n"
      "  AuthName nest\n"
      "  AuthUserFile digests\n"
      "  AuthDigestQop auth\n"
      "  Require valid-user\n"
      "</LocationMatch>\n"
      "AliasMatch ^/(both|short|once|domain-a|domain-b|domain-c)/(.*) www/$2\n"
      "<Location /both/>\n"
      "  Header always add WWW-Authenticate \"Basic realm=nest\" expr=%{REQUEST_STATUS}==401\n"
      "</Location>\n"
      "<Location /short/>\n"
      "  AuthDigestNonceLifetime 1\n"
      "</Location>\n"
      "<Location /once/>\n"
      "  AuthDigestNonceLifetime 0\n"
      "</Location>\n"
      "<LocationMatch ^/domain-[ab]/>\n"
      "  AuthDigestDomain /domain-a/ /domain-b/ http://elsewhere.test/\n"
      "</LocationMatch>\n"
      "<Location /domain-c/>\n"
      "  AuthDigestDomain /domain-c/\n"
      "</Location>\n"
      "<Location /echo/basic/>\n"
      "  AuthType Basic\n"
      "  AuthName \"apache2 nest\"\n"
      "  AuthUserFile passwords\n"
      "  Require valid-user\n"
      "</Location>\n"
      "<Location /echo/>\n"
      "  SetHandler reflector\n"
      "</Location>\n";

static const char tls_config[] = "LoadModule ssl_module " MODULES "/mod_ssl.so\n"
                                 "SSLSessionCache none\n"
                                 "SSLCertificateFile server.pem\n"
                                 "SSLCertificateKeyFile server.key\n"
                                 "SSLCACertificateFile ca.pem\n"
                                 "Listen 127.0.0.1:%u\n"
                                 "Listen 127.0.0.1:%u\n"
                                 "<VirtualHost 127.0.0.1:%u>\n"
                                 "  SSLEngine on\n"
                                 "</VirtualHost>\n"
                                 "<VirtualHost 127.0.0.1:%u>\n"
                                 "  SSLEngine on\n"
                                 "  SSLVerifyClient require\n"
                                 "</VirtualHost>\n";

static const char *const modules[]
    = { "mpm_event",   "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic",
        "auth_digest", "alias",      "mime",       "filter",     "deflate",    "headers",
        "reflector" };

static void
put_files (TernRealServer *self, gconstpointer certs)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_MD5, "user:nest:secret", -1);
  guint8 sha[20];
  gsize length = sizeof sha;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);

  g_checksum_update (checksum, (const guchar *)"secret", -1);
  g_checksum_get_digest (checksum, sha, &length);
  g_autofree char *password = g_base64_encode (sha, length);
  tern_real_server_put_site (self, TERN_REAL_SERVER_APACHE_TEXT);
  tern_real_server_put_text (self, "passwords", "user:{SHA}%s\n", password);
  tern_real_server_put_text (self, "digests", "user:nest:%s\n", digest);
  tern_real_server_put (self, "types", "text/html html\ntext/plain txt\n", -1);
  if (certs)
    tern_real_server_put_certs (self, certs, TERN_TEST_CERT_SERVER);
}

static void
configure (TernRealServer *self, gconstpointer certs, GPtrArray *argv)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (modules); i++)
    g_string_append_printf (text, "LoadModule %s_module " MODULES "/mod_%s.so\n", modules[i],
                            modules[i]);
  g_string_append (text, "TypesConfig types\n");
  g_string_append_printf (text, config, self->dir, self->dir, self->dir, self->port);
  g_string_append (text, locks);
  if (certs)
    g_string_append_printf (text, tls_config, self->tls_port, self->mutual_port, self->tls_port,
                            self->mutual_port);
  tern_real_server_put (self, "apache2.conf", text->str, -1);
  /* One process, which does not leave the foreground. */
  tern_real_server_arg (argv, "-X");
  tern_real_server_arg (argv, "-f");
  tern_real_server_arg (argv, "%s/apache2.conf", self->dir);
}

TernRealServer *
tern_real_server_new_apache (const TernTestCerts *certs, GError **error)
{
  static const TernRealKind kind
      = { .program = "apache2", .put_files = put_files, .configure = configure };

  return tern_real_server_launch (
      &kind, TERN_REAL_PORT_PLAIN | (certs ? TERN_REAL_PORT_TLS | TERN_REAL_PORT_MUTUAL : 0), certs,
      error);
}
