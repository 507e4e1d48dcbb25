/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON object of one fetch. Its members are a contract with scripts: documented in
 * docs/tern-json.md, added to, never renamed. */
#include "result.h"

#include "exit-code.h"
#include "json.h"
#include "report.h"
#include "spool.h"
#include "target.h"

#include <glib/gi18n.h>
#include <tern/tern.h>
#include <unistd.h>

static void
append_headers (GString *out, const char *name, TernHeaders *headers)
{
  const char *field;
  const char *value;

  /* An array, because a name may come twice and the order may matter. */
  json_open (out, name, '[');
  for (guint i = 0; headers && tern_headers_get_nth (headers, i, &field, &value); i++)
    {
      json_open (out, NULL, '{');
      json_string (out, "name", field);
      json_string (out, "value", value);
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void
append_head (GString *out, TernResponse *response)
{
  const guint version = tern_response_get_version (response);
  g_autofree char *text = g_strdup_printf ("%u.%u", version / 10, version % 10);

  json_string (out, "uri", tern_response_get_uri (response));
  json_int (out, "status", tern_response_get_status (response));
  json_string (out, "reason", tern_response_get_reason (response));
  json_string (out, "version", text);
  append_headers (out, "headers", tern_response_get_headers (response));
}

/* @body_time is negative for a hop, whose body nobody reads. */
static void
append_timings (GString *out, TernResponse *response, gint64 body_time)
{
  const TernTimings *timings = tern_response_get_timings (response);

  json_open (out, "timings", '{');
  json_int (out, "queue", timings->queue);
  json_int (out, "resolve", timings->resolve);
  json_int (out, "connect", timings->connect);
  json_int (out, "tls", timings->tls);
  json_int (out, "send", timings->send);
  json_int (out, "wait", timings->wait);
  if (body_time >= 0)
    {
      json_int (out, "head", timings->total);
      json_int (out, "body", body_time);
    }
  json_bool (out, "reused", timings->reused);
  json_close (out, '}');
}

/* Oldest first, as they happened; the chain itself begins with the newest. */
static void
append_hops (GString *out, TernResponse *response)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  TernResponse *hop = response;

  while ((hop = tern_response_get_previous (hop)))
    g_ptr_array_insert (chain, 0, hop);
  json_open (out, "hops", '[');
  for (guint i = 0; i < chain->len; i++)
    {
      json_open (out, NULL, '{');
      append_head (out, g_ptr_array_index (chain, i));
      append_timings (out, g_ptr_array_index (chain, i), -1);
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void
append_tls (GString *out, TernTlsInfo *tls)
{
  const char *version
      = tls && tern_tls_info_get_version (tls) == TERN_TLS_VERSION_1_3 ? "1.3" : "1.2";

  if (!tls)
    {
      json_string (out, "tls", NULL);
      return;
    }
  json_open (out, "tls", '{');
  json_string (out, "version", version);
  json_string (out, "cipher", tern_tls_info_get_cipher (tls));
  json_bool (out, "resumed", tern_tls_info_get_resumed (tls));
  json_bool (out, "verified", tern_tls_info_get_verified (tls));
  json_string (out, "protocol", tern_tls_info_get_protocol (tls));
  json_close (out, '}');
}

static void
append_cache (GString *out, TernResponse *response)
{
  json_open (out, "cache", '{');
  json_bool (out, "hit", tern_response_get_from_cache (response));
  json_string (out, "status", tern_response_get_cache_status (response));
  json_close (out, '}');
}

static const char *
nick (GType type, int value)
{
  GEnumClass *klass = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value (klass, value);

  /* The class stays: its type is static. */
  return found ? found->value_nick : NULL;
}

void
result_append_error (GString *out, const GError *error, TernPhase phase)
{
  g_autofree char *status = NULL;
  const char *code = NULL;

  if (!error)
    {
      json_string (out, "error", NULL);
      return;
    }
  if (error->domain == TERN_ERROR)
    code = nick (TERN_TYPE_ERROR, error->code);
  else if (error->domain == TERN_PLUGIN_ERROR)
    code = nick (TERN_TYPE_PLUGIN_ERROR, error->code);
  else if (error->domain == G_IO_ERROR)
    code = nick (G_TYPE_IO_ERROR_ENUM, error->code);
  else if (error->domain == TERN_STATUS_ERROR)
    code = status = g_strdup_printf ("%d", error->code);
  json_open (out, "error", '{');
  json_string (out, "domain", g_quark_to_string (error->domain));
  json_string (out, "code", code);
  json_string (out, "message", error->message);
  json_string (out, "phase", nick (TERN_TYPE_PHASE, phase));
  json_close (out, '}');
}

static TernPhase
find_phase (const Fetch *fetch)
{
  g_autoptr (TernFailure) failure
      = fetch->request ? tern_request_get_failure (fetch->request) : NULL;

  if (failure)
    return tern_failure_get_phase (failure);
  return fetch->response && fetch->error ? TERN_PHASE_RECEIVE : TERN_PHASE_NONE;
}

void
result_append_response (GString *out, TernResponse *response, gint64 body_time)
{
  append_head (out, response);
  append_headers (out, "trailers", tern_response_get_trailers (response));
  append_hops (out, response);
  append_cache (out, response);
  append_tls (out, tern_response_get_tls (response));
  append_timings (out, response, body_time);
}

static void
append_trace (GString *out, const Trace *trace)
{
  json_open (out, "events", '[');
  for (guint i = 0; i < trace->events->len; i++)
    {
      const TraceEvent *event = &g_array_index (trace->events, TraceEvent, i);

      json_open (out, NULL, '{');
      json_int (out, "when", event->when);
      json_string (out, "event", event->nick);
      json_string (out, "text", event->text);
      json_close (out, '}');
    }
  json_close (out, ']');
  json_open (out, "stages", '[');
  for (guint i = 0; i < trace->stages->len; i++)
    json_string (out, NULL, g_ptr_array_index (trace->stages, i));
  json_close (out, ']');
}

/* Who interrupts wants an end: what has come of the body is of no use and may be long. */
static gboolean
has_body (const Fetch *fetch)
{
  return fetch->spool_fd > 0
         && !g_error_matches (fetch->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

gboolean
result_print (const Fetch *fetch, const Trace *trace, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  json_open (out, NULL, '{');
  json_string (out, "url", fetch->plan->shown_url);
  json_int (out, "exit", fetch->exit_code);
  result_append_error (out, fetch->error, find_phase (fetch));
  if (fetch->response)
    {
      result_append_response (out, fetch->response, fetch->body_time);
      json_int (out, "bytes", (gint64) fetch->received);
    }
  json_string (out, "sha256",
               fetch->checksum && !fetch->error ? g_checksum_get_string (fetch->checksum) : NULL);
  json_string (out, "file", fetch->is_saved ? fetch->options->output : NULL);
  if (trace)
    append_trace (out, trace);
  if (!write_fully (STDOUT_FILENO, out->str, out->len, error))
    return FALSE;
  if (has_body (fetch) && !spool_print (fetch->spool_fd, STDOUT_FILENO, error))
    return FALSE;
  return write_fully (STDOUT_FILENO, "}\n", 2, error);
}

int
result_refuse (const GError *failure, char **urls, gboolean is_json)
{
  const int exit_code = failure->domain == G_OPTION_ERROR
                            ? TERN_EXIT_USAGE
                            : (int) exit_code_of_error (failure, TERN_PHASE_NONE, FALSE);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  report_error ("%s", failure->message);
  for (char **url = urls; is_json && *url; url++)
    {
      g_autofree char *shown = target_hide_password (*url);

      g_string_append (out, "{");
      json_string (out, "url", shown);
      json_int (out, "exit", exit_code);
      result_append_error (out, failure, TERN_PHASE_NONE);
      json_string (out, "sha256", NULL);
      json_string (out, "file", NULL);
      g_string_append (out, "}\n");
    }
  if (!write_fully (STDOUT_FILENO, out->str, out->len, &error)
      && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
    report_error (_ ("Cannot write standard output: %s"), error->message);
  return exit_code;
}
