/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of `tern download`: a table and what has to be checked in it; nothing is opened
 * here. */
#include "download-options.h"

#include <glib/gi18n.h>
#include <string.h>

/* Some servers mind more than that. */
#define PARALLEL 4

#define AT(member) G_STRUCT_OFFSET (DownloadOptions, member)

const char download_more[]
    = "Each URL becomes a file in the current folder, or in that of `-o`. The name is the one that "
      "the server gives (Content-Disposition), else the last part of the URL, made harmless. The "
      "file appears when it is whole; until then it is kept beside it, in one whose name ends in "
      "`.tern-part`.\n\n"
      "A download that was interrupted goes on where it stopped when it is asked for again, if the "
      "server says that it is still the same (a strong validator); else it begins anew. "
      "Connections "
      "that break and servers that are busy are tried again. A file that is there already is not "
      "replaced without `--force`, and of several URLs that lead to the same name the first to be "
      "answered gets it. The bytes are those on the wire: nothing is decoded.";

static const Option download_options[] = {
  { "output", 'o', OPTION_FILE, AT (output), N_ ("FILE|FOLDER"),
    N_ ("Write to this file, or into this folder"), "`-` is standard output." },
  { "checksum", 0, OPTION_TEXT, AT (checksum), N_ ("ALGORITHM:HEX"),
    N_ ("What the file must add up to, such as sha256:…"),
    "`sha256`, `sha512`, `sha1` and `md5` are known. The whole file is checked, also what an "
    "earlier download had brought. One that is wrong ends with exit code 12 and leaves no file." },
  { "continue", 'c', OPTION_FLAG, AT (goes_on), NULL,
    N_ ("Go on where an earlier download stopped; the default") },
  { "no-resume", 0, OPTION_FLAG, AT (no_resume), NULL,
    N_ ("Begin anew, and keep nothing of a download that fails") },
  { "force", 'f', OPTION_FLAG, AT (force), NULL, N_ ("Replace a file that exists") },
  { "parallel", 0, OPTION_NUMBER, AT (parallel), N_ ("N"),
    N_ ("Download so many files at the same time"),
    "4 unless said otherwise, and 1 with `--verbose`, whose lines would be mixed up. What is said "
    "of the files comes in the order of the URLs." },
  { "retries", 0, OPTION_NUMBER, AT (retries), N_ ("N"),
    N_ ("Try again so often in a row without any progress"),
    "5 unless said otherwise. It waits a second before the first such try and twice as long "
    "before each further one, or as long as the server asks for, up to five minutes." },
  { "max-size", 0, OPTION_TEXT, AT (max_size), N_ ("BYTES"),
    N_ ("Give up where the file is larger than that"), "`k`, `M` and `G` may follow the number." },
  { "no-mtime", 0, OPTION_FLAG, AT (no_mtime), NULL,
    N_ ("Do not set the file's time to that of Last-Modified") },
  { NULL },
};

const OptionSet download_sets[] = { { download_options, 0 },
                                    { output_options, AT (show) },
                                    { transfer_options, AT (transfer) },
                                    { session_options, AT (session) },
                                    { NULL } };

gboolean
download_options_get_max_size (const DownloadOptions *self, guint64 *size, GError **error)
{
  static const char units[] = "kMG";
  g_autofree char *digits = g_strdup (self->max_size ? self->max_size : "0");
  const gsize length = strlen (digits);
  const char *unit = length > 0 ? strchr (units, digits[length - 1]) : NULL;
  guint64 factor = 1;

  if (unit && *unit)
    {
      digits[length - 1] = '\0';
      for (const char *at = units; at <= unit; at++)
        factor *= 1000;
    }
  if (g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT64 / factor, size, NULL))
    {
      *size *= factor;
      return TRUE;
    }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("--max-size: “%s” is not a number of bytes"), self->max_size);
  return FALSE;
}

guint
download_options_get_parallel (const DownloadOptions *self)
{
  if (self->parallel > 0)
    return (guint)self->parallel;
  return self->transfer.verbose ? 1 : PARALLEL;
}

gboolean
download_options_check (const DownloadOptions *self, guint n_urls, GError **error)
{
  const char *problem = NULL;
  guint64 size;

  if (n_urls == 0)
    problem = _ ("No URL was given; see “tern download --help”");
  else if (self->output && !*self->output)
    problem = _ ("A file has a name (-o)");
  else if (n_urls > 1 && self->checksum)
    problem = _ ("One checksum cannot be that of several files");
  else if (n_urls > 1 && self->output && !g_file_test (self->output, G_FILE_TEST_IS_DIR))
    problem = _ ("Several files need a folder that exists (-o)");
  else if (self->parallel == 0)
    problem = _ ("--parallel: at least one has to run");
  else if (self->goes_on && self->no_resume)
    problem = _ ("--continue and --no-resume exclude each other");
  if (!problem)
    return download_options_get_max_size (self, &size, error)
           && session_options_check (&self->session, error);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, problem);
  return FALSE;
}
