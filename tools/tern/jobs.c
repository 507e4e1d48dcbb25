/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs: downloads that the fetch helper does while no command runs. A job is known here by a
 * number; its token is in a file of the user's and never on a command line. */
#include "jobs.h"

#include "escape.h"
#include "exit-code.h"
#include "jobs-file.h"
#include "jobs-tell.h"
#include "json.h"
#include "report.h"
#include "session.h"
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

const char jobs_add_more[]
    = "The job goes on when the command ends, and prints its number. A file that is there already "
      "is not touched without `--force`, and one that was made for nothing does not stay. Where "
      "the helper cannot be reached the exit code is 17.";
const char jobs_list_more[]
    = "A job that was running when the helper ended is “interrupted” and waits for `tern jobs "
      "resume`. What the helper knows no more is taken from the list.";
const char jobs_resume_more[]
    = "The file is opened anew; what is in it stays. A job whose file is a named pipe goes on "
      "behind what was written into it. Where the helper was killed and does not know how much "
      "that was, it says so, and the job waits for `--received`. A login that the job had is "
      "forgotten with the helper, and has to be given again.";
const char jobs_cancel_more[] = "Jobs that have ended are forgotten. The files stay as they are.";

static const Option login_options[] = {
  { "user", 'u', OPTION_TEXT, G_STRUCT_OFFSET (JobsOptions, user), N_ ("NAME[:PASSWORD]"),
    N_ ("Log in; without a password it is asked for"),
    "The server of the URL gets it, and no other. It goes to the helper through a descriptor, is "
    "in no message and in no file: a job that is interrupted needs it again, from `tern jobs "
    "resume`.",
    NULL, TRUE },
  { "bearer", 0, OPTION_FILE, G_STRUCT_OFFSET (JobsOptions, bearer), N_ ("FILE"),
    N_ ("Show the token that is in this file"), "As a password is with `-u`.", NULL, FALSE },
  { NULL },
};
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
static const Option list_options[] = {
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, json), NULL,
    N_ ("Print one JSON object a line"), NULL, NULL, FALSE },
  { NULL },
};
static const Option resume_options[] = {
  { "received", 0, OPTION_SIZE, G_STRUCT_OFFSET (JobsOptions, received), N_ ("BYTES"),
    N_ ("Go on behind the first BYTES, for so much has arrived"),
    "Of one job; 0 is to begin anew. More than was written is an error.", NULL, FALSE },
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (JobsOptions, json), NULL,
    N_ ("Print one JSON object a line"), NULL, NULL, FALSE },
  { NULL },
};
const OptionSet jobs_add_sets[] = { { add_options, 0 }, { login_options, 0 }, { NULL, 0 } };
const OptionSet jobs_list_sets[] = { { list_options, 0 }, { NULL, 0 } };
const OptionSet jobs_resume_sets[]
    = { { resume_options, 0 }, { login_options, 0 }, { NULL, 0 } };

/* ---- add ---- */

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

static gboolean
add_password (TernFetchService *service, const char *user, const char *server, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *password = session_get_password (user, &name, NULL, error);
  g_autoptr (GBytes) name_bytes = g_bytes_new (name, strlen (name));
  g_autoptr (GBytes) bytes = password ? g_bytes_new_static (password, strlen (password)) : NULL;
  const gboolean added
      = bytes
        && tern_fetch_service_add_credentials_bytes (service, name_bytes, bytes, server, error);

  if (password)
    explicit_bzero (password, strlen (password));
  return added;
}

static gboolean
add_token (TernFetchService *service, const char *path, const char *server, GError **error)
{
  g_autofree char *token = NULL;
  gsize length = 0;
  gboolean added;

  if (!g_file_get_contents (path, &token, &length, error))
    return FALSE;
  added = tern_fetch_service_add_token (service, g_strstrip (token), server, error);
  explicit_bzero (token, strlen (token));
  return added;
}

/* For the server of the URL alone, and never as an option of the job. */
static gboolean
add_login (TernFetchService *service, const JobsOptions *options, const char *uri, GError **error)
{
  g_autofree char *server = target_server (uri);

  if (options->user && !add_password (service, options->user, server, error))
    return FALSE;
  return !options->bearer || add_token (service, options->bearer, server, error);
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

  if (!service || !add_login (service, options, uri, error))
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

/* ---- what is done with jobs ---- */

/* NULL with an error; the job is as it is now. @received is negative to say nothing. */
static TernFetchJob *
claim (
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

/* As claim(), and with what the user says of the job. Whose server the login is for is known by the
 * job alone. */
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
      job = claim (service, file, number, -1, error);
      if (!job || !add_login (service, options, tern_fetch_job_get_uri (job), error))
        return NULL;
    }
  return claim (service, file, number, options->received, error);
}

typedef struct
{
  const char *name;
  gboolean (*func) (JobsFile *file, const char *number, TernFetchJob *job, GError **error);
  gboolean stays; /* the job is there when it is done */
  gboolean resumes;
} Action;

static gboolean
pause_job (JobsFile *file, const char *number, TernFetchJob *job, GError **error)
{
  return tern_fetch_job_pause (job, NULL, error);
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

static gboolean
cancel_job (JobsFile *file, const char *number, TernFetchJob *job, GError **error)
{
  if (!tern_fetch_job_remove (job, NULL, error))
    return FALSE;
  jobs_file_remove (file, number);
  return TRUE;
}

/* One of them; the exit code. */
static int
act (const Action *action,
     const JobsOptions *options,
     JobsFile *file,
     TernFetchService *service,
     const char *number)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = jobs_file_get_path (file, number);
  g_autoptr (TernFetchJob) job = action->resumes
                                     ? claim_to_resume (service, file, number, options, &error)
                                     : claim (service, file, number, -1, &error);

  if (job && action->func (file, number, job, &error) && options->json && action->stays)
    tern_fetch_job_refresh (job, NULL, &error);
  if (error)
    jobs_fail (error);
  if (options->json)
    return jobs_tell (action->name, number, path, job, error);
  return error ? jobs_exit_code (error) : TERN_EXIT_OK;
}

static int
with_each (char **arguments, const JobsOptions *options, const Action *action)
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

int
jobs_pause_run (const void *values, char **arguments)
{
  static const Action action = { "pause", pause_job, TRUE, FALSE };

  return with_each (arguments, values, &action);
}

int
jobs_resume_run (const void *values, char **arguments)
{
  static const Action action = { "resume", resume_job, TRUE, TRUE };
  const JobsOptions *options = values;

  if ((options->received >= 0 || options->user || options->bearer) && arguments[0] && arguments[1])
    {
      report_error ("%s", _ ("“--received”, “--user” and “--bearer” are for one job"));
      return TERN_EXIT_USAGE;
    }
  return with_each (arguments, options, &action);
}

int
jobs_cancel_run (const void *values, char **arguments)
{
  static const Action action = { "cancel", cancel_job, FALSE, FALSE };

  return with_each (arguments, values, &action);
}

/* ---- list ---- */

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
      g_autoptr (TernFetchJob) job = claim (service, file, numbers[i], -1, &local);
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
