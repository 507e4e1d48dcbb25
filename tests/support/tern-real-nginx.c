/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* nginx as a TernRealServer: static files, two locations with conditions, statuses on demand. It
 * must never log more of what is asked of it than the logins: the log would be most of the work. */

#include "tern-real-server-private.h"

static const char config[]
    = "daemon off;\n"
      "master_process off;\n"
      "pid nginx.pid;\n"
      "error_log error.log warn;\n"
      "events { worker_connections 512; }\n"
      "http {\n"
      "  access_log off;\n"
      "  log_format asked '$request_method $uri $status';\n"
      "  client_body_temp_path tmp-body; proxy_temp_path tmp-proxy;\n"
      "  fastcgi_temp_path tmp-fastcgi; uwsgi_temp_path tmp-uwsgi; scgi_temp_path tmp-scgi;\n"
      "  types { text/html html; text/plain txt; application/octet-stream bin; }\n"
      "  keepalive_timeout 60; keepalive_requests 100000;\n"
      "  gzip on; gzip_min_length 256; gzip_types text/plain;\n"
      "  server {\n"
      "    listen 127.0.0.1:%u;\n"
      "%s"
      "    root www;\n"
      "    location /basic/ {\n"
      "      alias www/; auth_basic \"nginx nest\"; auth_basic_user_file passwords;\n"
      "      access_log access.log asked;\n"
      "    }\n"
      "    location = /redirect { return 302 /hello.txt; }\n"
      "    location = /empty { return 204; }\n"
      "    location = /status/404 { return 404; }\n"
      "    location = /status/500 { return 500; }\n"
      "    location = /status/503 { return 503; }\n"
      "    location = /cached.txt { alias www/hello.txt; add_header Cache-Control max-age=60; }\n"
      "    location = /no-store.txt { alias www/hello.txt; add_header Cache-Control no-store; }\n"
      "  }\n"
      "}\n";

static void
put_files (TernRealServer *self, gconstpointer certs)
{
  tern_real_server_put_site (self, TERN_REAL_SERVER_TEXT);
  tern_real_server_put (self, "passwords", "user:{PLAIN}secret\n", -1);
  if (certs)
    tern_real_server_put_certs (self, certs, TERN_TEST_CERT_SERVER);
}

static void
configure (TernRealServer *self, gconstpointer certs, GPtrArray *argv)
{
  g_autofree char *tls = g_strdup_printf ("    listen 127.0.0.1:%u ssl;\n"
                                          "    ssl_certificate server.pem;\n"
                                          "    ssl_certificate_key server.key;\n",
                                          self->tls_port);

  tern_real_server_put_text (self, "nginx.conf", config, self->port, certs ? tls : "");
  tern_real_server_arg (argv, "-p");
  tern_real_server_arg (argv, "%s/", self->dir);
  tern_real_server_arg (argv, "-c");
  tern_real_server_arg (argv, "nginx.conf");
  tern_real_server_arg (argv, "-e");
  tern_real_server_arg (argv, "error.log");
}

TernRealServer *
tern_real_server_new_nginx (const TernTestCerts *certs, GError **error)
{
  static const TernRealKind kind
      = { .program = "nginx", .put_files = put_files, .configure = configure };

  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN | (certs ? TERN_REAL_PORT_TLS : 0),
                                  certs, error);
}
