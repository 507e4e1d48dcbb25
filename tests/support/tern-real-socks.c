/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* microsocks and danted as TernRealServers: SOCKS5 with and without a password, and SOCKS4. They
 * must never lead anywhere but to this machine. */

#include "tern-real-server-private.h"

typedef struct
{
  TernRealServerAuth auth;
} Options;

static void
configure_microsocks (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;

  tern_real_server_arg (argv, "-i");
  tern_real_server_arg (argv, "127.0.0.1");
  tern_real_server_arg (argv, "-p");
  tern_real_server_arg (argv, "%u", self->port);
  if (options->auth == TERN_REAL_SERVER_OPEN)
    return;
  tern_real_server_arg (argv, "-u");
  tern_real_server_arg (argv, "user");
  tern_real_server_arg (argv, "-P");
  tern_real_server_arg (argv, "secret");
}

/* Its parser wants a line for each word of a rule that begins with "log". */
static void
configure_danted (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  tern_real_server_put_text (self, "danted.conf",
                             "logoutput: stderr\n"
                             "internal: 127.0.0.1 port = %u\n"
                             "external: 127.0.0.1\n"
                             "socksmethod: none\n"
                             "clientmethod: none\n"
                             "client pass {\n"
                             "  from: 127.0.0.0/8 to: 127.0.0.0/8\n"
                             "}\n"
                             "socks pass {\n"
                             "  from: 127.0.0.0/8 to: 127.0.0.0/8 protocol: tcp\n"
                             "  log: connect error\n"
                             "}\n",
                             self->port);
  tern_real_server_arg (argv, "-f");
  tern_real_server_arg (argv, "danted.conf");
  tern_real_server_arg (argv, "-p");
  tern_real_server_arg (argv, "%s/danted.pid", self->dir);
}

TernRealServer *
tern_real_server_new_microsocks (TernRealServerAuth auth, GError **error)
{
  static const TernRealKind kind = { .program = "microsocks", .configure = configure_microsocks };
  Options options = { .auth = auth };

  g_return_val_if_fail (auth != TERN_REAL_SERVER_DIGEST, NULL);
  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN, &options, error);
}

TernRealServer *
tern_real_server_new_danted (GError **error)
{
  static const TernRealKind kind = { .program = "danted", .configure = configure_danted };

  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN, NULL, error);
}
