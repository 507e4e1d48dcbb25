/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of `tern get`: a table and what has to be checked in it; it opens no file and asks no
 * server. */
#include "get-options.h"

#include <glib/gi18n.h>
#include <string.h>

#define AT(member) G_STRUCT_OFFSET (GetOptions, member)

const char get_more[]
    = "Each URL is fetched in turn, and its body is written to standard output, and nothing else "
      "there. What there is to say to a person goes to standard error. The word `get` may be left "
      "out.\n\n"
      "Redirects are followed, and content codings for which there is a plugin are asked for and "
      "decoded. A body is shown whatever the status is; the exit code tells a good answer from a "
      "bad one. Bodies are streamed: their size does not matter.";

static const Option get_options[] = {
  { "data", 'd', OPTION_TEXTS, AT (data), N_ ("DATA|@FILE|@-"),
    N_ ("Send a body, by POST unless -X says otherwise"),
    "The text itself, what a file holds, or standard input. Content-Type is "
    "`application/x-www-form-urlencoded` unless `-H` says otherwise. Given several times, the "
    "parts are joined with `&`. A single file or standard input is streamed and sent byte for "
    "byte." },
  { "request", 'X', OPTION_TEXT, AT (method), N_ ("METHOD"), N_ ("Use this method") },
  { NULL },
};

#define OF_FETCH(member) (AT (fetch) + G_STRUCT_OFFSET (FetchOptions, member))

const OptionSet get_sets[] = { { get_options, 0 },
                               { fetch_options, AT (fetch) },
                               { output_options, OF_FETCH (show) },
                               { transfer_options, OF_FETCH (transfer) },
                               { session_options, OF_FETCH (session) },
                               { NULL } };

gboolean
get_options_check (const GetOptions *self, char **urls, GError **error)
{
  guint n_stdin = 0;

  for (char **data = self->data; data && *data; data++)
    n_stdin += strcmp (*data, "@-") == 0;
  if (n_stdin <= 1)
    return fetch_options_check (&self->fetch, g_strv_length (urls), error);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _ ("Standard input can be sent once only (-d @-)"));
  return FALSE;
}
