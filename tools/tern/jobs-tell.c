/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands of tern jobs say of a job and of what went wrong. It never asks the helper. */
#include "jobs-tell.h"

#include "exit-code.h"
#include "json.h"
#include "report.h"
#include "target.h"

#include <tern/tern.h>
#include <unistd.h>

int
jobs_exit_code (const GError *error)
{
  static const TernExit codes[] = {
    [TERN_FETCH_ERROR_INVALID_URI] = TERN_EXIT_USAGE,
    [TERN_FETCH_ERROR_INVALID_OPTION] = TERN_EXIT_USAGE,
    [TERN_FETCH_ERROR_SECRET_IN_OPTIONS] = TERN_EXIT_USAGE,
    [TERN_FETCH_ERROR_INVALID_DESCRIPTOR] = TERN_EXIT_LOCAL_FILE,
    [TERN_FETCH_ERROR_LOOK_UP] = TERN_EXIT_LOOK_UP,
    [TERN_FETCH_ERROR_CONNECT] = TERN_EXIT_CONNECT,
    [TERN_FETCH_ERROR_TLS] = TERN_EXIT_TLS,
    [TERN_FETCH_ERROR_TIMED_OUT] = TERN_EXIT_TIMEOUT,
    [TERN_FETCH_ERROR_AUTHENTICATION] = TERN_EXIT_AUTHENTICATION,
    [TERN_FETCH_ERROR_REDIRECT] = TERN_EXIT_TOO_MANY_REDIRECTS,
    [TERN_FETCH_ERROR_INCOMPLETE] = TERN_EXIT_INCOMPLETE,
    [TERN_FETCH_ERROR_CHECKSUM] = TERN_EXIT_CHECKSUM,
    [TERN_FETCH_ERROR_NO_SPACE] = TERN_EXIT_LOCAL_FILE,
    [TERN_FETCH_ERROR_WRITE] = TERN_EXIT_LOCAL_FILE,
    [TERN_FETCH_ERROR_UNREACHABLE] = TERN_EXIT_HELPER,
  };

  if (error->domain == G_FILE_ERROR)
    return TERN_EXIT_LOCAL_FILE;
  if (error->domain == G_OPTION_ERROR)
    return TERN_EXIT_USAGE;
  if (error->domain == TERN_FETCH_ERROR && error->code < (int)G_N_ELEMENTS (codes)
      && codes[error->code] != TERN_EXIT_OK)
    return codes[error->code];
  return TERN_EXIT_OTHER;
}

int
jobs_fail (const GError *error)
{
  report_error ("%s", error->message);
  return jobs_exit_code (error);
}

const char *
jobs_state_word (TernFetchState state)
{
  static const char *const words[]
      = { "queued", "running", "paused", "interrupted", "done", "failed", "cancelled" };

  return state < G_N_ELEMENTS (words) ? words[state] : "?";
}

void
jobs_append_facts (GString *object, const char *path, TernFetchJob *job)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *url = target_hide_password (tern_fetch_job_get_uri (job));

  json_string (object, "state", jobs_state_word (tern_fetch_job_get_state (job)));
  json_int (object, "done", (gint64)tern_fetch_job_get_bytes_done (job));
  json_int (object, "total", tern_fetch_job_get_bytes_total (job));
  json_int (object, "speed", (gint64)tern_fetch_job_get_speed (job));
  json_string (object, "url", url);
  json_string (object, "file", name);
}

int
jobs_tell (const char *action,
           const char *number,
           const char *path,
           TernFetchJob *job,
           const GError *failure)
{
  g_autoptr (GString) object = g_string_new ("{");
  g_autoptr (GError) error = NULL;
  const int exit_code = failure ? jobs_exit_code (failure) : TERN_EXIT_OK;

  json_string (object, "action", action);
  json_string (object, "job", number);
  json_int (object, "exit", exit_code);
  json_string (object, "error", failure ? failure->message : NULL);
  if (job)
    jobs_append_facts (object, path ? path : "", job);
  g_string_append (object, "}\n");
  if (!write_fully (STDOUT_FILENO, object->str, object->len, &error))
    return jobs_fail (error);
  return exit_code;
}
