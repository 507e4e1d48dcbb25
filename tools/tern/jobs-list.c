/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs list: what the helper knows of the jobs in the user's file. */
#include "jobs-each.h"

#include "escape.h"
#include "exit-code.h"
#include "jobs-tell.h"
#include "json.h"
#include "report.h"

#include <glib/gi18n.h>
#include <unistd.h>

const char jobs_list_more[]
    = "A job that was running when the helper ended is “interrupted” and waits for `tern jobs "
      "resume`. What the helper knows no more is taken from the list.";

static const Option list_options[] = {
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, json), NULL,
    N_ ("Print one JSON object a line"), NULL, NULL, FALSE },
  { NULL },
};
const OptionSet jobs_list_sets[] = { { list_options, 0 }, { NULL, 0 } };

static void
append_json (GString *out, const char *number, const char *path, TernFetchJob *job)
{
  g_autoptr (GString) object = g_string_new ("{");
  const GError *error = tern_fetch_job_get_error (job);

  json_string (object, "job", number);
  jobs_append_facts (object, path, job);
  json_string (object, "error", error ? error->message : NULL);
  g_string_append_printf (out, "%s}\n", object->str);
}

static void
append_line (GString *out, const char *number, const char *path, TernFetchJob *job)
{
  const gint64 total = tern_fetch_job_get_bytes_total (job);
  const GError *error = tern_fetch_job_get_error (job);
  g_autofree char *done = g_format_size (tern_fetch_job_get_bytes_done (job));
  g_autofree char *whole = total >= 0 ? g_format_size ((guint64)total) : g_strdup ("?");
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *line = g_strdup_printf (
      "%s\t%s\t%s/%s\t%s%s%s", number, jobs_state_word (tern_fetch_job_get_state (job)), done,
      whole, name, error ? "\t" : "", error ? error->message : "");
  g_autofree char *safe = escape_text (line);

  g_string_append_printf (out, "%s\n", safe);
}

/* FALSE with an error where no job can be asked about. */
static gboolean
append_all (GString *out, JobsFile *file, TernFetchService *service, gboolean json, GError **error)
{
  g_auto (GStrv) numbers = jobs_file_list (file);

  for (guint i = 0; numbers[i]; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (TernFetchJob) job = jobs_claim (service, file, numbers[i], -1, &local);
      g_autofree char *path = jobs_file_get_path (file, numbers[i]);

      if (job)
        (json ? append_json : append_line) (out, numbers[i], path ? path : "", job);
      else if (g_error_matches (local, TERN_FETCH_ERROR, TERN_FETCH_ERROR_NOT_FOUND))
        jobs_file_remove (file, numbers[i]);
      else
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

int
jobs_list_run (const void *values, char **arguments)
{
  const JobsOptions *options = values;
  g_autoptr (TernFetchService) service = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL, late = NULL;
  JobsFile *file = jobs_file_open (&error);
  g_autoptr (GPtrArray) own = NULL;

  if (!file)
    return jobs_fail (error);
  service = tern_fetch_service_new (NULL, &error);
  /* Asked in any case, so that a helper that cannot be reached shows also where there is no job. */
  own = service ? tern_fetch_service_list_jobs (service, NULL, &error) : NULL;
  if (own)
    append_all (out, file, service, options->json, &error);
  if (!jobs_file_close (file, &late) && !error)
    error = g_steal_pointer (&late);
  if (!write_fully (STDOUT_FILENO, out->str, out->len, error ? NULL : &error) || error)
    return jobs_fail (error);
  return TERN_EXIT_OK;
}
