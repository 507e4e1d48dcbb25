/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hands out events and prints them, one write(2) a line so that threads do not mix. It is never
 * called where nobody listens, and never shows what tern-debug-text.c has not looked at. */
#include "base/tern-debug.h"

#include <string.h>
#include <unistd.h>

#include "base/tern-debug-text.h"

/* The names that httplib and httplib2 print, where they have one. Not translated: programs read
 * them. */
static const struct
{
  const char *name;
  guint level;
} events[] = {
  [TERN_LOG_EVENT_CONNECT] = { "connect", 1 },
  [TERN_LOG_EVENT_CONNECT_FAILED] = { "connect fail", 1 },
  [TERN_LOG_EVENT_PROXY] = { "proxy", 1 },
  [TERN_LOG_EVENT_TLS] = { "tls", 1 },
  [TERN_LOG_EVENT_SEND] = { "send", 1 },
  [TERN_LOG_EVENT_REPLY] = { "reply", 1 },
  [TERN_LOG_EVENT_HEADER] = { "header", 1 },
  [TERN_LOG_EVENT_REDIRECT] = { "redirect", 1 },
  [TERN_LOG_EVENT_AUTH] = { "auth", 1 },
  [TERN_LOG_EVENT_CACHE] = { "cache", 1 },
  [TERN_LOG_EVENT_RETRY] = { "retry", 1 },
  [TERN_LOG_EVENT_ERROR] = { "error", 1 },
  [TERN_LOG_EVENT_POOL] = { "pool", 2 },
  [TERN_LOG_EVENT_BODY] = { "body", 2 },
  [TERN_LOG_EVENT_TIMING] = { "timing", 2 },
  [TERN_LOG_EVENT_FLOW] = { "flow", 3 },
  [TERN_LOG_EVENT_PHASE] = { "phase", 3 },
};

guint
tern_debug_get_level (TernLogEvent event)
{
  return events[event].level;
}

void
tern_debug_print (guint level, TernLogEvent event, const char *text)
{
  g_autofree char *line = NULL;

  if (level < events[event].level)
    return;
  line = g_strdup_printf ("%s: %s\n", events[event].name, text);
  /* Somebody who closed stderr does not want it; there is nobody to tell. */
  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return;
}

void
tern_debug_send (TernDebugFunc func, gpointer data, const char *head, gsize len)
{
  g_autofree char *text = tern_debug_text_of_head (head, len);

  func (data, TERN_LOG_EVENT_SEND, text);
}

void
tern_debug_reply (TernDebugFunc func,
                  gpointer data,
                  guint version,
                  guint status,
                  const char *reason,
                  const TernHeaders *headers)
{
  g_autofree char *line = tern_debug_text_of_status (version, status, reason);
  const char *name;
  const char *value;

  func (data, TERN_LOG_EVENT_REPLY, line);
  for (guint i = 0; headers && tern_headers_get_nth (headers, i, &name, &value); i++)
    {
      g_autofree char *field = tern_debug_text_of_field (name, value);

      func (data, TERN_LOG_EVENT_HEADER, field);
    }
}

/* "Name: value", as it stands in a line. */
static void
tell_field (TernDebugFunc func, gpointer data, char *line)
{
  char *colon = strchr (line, ':');
  g_autofree char *field = NULL;

  if (colon)
    *colon = '\0';
  field = tern_debug_text_of_field (line, colon ? colon + strspn (colon + 1, " ") + 1 : "");
  func (data, TERN_LOG_EVENT_HEADER, field);
}

void
tern_debug_head (TernDebugFunc func, gpointer data, gboolean is_sent, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *wire = is_sent ? g_strjoinv ("\r\n", lines) : NULL;
  g_autofree char *whole = is_sent ? g_strconcat (wire, "\r\n", NULL) : NULL;
  g_autofree char *reply = NULL;

  if (is_sent)
    {
      tern_debug_send (func, data, whole, strlen (whole));
      return;
    }
  reply = tern_debug_text_of_head (text, strcspn (text, "\n"));
  func (data, TERN_LOG_EVENT_REPLY, reply);
  for (guint i = 1; lines[0] && lines[i] && *lines[i]; i++)
    tell_field (func, data, lines[i]);
}

void
tern_debug_tell (TernDebugFunc func, gpointer data, TernLogEvent event, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  text = tern_debug_text (raw);
  func (data, event, text);
}
