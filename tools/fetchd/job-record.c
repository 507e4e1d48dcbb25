/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A detached job as text, and back. Of its token there is a digest only, of its secrets nothing.
 * What ran when the helper ended is interrupted; whatever does not read whole is no job. */
#include "job-record.h"

#include "caller-limits.h"

#include <string.h>
#include <tern/tern.h>

#define GROUP "Job"
#define FORM 1

static void
set_text (GKeyFile *file, const char *key, const char *value)
{
  if (value)
    g_key_file_set_string (file, GROUP, key, value);
}

static void
set_headers (GKeyFile *file, TernHeaders *headers)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  const char *name, *value;

  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    {
      g_ptr_array_add (list, (gpointer)name);
      g_ptr_array_add (list, (gpointer)value);
    }
  if (list->len > 0)
    g_key_file_set_string_list (file, GROUP, "headers", (const char *const *)list->pdata,
                                list->len);
}

char *
job_record_write (const Job *job)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  const Options *options = job->options;

  g_key_file_set_integer (file, GROUP, "form", FORM);
  g_key_file_set_string (file, GROUP, "state", job_state_name (job->state));
  g_key_file_set_string (file, GROUP, "uri", job->uri);
  g_key_file_set_string (file, GROUP, "token", job->token_hash);
  g_key_file_set_string (file, GROUP, "partition", job->account->partition);
  g_key_file_set_int64 (file, GROUP, "created", job->created);
  g_key_file_set_boolean (file, GROUP, "has-output", job->has_output);
  g_key_file_set_integer (file, GROUP, "kind", (int)job->kind);
  g_key_file_set_uint64 (file, GROUP, "base", job->base);
  g_key_file_set_uint64 (file, GROUP, "done", job->done);
  g_key_file_set_int64 (file, GROUP, "total", job->total);
  g_key_file_set_integer (file, GROUP, "priority", options->priority);
  g_key_file_set_uint64 (file, GROUP, "max-size", options->max_size);
  g_key_file_set_integer (file, GROUP, "retries", options->retries);
  g_key_file_set_double (file, GROUP, "timeout", options->timeout);
  g_key_file_set_double (file, GROUP, "total-timeout", options->total_timeout);
  set_text (file, "checksum", options->checksum);
  set_text (file, "etag", job->etag);
  set_text (file, "final-uri", job->final_uri);
  if (job->error)
    {
      g_key_file_set_integer (file, GROUP, "error", job->error->code);
      set_text (file, "message", job->error->message);
    }
  set_headers (file, options->headers);
  return g_key_file_to_data (file, NULL, NULL);
}

static void
add_seconds (GVariantBuilder *builder, GKeyFile *file, const char *key, const char *option)
{
  g_autoptr (GError) error = NULL;
  const double seconds = g_key_file_get_double (file, GROUP, key, &error);

  if (!error && seconds >= 0)
    g_variant_builder_add (builder, "{sv}", option, g_variant_new_double (seconds));
}

/* The options as a caller would give them, so that they are checked as a caller's are. */
static Options *
read_options (GKeyFile *file)
{
  GVariantBuilder builder, fields;
  g_autofree char *checksum = g_key_file_get_string (file, GROUP, "checksum", NULL);
  g_auto (GStrv) headers = g_key_file_get_string_list (file, GROUP, "headers", NULL, NULL);
  const int retries = g_key_file_get_integer (file, GROUP, "retries", NULL);
  g_autoptr (GVariant) dictionary = NULL;
  Options *options;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_init (&fields, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; headers && headers[i] && headers[i + 1]; i += 2)
    g_variant_builder_add (&fields, "(ss)", headers[i], headers[i + 1]);
  g_variant_builder_add (&builder, "{sv}", "headers", g_variant_builder_end (&fields));
  if (checksum)
    g_variant_builder_add (&builder, "{sv}", "checksum", g_variant_new_string (checksum));
  add_seconds (&builder, file, "timeout", "timeout");
  add_seconds (&builder, file, "total-timeout", "total_timeout");
  if (retries >= 0)
    g_variant_builder_add (&builder, "{sv}", "retries", g_variant_new_uint32 ((guint32)retries));
  g_variant_builder_add (
      &builder, "{sv}", "priority",
      g_variant_new_int32 (g_key_file_get_integer (file, GROUP, "priority", NULL)));
  g_variant_builder_add (
      &builder, "{sv}", "max_size",
      g_variant_new_uint64 (g_key_file_get_uint64 (file, GROUP, "max-size", NULL)));
  dictionary = g_variant_ref_sink (g_variant_builder_end (&builder));
  options = options_parse (dictionary, OPTIONS_FETCH, NULL, NULL);
  if (options)
    options->detached = TRUE;
  return options;
}

static gboolean
is_digest (const char *text)
{
  return text && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static void
read_progress (Job *job, GKeyFile *file)
{
  job->created = g_key_file_get_int64 (file, GROUP, "created", NULL);
  job->has_output = g_key_file_get_boolean (file, GROUP, "has-output", NULL);
  job->kind = CLAMP (g_key_file_get_integer (file, GROUP, "kind", NULL), DESCRIPTOR_FILE,
                     DESCRIPTOR_SOCKET);
  job->base = g_key_file_get_uint64 (file, GROUP, "base", NULL);
  job->done = g_key_file_get_uint64 (file, GROUP, "done", NULL);
  /* It was a while ago that this was written; the count knows better. */
  job->unknown = job_is_stream (job);
  job->total = g_key_file_get_int64 (file, GROUP, "total", NULL);
  job->etag = g_key_file_get_string (file, GROUP, "etag", NULL);
  job->final_uri = g_key_file_get_string (file, GROUP, "final-uri", NULL);
  if (job->state == JOB_FAILED)
    {
      g_autofree char *message = g_key_file_get_string (file, GROUP, "message", NULL);
      const int code = g_key_file_get_integer (file, GROUP, "error", NULL);

      job->error = g_error_new_literal (
          TERN_FETCH_ERROR, CLAMP (code, TERN_FETCH_ERROR_FAILED, TERN_FETCH_ERROR_CANCELLED),
          message ? message : "");
    }
}

Job *
job_record_read (const char *path, const char *text, gsize length, char **partition)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *state = NULL, *uri = NULL, *token = NULL, *whose = NULL;
  Options *options;
  JobState number;
  Job *job;

  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL)
      || g_key_file_get_integer (file, GROUP, "form", NULL) != FORM)
    return NULL;
  state = g_key_file_get_string (file, GROUP, "state", NULL);
  uri = g_key_file_get_string (file, GROUP, "uri", NULL);
  token = g_key_file_get_string (file, GROUP, "token", NULL);
  whose = g_key_file_get_string (file, GROUP, "partition", NULL);
  number = state ? job_state_from_name (state) : N_JOB_STATES;
  if (number == N_JOB_STATES || !uri || !options_check_uri (uri, NULL) || !is_digest (token)
      || !whose)
    return NULL;
  options = read_options (file);
  if (!options)
    return NULL;
  job = job_new (path, uri, options, -1, DESCRIPTOR_FILE);
  job->state = number;
  if (!job_has_ended (job))
    job->state = JOB_INTERRUPTED;
  job->token_hash = g_steal_pointer (&token);
  read_progress (job, file);
  *partition = g_steal_pointer (&whose);
  return job;
}
