/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* memcached as a TernRealServer. It must never listen on UDP, where anybody could use it to flood
 * somebody else. */

#include "tern-real-server-private.h"

typedef struct
{
  const char *args;
} Options;

static void
configure_memcached (TernRealServer *self, gconstpointer data, GPtrArray *argv)
{
  const Options *options = data;
  g_auto (GStrv) more = g_strsplit (options->args, " ", -1);

  tern_real_server_arg (argv, "--listen=127.0.0.1");
  tern_real_server_arg (argv, "--port=%u", self->port);
  tern_real_server_arg (argv, "--udp-port=0");
  tern_real_server_arg (argv, "--threads=1");
  for (guint i = 0; more[i] != NULL; i++)
    tern_real_server_arg (argv, "%s", more[i]);
}

TernRealServer *
tern_real_server_new_memcached (const char *args, GError **error)
{
  static const TernRealKind kind = { .program = "memcached", .configure = configure_memcached };
  Options options = { .args = args };

  return tern_real_server_launch (&kind, TERN_REAL_PORT_PLAIN, &options, error);
}
