/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What httplib prints at a debug level above 0, to stderr and without the secrets. */
#include "connection/tern-connection-private.h"

#include <stdarg.h>

/* What is told is printed, at the level of the connection's. */
static void
print (gpointer data, TernLogEvent event, const char *text)
{
  tern_debug_print (((TernConnection *)data)->debug_level, event, text);
}

void
tern_connection_tell_head (TernConnection *self, const GByteArray *head)
{
  if (self->debug_level > 0)
    tern_debug_send (print, self, (const char *)head->data, head->len);
}

void
tern_connection_tell_text (TernConnection *self, const char *head)
{
  if (self->debug_level > 0)
    tern_debug_head (print, self, TRUE, head);
}

void
tern_connection_tell_reply (TernConnection *self, const TernHttp1Head *head)
{
  if (self->debug_level > 0)
    tern_debug_reply (print, self, head->version, head->status, head->reason, head->headers);
}

void
tern_connection_tell (TernConnection *self, TernLogEvent event, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->debug_level < tern_debug_get_level (event))
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  tern_debug_tell (print, self, event, "%s", text);
}
