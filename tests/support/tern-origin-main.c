/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The demo origin as a program: prints its address on one line, then serves until its standard
 * input closes or it gets SIGTERM or SIGINT. Whoever starts it through a pipe cannot leave it
 * behind. With -t it speaks TLS, and the second line is the file with its CA; with -m it demands a
 * certificate as well, and "client.pem" and "key.pem" beside that file are one. GnuTLS's priorities
 * may follow. */

#include "tern-origin-demo.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_input (gint         fd,
          GIOCondition condition,
          gpointer     data)
{
  char sink[256];

  if (read (fd, sink, sizeof sink) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  gboolean is_mutual = argc > 1 && strcmp (argv[1], "-m") == 0;
  gboolean with_tls = is_mutual || (argc > 1 && strcmp (argv[1], "-t") == 0);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TernTestCerts) certs = with_tls ? tern_test_certs_new () : NULL;
  g_autoptr (TernOrigin) origin
      = with_tls
            ? tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, argc > 2 ? argv[2] : NULL,
                                   is_mutual ? TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT : 0)
            : tern_origin_new ();
  g_autofree char *uri = tern_origin_uri (origin, "/");

  tern_origin_add_demo (origin);
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, loop);
  printf ("%s\n", uri);
  if (certs)
    printf ("%s\n", tern_test_certs_get_ca_file (certs));
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
