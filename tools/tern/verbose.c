/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads and timings for people, on standard error. These lines end up in bug reports, so whatever
 * lets somebody in is shown as *** and nothing here may be made to print it. */
#include "verbose.h"

#include "color.h"
#include "head.h"
#include "report.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

static void
print_head (const char *mark, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *hidden = NULL;

  for (guint i = 0; lines[i]; i++)
    {
      char *line = head_hide_secrets (lines[i]);

      g_free (lines[i]);
      lines[i] = line;
    }
  hidden = g_strjoinv ("\n", lines);
  color_append_head (out, STDERR_FILENO, mark, hidden);
  report_raw (out->str);
}

static void
on_head (TernClient *client, TernRequest *request, gboolean is_sent, const char *text)
{
  print_head (is_sent ? "> " : "< ", text);
}

void
verbose_watch (TernClient *client)
{
  g_signal_connect (client, "head", G_CALLBACK (on_head), NULL);
}

static void
append_time (GString *out, const char *name, gint64 microseconds)
{
  if (microseconds > 0)
    g_string_append_printf (out, _ ("%s%s %.1f ms"), out->len > 2 ? ", " : "", name,
                            (double) microseconds / 1000);
}

static void
append_timings (GString *out, const TernTimings *timings)
{
  g_string_append (out, "* ");
  append_time (out, _ ("queue"), timings->queue);
  append_time (out, _ ("look-up"), timings->resolve);
  append_time (out, _ ("connect"), timings->connect);
  append_time (out, _ ("TLS"), timings->tls);
  append_time (out, _ ("send"), timings->send);
  append_time (out, _ ("wait"), timings->wait);
  append_time (out, _ ("in all"), timings->total);
  if (timings->reused)
    g_string_append (out, _ (", on a kept connection"));
  g_string_append_c (out, '\n');
}

void
verbose_response (TernResponse *response)
{
  g_autoptr (GString) timings = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  TernTlsInfo *tls = tern_response_get_tls (response);
  const char *cache = tern_response_get_cache_status (response);

  /* What the cache answers was on no wire. */
  if (tern_response_get_from_cache (response))
    {
      g_autofree char *head = head_of_response (response);

      g_strchomp (head);
      print_head ("< ", head);
    }
  if (tls)
    g_string_append_printf (out, "* TLS %s, %s%s\n",
                            tern_tls_info_get_version (tls) == TERN_TLS_VERSION_1_3 ? "1.3" : "1.2",
                            tern_tls_info_get_cipher (tls),
                            tern_tls_info_get_resumed (tls) ? _ (", resumed") : "");
  if (cache)
    g_string_append_printf (out, _ ("* cache: %s\n"), cache);
  append_timings (timings, tern_response_get_timings (response));
  g_string_append (out, timings->str);
  report_text (out->str);
}

void
verbose_body (TernResponse *response, guint64 received, gint64 microseconds)
{
  TernHeaders *trailers = tern_response_get_trailers (response);
  g_autoptr (GString) out = g_string_new (NULL);

  if (trailers)
    head_append_fields (out, "< ", trailers, TRUE);
  g_string_append_printf (out, _ ("* body %" PRIu64 " bytes in %.1f ms\n"), received,
                          (double) microseconds / 1000);
  report_text (out->str);
}
