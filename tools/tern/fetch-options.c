/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that fetches and prints: a table and what has to be checked in it;
 * it opens no file and asks no server. */
#include "fetch-options.h"

#include <glib/gi18n.h>
#include <string.h>

#define AT(member) G_STRUCT_OFFSET (FetchOptions, member)

const Option fetch_options[] = {
  { "include", 'i', OPTION_FLAG, AT (include_head), NULL,
    N_ ("Print the head of the response before its body"),
    "The status line, the fields and an empty line, on standard output, also where the body goes "
    "to a file. After redirects it is the head of the last response." },
  { "output", 'o', OPTION_FILE, AT (output), N_ ("FILE"),
    N_ ("Write the body to a file, complete or not at all"),
    "It is written under another name in the same folder and renamed when it is complete; a "
    "transfer that fails, is interrupted or ends with a status that has an exit code of its own "
    "leaves the file as it was (the body of such an answer goes to standard output). `-` is "
    "standard output, without the escapes for a terminal." },
  { "raw", 0, OPTION_FLAG, AT (raw), NULL, N_ ("Do not ask for content codings, decode nothing") },
  { "curl", 0, OPTION_FLAG, AT (curl), NULL,
    N_ ("Print the curl command that does the same, and do nothing"),
    "Secrets are shown as `***`. Time limits are rounded up to seconds." },
  { "offline", 0, OPTION_FLAG, AT (offline), NULL,
    N_ ("Print the request that would be sent, and send nothing"),
    "Its head, an empty line and its body. A login is in it where it comes with the first request, "
    "as that of `--bearer` does; one that has to wait until the server asks for it is not, nor the "
    "conditions that the cache adds to what it has. Secrets are shown as `***`." },
  { NULL },
};

gboolean
fetch_options_check (const FetchOptions *self, guint n_urls, GError **error)
{
  const char *problem = NULL;

  if (n_urls == 0)
    problem = _ ("No URL was given; see “tern --help”");
  else if (n_urls > 1 && self->output && strcmp (self->output, "-") != 0)
    problem = _ ("One file cannot take the bodies of several URLs (-o)");
  else if (self->curl && self->offline)
    problem = _ ("--curl and --offline exclude each other");
  if (!problem)
    return session_options_check (&self->session, error);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, problem);
  return FALSE;
}
