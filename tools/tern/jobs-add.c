/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs add: the file is there before the job is, and goes again where nothing came of it. */
#include "jobs.h"

#include "exit-code.h"
#include "jobs-file.h"
#include "jobs-login.h"
#include "jobs-tell.h"
#include "report.h"
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

const char jobs_add_more[]
    = "The job goes on when the command ends, and prints its number. A file that is there already "
      "is not touched without `--force`, and one that was made for nothing does not stay. Where "
      "the helper cannot be reached the exit code is 17.";

static const Option add_options[] = {
  { "output", 'o', OPTION_FILE, G_STRUCT_OFFSET (JobsOptions, output), N_ ("FILE"),
    N_ ("Write into FILE"), "Without it the name is made from the URL.", NULL, FALSE },
  { "checksum", 0, OPTION_TEXT, G_STRUCT_OFFSET (JobsOptions, checksum), N_ ("SUM"),
    N_ ("Fail where the file has another checksum"), "`sha256:HEX`, `sha512:`, `sha1:` or `md5:`.",
    NULL, FALSE },
  { "priority", 0, OPTION_NUMBER, G_STRUCT_OFFSET (JobsOptions, priority), N_ ("N"),
    N_ ("Run before jobs of a lower priority"), "From 0 to 100.", NULL, FALSE },
  { "timeout", 0, OPTION_SECONDS, G_STRUCT_OFFSET (JobsOptions, timeout), N_ ("SECONDS"),
    N_ ("Give up when nothing moved for that long"),
    "60 unless said otherwise. Fractions are allowed; 0 is no limit, a day is the longest.", NULL,
    FALSE },
  { "total-timeout", 0, OPTION_SECONDS, G_STRUCT_OFFSET (JobsOptions, total_timeout),
    N_ ("SECONDS"), N_ ("Give up after that long"),
    "All tries together; no limit unless said otherwise.", NULL, FALSE },
  { "force", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, force), NULL,
    N_ ("Write over a file that is there"), NULL, NULL, FALSE },
  { "wait", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, wait), NULL,
    N_ ("Wait until the job has ended"), NULL, NULL, FALSE },
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, json), NULL,
    N_ ("Print one JSON object a line"), NULL, NULL, FALSE },
  { NULL },
};
const OptionSet jobs_add_sets[] = { { add_options, 0 }, { jobs_login_options, 0 }, { NULL, 0 } };

/* What is added, and with what; the file is there before the job is. */
typedef struct
{
  char *number;
  char *path;
  gboolean is_new; /* the file, which was not there before */
} Added;

static void
added_clear (Added *self)
{
  g_free (self->number);
  g_free (self->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Added, added_clear)

static int
open_output (Added *self, gboolean force, GError **error)
{
  const char *path = self->path;
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_EXCL, 0666);

  self->is_new = fd >= 0;
  if (fd < 0 && errno == EEXIST && force)
    fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_TRUNC, 0666);
  if (fd < 0)
    {
      const int number = errno;

      g_set_error (error, G_FILE_ERROR, (int)g_file_error_from_errno (number), "%s: %s", path,
                   g_strerror (number));
    }
  return fd;
}

/* As if nothing had been asked for: who tries again finds no file in the way. What was there before
 * stays, and so does what has something in it where @is_empty says that it may not. */
static void
remove_output (Added *self, gboolean is_empty)
{
  struct stat info;

  if (self->is_new && stat (self->path, &info) == 0 && (!is_empty || info.st_size == 0))
    unlink (self->path);
  self->is_new = FALSE;
}

static GVariant *
options_of (const JobsOptions *options, const char *token)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "handle_token", "s", token);
  g_variant_dict_insert (&dict, "detached", "b", TRUE);
  if (options->checksum)
    g_variant_dict_insert (&dict, "checksum", "s", options->checksum);
  if (options->timeout >= 0)
    g_variant_dict_insert (&dict, "timeout", "d", options->timeout);
  if (options->total_timeout >= 0)
    g_variant_dict_insert (&dict, "total_timeout", "d", options->total_timeout);
  if (options->priority >= 0)
    g_variant_dict_insert (&dict, "priority", "i", options->priority);
  return g_variant_dict_end (&dict);
}

static TernFetchJob *
start (JobsFile *file, const JobsOptions *options, const char *url, Added *added, GError **error)
{
  g_autoptr (TernFetchService) service = tern_fetch_service_new (NULL, error);
  g_autofree char *uri = target_complete (url);
  g_autofree char *suggested = tern_download_suggest_name (NULL, uri);
  g_autofree char *token = NULL;
  TernFetchJob *job;
  int fd;

  if (!service || !jobs_login_add (service, options, uri, error))
    return NULL;
  added->path = g_canonicalize_filename (options->output ? options->output : suggested, NULL);
  fd = open_output (added, options->force, error);
  if (fd < 0)
    return NULL;
  added->number = jobs_file_add (file, added->path);
  token = jobs_file_get_token (file, added->number);
  job = tern_fetch_service_fetch (service, uri, fd, options_of (options, token), NULL, error);
  close (fd);
  if (job)
    return job;
  jobs_file_remove (file, added->number);
  remove_output (added, FALSE);
  return NULL;
}

/* From the file with the tokens to the job; NULL with an error where there is none. */
static TernFetchJob *
add (const JobsOptions *options, const char *url, Added *added, GError **error)
{
  JobsFile *file = jobs_file_open (error);
  g_autoptr (TernFetchJob) job = NULL;

  if (!file)
    return NULL;
  job = start (file, options, url, added, error);
  if (jobs_file_close (file, job ? error : NULL) || !job)
    return g_steal_pointer (&job);
  /* Nobody would have the token of it. */
  tern_fetch_job_remove (job, NULL, NULL);
  remove_output (added, FALSE);
  return NULL;
}

int
jobs_add_run (const void *values, char **arguments)
{
  const JobsOptions *options = values;
  g_autoptr (TernFetchJob) job = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Added) added = { NULL };

  if (!arguments[0] || arguments[1] || options->priority > 100)
    {
      report_error ("%s", _ ("“tern jobs add” takes one URL, and a priority of at most 100"));
      return TERN_EXIT_USAGE;
    }
  job = add (options, arguments[0], &added, &error);
  if (job && !options->json)
    g_print ("%s\n", added.number);
  /* A job that failed before a byte came can be resumed without the file, too. */
  if (job && options->wait && !tern_fetch_job_wait (job, NULL, &error))
    remove_output (&added, TRUE);
  if (job && options->json)
    tern_fetch_job_refresh (job, NULL, error ? NULL : &error);
  if (error)
    jobs_fail (error);
  if (options->json)
    return jobs_tell ("add", job ? added.number : NULL, added.path, job, error);
  return error ? jobs_exit_code (error) : TERN_EXIT_OK;
}
