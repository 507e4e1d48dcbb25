/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was told of one fetch, as text. The library has taken the secrets out already; control
 * characters are escaped here. */
#include "trace-text.h"

#include "color.h"
#include "head.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

Trace *
trace_new (void)
{
  Trace *self = g_new0 (Trace, 1);

  self->began = g_get_monotonic_time ();
  self->events = g_array_new (FALSE, TRUE, sizeof (TraceEvent));
  self->stages = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
trace_free (Trace *self)
{
  for (guint i = 0; i < self->events->len; i++)
    g_free (g_array_index (self->events, TraceEvent, i).text);
  g_array_unref (self->events);
  g_ptr_array_unref (self->stages);
  g_free (self);
}

/* "GET /path: v redirect, v auth, …": the path may hold what looks like the middle of it. */
static void
take_stages (Trace *self, const char *text)
{
  const char *walk = g_strrstr (text, ": ");
  g_auto (GStrv) steps = walk ? g_strsplit (walk + 2, ", ", -1) : NULL;

  g_ptr_array_set_size (self->stages, 0);
  for (char **step = steps; step && *step; step++)
    g_ptr_array_add (self->stages, g_strdup (*step));
}

void
trace_add (Trace *self, int event, const char *text)
{
  GEnumClass *klass = g_type_class_ref (TERN_TYPE_LOG_EVENT);
  GEnumValue *value = g_enum_get_value (klass, event);
  TraceEvent added
      = { g_get_monotonic_time () - self->began, value ? value->value_nick : "", NULL };

  if (event == TERN_LOG_EVENT_FLOW)
    take_stages (self, text);
  /* Of the phases their times tell. */
  if (event == TERN_LOG_EVENT_FLOW || event == TERN_LOG_EVENT_PHASE)
    return;
  added.text = g_strdup (text);
  g_array_append_val (self->events, added);
}

static void
append_time (GString *out, const char *name, gint64 microseconds, gboolean *any)
{
  if (microseconds <= 0)
    return;
  g_string_append_printf (out, _ ("%s%s %.1f ms"), *any ? ", " : "  ", name,
                          (double) microseconds / 1000);
  *any = TRUE;
}

static void
append_phases (GString *out, TernResponse *response)
{
  const TernTimings *timings = tern_response_get_timings (response);
  gboolean any = FALSE;

  append_time (out, _ ("queue"), timings->queue, &any);
  append_time (out, _ ("look-up"), timings->resolve, &any);
  append_time (out, _ ("connect"), timings->connect, &any);
  append_time (out, _ ("TLS"), timings->tls, &any);
  append_time (out, _ ("send"), timings->send, &any);
  append_time (out, _ ("wait"), timings->wait, &any);
  if (timings->reused)
    g_string_append (out, any ? _ (", on a kept connection") : _ ("  on a kept connection"));
  if (any || timings->reused)
    g_string_append_c (out, '\n');
}

static void
append_hop (GString *out, int fd, TernResponse *response)
{
  const guint status = tern_response_get_status (response);
  const char *reason = tern_response_get_reason (response);
  const char *location = tern_headers_get (tern_response_get_headers (response), "Location");
  const char *cache = tern_response_get_cache_status (response);
  TernTlsInfo *tls = tern_response_get_tls (response);
  g_autofree char *line = g_strdup_printf ("%u %s", status, reason ? reason : "");

  color_append (out, fd, STYLE_NAME, tern_response_get_uri (response));
  g_string_append (out, "\n  ");
  color_append (out, fd, color_of_status (status), g_strchomp (line));
  if (location && status >= 300 && status < 400)
    {
      g_autofree char *shown = head_hide_secrets (location);

      g_string_append (out, " → ");
      color_append (out, fd, STYLE_PLAIN, shown);
    }
  g_string_append_c (out, '\n');
  if (tls)
    g_string_append_printf (out, "  TLS %s, %s%s\n",
                            tern_tls_info_get_version (tls) == TERN_TLS_VERSION_1_3 ? "1.3" : "1.2",
                            tern_tls_info_get_cipher (tls),
                            tern_tls_info_get_resumed (tls) ? _ (", resumed") : "");
  if (cache)
    {
      g_string_append (out, _ ("  cache: "));
      color_append (out, fd, STYLE_PLAIN, cache);
      g_string_append_c (out, '\n');
    }
  append_phases (out, response);
}

static void
append_hops (GString *out, int fd, const Fetch *fetch)
{
  g_autoptr (TernFailure) failure
      = fetch->request ? tern_request_get_failure (fetch->request) : NULL;
  TernResponse *last = fetch->response;
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();

  /* What came before a failure is worth most. */
  if (!last && failure)
    last = tern_failure_get_response (failure) ? tern_failure_get_response (failure)
                                               : tern_failure_get_previous (failure);
  for (TernResponse *hop = last; hop; hop = tern_response_get_previous (hop))
    g_ptr_array_insert (chain, 0, hop);
  for (guint i = 0; i < chain->len; i++)
    append_hop (out, fd, g_ptr_array_index (chain, i));
  if (fetch->response && !fetch->error)
    {
      g_autofree char *size = g_format_size (fetch->received);

      g_string_append_printf (out, _ ("  body %s in %.1f ms\n"), size,
                              (double) fetch->body_time / 1000);
    }
}

static void
append_events (GString *out, int fd, const Trace *trace)
{
  for (guint i = 0; i < trace->events->len; i++)
    {
      const TraceEvent *event = &g_array_index (trace->events, TraceEvent, i);

      g_string_append_printf (out, "%9.1f ms  ", (double) event->when / 1000);
      color_append (out, fd, STYLE_NAME, event->nick);
      g_string_append_printf (out, "%*s", (int) MAX (1, 16 - (int) strlen (event->nick)), "");
      color_append (out, fd, STYLE_PLAIN, event->text);
      g_string_append_c (out, '\n');
    }
}

void
trace_append (GString *out, int fd, const Fetch *fetch, const Trace *trace)
{
  guint depth = 0;

  append_hops (out, fd, fetch);
  g_string_append_c (out, '\n');
  append_events (out, fd, trace);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < trace->stages->len; i++)
    {
      const char *step = g_ptr_array_index (trace->stages, i);

      /* Down to the right, and back on the way up. */
      if (*step == '^' && depth > 0)
        depth--;
      g_string_append_printf (out, "%*s", (int) depth * 2, "");
      color_append (out, fd, STYLE_PLAIN, step);
      g_string_append_c (out, '\n');
      if (*step == 'v')
        depth++;
    }
}
