/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs resume: opens the file again, and says what only the user knows. */
#include "jobs-each.h"

#include "exit-code.h"
#include "jobs-login.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <unistd.h>

const char jobs_resume_more[]
    = "The file is opened anew; what is in it stays. A job whose file is a named pipe goes on "
      "behind what was written into it. Where the helper was killed and does not know how much "
      "that was, it says so, and the job waits for `--received`. A login that the job had is "
      "forgotten with the helper, and has to be given again.";

static const Option resume_options[] = {
  { "received", 0, OPTION_SIZE, G_STRUCT_OFFSET (JobsOptions, received), N_ ("BYTES"),
    N_ ("Go on behind the first BYTES, for so much has arrived"),
    "Of one job; 0 is to begin anew. More than was written is an error.", NULL, FALSE },
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, json), NULL,
    N_ ("Print one JSON object a line"), NULL, NULL, FALSE },
  { NULL },
};
const OptionSet jobs_resume_sets[]
    = { { resume_options, 0 }, { jobs_login_options, 0 }, { NULL, 0 } };

/* As jobs_claim(), and with what the user says of the job. Whose server the login is for is known
 * by the job alone. */
static TernFetchJob *
claim_to_resume (TernFetchService *service,
                 JobsFile *file,
                 const char *number,
                 const JobsOptions *options,
                 GError **error)
{
  g_autoptr (TernFetchJob) job = NULL;

  if (options->user || options->bearer)
    {
      job = jobs_claim (service, file, number, -1, error);
      if (!job || !jobs_login_add (service, options, tern_fetch_job_get_uri (job), error))
        return NULL;
    }
  return jobs_claim (service, file, number, options->received, error);
}

static gboolean
resume_job (JobsFile *file, const char *number, TernFetchJob *job, GError **error)
{
  g_autofree char *path = jobs_file_get_path (file, number);
  const int fd = path ? open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
  gboolean resumed;

  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path ? path : number,
                   g_strerror (errno));
      return FALSE;
    }
  resumed = tern_fetch_job_resume (job, fd, NULL, error);
  close (fd);
  return resumed;
}

int
jobs_resume_run (const void *values, char **arguments)
{
  static const JobsAction action = { "resume", resume_job, TRUE, claim_to_resume };
  const JobsOptions *options = values;

  if ((options->received >= 0 || options->user || options->bearer) && arguments[0] && arguments[1])
    {
      report_error ("%s", _ ("“--received”, “--user” and “--bearer” are for one job"));
      return TERN_EXIT_USAGE;
    }
  return jobs_each (arguments, options, &action);
}
