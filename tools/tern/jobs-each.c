/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands do with each job that they name. A job is known here by a number; its token is
 * in a file of the user's and never on a command line. */
#include "jobs-each.h"

#include "exit-code.h"
#include "jobs-tell.h"
#include "report.h"

#include <glib/gi18n.h>

TernFetchJob *
jobs_claim (
    TernFetchService *service, JobsFile *file, const char *number, gint64 received, GError **error)
{
  GVariantDict dict;
  g_autofree char *token = jobs_file_get_token (file, number);
  g_autoptr (TernFetchJob) job = NULL;

  if (!token)
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_NOT_FOUND, _ ("There is no job “%s”"),
                   number);
      return NULL;
    }
  g_variant_dict_init (&dict, NULL);
  if (received >= 0)
    g_variant_dict_insert (&dict, "received", "t", (guint64)received);
  job = tern_fetch_service_claim (service, token, g_variant_dict_end (&dict), NULL, error);
  if (!job || !tern_fetch_job_refresh (job, NULL, error))
    return NULL;
  return g_steal_pointer (&job);
}

/* One of them; the exit code. */
static int
act (const JobsAction *action,
     const JobsOptions *options,
     JobsFile *file,
     TernFetchService *service,
     const char *number)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = jobs_file_get_path (file, number);
  g_autoptr (TernFetchJob) job = action->claim
                                     ? action->claim (service, file, number, options, &error)
                                     : jobs_claim (service, file, number, -1, &error);

  if (job && action->func (file, number, job, &error) && options->json && action->stays)
    tern_fetch_job_refresh (job, NULL, &error);
  if (error)
    jobs_fail (error);
  if (options->json)
    return jobs_tell (action->name, number, path, job, error);
  return error ? jobs_exit_code (error) : TERN_EXIT_OK;
}

int
jobs_each (char **arguments, const JobsOptions *options, const JobsAction *action)
{
  g_autoptr (TernFetchService) service = NULL;
  g_autoptr (GError) error = NULL;
  int exit_code = TERN_EXIT_OK;
  JobsFile *file;

  if (!arguments[0])
    {
      report_error ("%s", _ ("Which job? “tern jobs list” shows their numbers"));
      return TERN_EXIT_USAGE;
    }
  file = jobs_file_open (&error);
  if (!file)
    return jobs_fail (error);
  service = tern_fetch_service_new (NULL, &error);
  if (!service)
    exit_code = jobs_fail (error);
  for (guint i = 0; service && arguments[i]; i++)
    {
      const int one = act (action, options, file, service, arguments[i]);

      exit_code = one != TERN_EXIT_OK ? one : exit_code;
    }
  g_clear_error (&error);
  if (!jobs_file_close (file, &error))
    exit_code = jobs_fail (error);
  return exit_code;
}
