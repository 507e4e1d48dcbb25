/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Debug output of the library by topic, chosen with TERN_DEBUG=flow,cache,... It must never print a
 * secret: callers hand in what may be shown. */
#pragma once

#include <glib.h>

typedef enum
{
  TERN_LOG_FLOW = 1 << 0,
  TERN_LOG_CACHE = 1 << 1,
  TERN_LOG_NET = 1 << 2,
  TERN_LOG_PLUGIN = 1 << 3,
} TernLogTopic;

/* Whether anybody wants to read that topic; cheap. */
gboolean tern_log_wants (TernLogTopic topic);

void tern_log (TernLogTopic topic, const char *format, ...) G_GNUC_PRINTF (2, 3);
