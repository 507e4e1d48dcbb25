/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the exit codes mean, once for the usage and the manual. */
#include "exit-code.h"

#include <glib/gi18n.h>

const ExitText exit_texts[] = {
  { TERN_EXIT_OK, N_ ("all went well"),
    "All went well. That includes 304, and a reader of standard output that went away." },
  { TERN_EXIT_OTHER, N_ ("anything else"),
    "Something else than the below: among others an answer that breaks the rules of HTTP or does "
    "not decode." },
  { TERN_EXIT_USAGE, N_ ("wrong command line"),
    "Wrong command line: an unknown option, no URL, or a URL, method or field that cannot be "
    "sent." },
  { TERN_EXIT_REDIRECT, N_ ("redirect not followed"), "A redirect that was not followed." },
  { TERN_EXIT_CLIENT_ERROR, N_ ("HTTP 4xx"), "Any other status from 400 to 499." },
  { TERN_EXIT_SERVER_ERROR, N_ ("HTTP 5xx"), "A status of 500 or more." },
  { TERN_EXIT_LOOK_UP, N_ ("name not found"), "The name of the server cannot be looked up." },
  { TERN_EXIT_CONNECT, N_ ("cannot connect"), "No connection to the server or proxy." },
  { TERN_EXIT_TLS, N_ ("TLS or certificate"), "TLS failed, or the certificate is not good." },
  { TERN_EXIT_TIMEOUT, N_ ("a time limit was reached"), "A time limit was reached." },
  { TERN_EXIT_AUTHENTICATION, N_ ("authentication (401, 407)"),
    "Authentication: 401, 407, a proxy that refused the credentials, or a way to log in that is "
    "not known." },
  { TERN_EXIT_LOCAL_FILE, N_ ("local file"),
    "A local file cannot be read or written, standard output included." },
  { TERN_EXIT_CHECKSUM, N_ ("wrong checksum"),
    "What was downloaded has another checksum than was asked for." },
  { TERN_EXIT_INCOMPLETE, N_ ("the answer is incomplete"), "The answer is incomplete." },
  { TERN_EXIT_TOO_MANY_REDIRECTS, N_ ("too many redirects"), "Too many redirects." },
  { TERN_EXIT_NOT_IN_CACHE, N_ ("not in the cache"),
    "Not in the cache, and the network was not allowed (`--only-cached`)." },
  { TERN_EXIT_PLUGIN, N_ ("plugin"), "A plugin is missing or broken." },
  { TERN_EXIT_HELPER, N_ ("fetch helper not reachable"),
    "The fetch helper cannot be reached over D-Bus." },
  { TERN_EXIT_INTERRUPTED, N_ ("interrupted"),
    "Interrupted with Ctrl-C; 128 plus the number of the signal for SIGTERM and SIGHUP." },
  { TERN_EXIT_OK, NULL, NULL },
};

char *
exit_code_describe (void)
{
  GString *out = g_string_new (_ ("Exit codes:"));

  for (const ExitText *text = exit_texts; text->text; text++)
    g_string_append_printf (out, "\n%3d  %s", (int) text->code, _ (text->text));
  return g_string_free (out, FALSE);
}
