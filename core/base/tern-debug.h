/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Debug output that a program asked for (debug-level): events with a text in which nothing is
 * secret any more, and their way to stderr. */
#pragma once

#include <tern/tern-log-event.h>

#include "base/tern-headers-private.h"

/* Who listens; @text is one line without its end. */
typedef void (*TernDebugFunc) (gpointer data, TernLogEvent event, const char *text);

/* The level from which on the event is printed: 1 or 2. */
guint tern_debug_get_level (TernLogEvent event);

/* Prints "event: text" to stderr in one write, where @level asks for it. */
void tern_debug_print (guint level, TernLogEvent event, const char *text);

/* SEND with the head of a request as it goes out. */
void tern_debug_send (TernDebugFunc func, gpointer data, const char *head, gsize len);

/* REPLY, then HEADER for each field; @headers NULL is none. */
void tern_debug_reply (TernDebugFunc func,
                       gpointer data,
                       guint version,
                       guint status,
                       const char *reason,
                       const TernHeaders *headers);

/* The same for a head as programs are shown it: lines that end in LF, without the empty line. */
void tern_debug_head (TernDebugFunc func, gpointer data, gboolean is_sent, const char *text);

/* A text made by a format; the userinfo of URIs in it is hidden, control bytes are escaped. */
void
tern_debug_tell (TernDebugFunc func, gpointer data, TernLogEvent event, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
