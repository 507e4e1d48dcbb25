/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ways out for debug output, and the property that opens one of them. What comes here has
 * no secrets any more, but for the message of an error: that may quote a line. */
#include "client/tern-client-log.h"

#include <string.h>

#include "base/tern-debug-text.h"
#include "client/tern-client-properties.h"

void
tern_client_install_log (void)
{
  /**
   * TernClient::log:
   * @self: the client
   * @request: (nullable): the request that it is about
   * @event: what happened
   * @text: one line of what is known of it, as #TernClient:debug-level prints it
   *
   * What #TernClient:debug-level 3 would print, event by event and whatever that level is. Values
   * of fields with credentials or cookies, and the userinfo of URIs, stand there as "***"; control
   * characters are escaped; bodies are never part of it. The texts are for people and may change,
   * the events are for programs. Emitted in the thread that asked.
   */
  tern_client_signals[TERN_CLIENT_LOG]
      = g_signal_new ("log", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      3, TERN_TYPE_REQUEST, TERN_TYPE_LOG_EVENT, G_TYPE_STRING);
}

void
tern_client_log_init (TernClientLog *self,
                      TernClient *client,
                      TernRequest *request,
                      const TernSettings *settings)
{
  self->client = client;
  self->request = request;
  self->level = settings->debug_level;
  self->listened
      = g_signal_has_handler_pending (client, tern_client_signals[TERN_CLIENT_LOG], 0, TRUE);
}

void
tern_client_log_event (gpointer log, TernLogEvent event, const char *text)
{
  TernClientLog *self = log;

  tern_debug_print (self->level, event, text);
  if (self->listened)
    g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_LOG], 0, self->request, event,
                   text);
}

void
tern_client_log_error (TernClientLog *self, const GError *error)
{
  g_autofree char *message = tern_debug_message (error);

  tern_debug_tell (tern_client_log_event, self, TERN_LOG_EVENT_ERROR, "%s", message);
}

/**
 * tern_client_get_debug_level:
 * @self: a client
 *
 * Gets #TernClient:debug-level.
 *
 * Returns: see #TernClient:debug-level
 */
guint
tern_client_get_debug_level (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_DEBUG_LEVEL, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_debug_level:
 * @self: a client
 * @debug_level: see #TernClient:debug-level
 *
 * Sets #TernClient:debug-level.
 */
void
tern_client_set_debug_level (TernClient *self, guint debug_level)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, debug_level);
  tern_client_write_property (self, TERN_CLIENT_PROP_DEBUG_LEVEL, &value);
}
