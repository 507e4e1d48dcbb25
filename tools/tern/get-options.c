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
  { "include", 'i', OPTION_FLAG, AT (include_head), NULL,
    N_ ("Print the head of the response before its body"),
    "The status line, the fields and an empty line, on standard output, also where the body goes "
    "to a file. After redirects it is the head of the last response." },
  { "data", 'd', OPTION_TEXTS, AT (data), N_ ("DATA|@FILE|@-"),
    N_ ("Send a body, by POST unless -X says otherwise"),
    "The text itself, what a file holds, or standard input. Content-Type is "
    "`application/x-www-form-urlencoded` unless `-H` says otherwise. Given several times, the "
    "parts are joined with `&`. A single file or standard input is streamed and sent byte for "
    "byte." },
  { "request", 'X', OPTION_TEXT, AT (method), N_ ("METHOD"), N_ ("Use this method") },
  { "output", 'o', OPTION_FILE, AT (output), N_ ("FILE"),
    N_ ("Write the body to a file, complete or not at all"),
    "It is written under another name in the same folder and renamed when it is complete; a "
    "transfer that fails, is interrupted or ends with a status that has an exit code of its own "
    "leaves the file as it was (the body of such an answer goes to standard output). `-` is "
    "standard output, without the escapes for a terminal." },
  { "raw", 0, OPTION_FLAG, AT (raw), NULL, N_ ("Do not ask for content codings, decode nothing") },
  { NULL },
};

const OptionSet get_sets[] = { { get_options, 0 },
                               { output_options, AT (show) },
                               { transfer_options, AT (transfer) },
                               { session_options, AT (session) },
                               { NULL } };

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

gboolean
get_options_check (const GetOptions *self, char **urls, GError **error)
{
  guint n_stdin = 0;

  for (char **data = self->data; data && *data; data++)
    n_stdin += strcmp (*data, "@-") == 0;
  if (n_stdin > 1)
    return refuse (error, _ ("Standard input can be sent once only (-d @-)"));
  if (!urls[0])
    return refuse (error, _ ("No URL was given; see “tern --help”"));
  if (urls[1] && self->output && strcmp (self->output, "-") != 0)
    return refuse (error, _ ("One file cannot take the bodies of several URLs (-o)"));
  return session_options_check (&self->session, error);
}
