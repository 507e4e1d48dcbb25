/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints debug lines to stderr, one write each, so that threads do not mix within a line. */
#include "base/tern-log.h"

#include <stdlib.h>
#include <unistd.h>

static const GDebugKey keys[] = {
  { "flow", TERN_LOG_FLOW },
  { "cache", TERN_LOG_CACHE },
  { "net", TERN_LOG_NET },
  { "plugin", TERN_LOG_PLUGIN },
};

static guint
read_topics (void)
{
  static gsize topics = 0;

  /* The top bit tells "read" from "never asked". */
  if (g_once_init_enter (&topics))
    {
      const char *wanted = secure_getenv ("TERN_DEBUG");

      g_once_init_leave (&topics,
                         (gsize)1 << 31
                             | (wanted ? g_parse_debug_string (wanted, keys, G_N_ELEMENTS (keys))
                                       : 0));
    }
  return topics;
}

gboolean
tern_log_wants (TernLogTopic topic)
{
  return (read_topics () & topic) != 0;
}

void
tern_log (TernLogTopic topic, const char *format, ...)
{
  g_autoptr (GString) line = NULL;
  va_list args;

  if (!tern_log_wants (topic))
    return;
  line = g_string_new ("tern: ");
  va_start (args, format);
  g_string_append_vprintf (line, format, args);
  va_end (args);
  g_string_append_c (line, '\n');
  if (write (STDERR_FILENO, line->str, line->len) < 0)
    return;
}
