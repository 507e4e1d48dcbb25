/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads, fields and URIs written down for a log: secrets hidden, control bytes escaped, one line,
 * valid UTF-8. Pure. */
#pragma once

#include <glib.h>

/* What stands in place of a secret. */
#define TERN_DEBUG_SECRET "***"

/* Whether the value of that field is never shown. */
gboolean tern_debug_is_secret (const char *name, gsize len);

/* Any text without the userinfo of the URIs in it; their queries stay. */
char *tern_debug_text (const char *text);

/* "Name: value" */
char *tern_debug_text_of_field (const char *name, const char *value);

/* The bytes of a head as they are on the wire, continued lines (obs-fold) too, in quotes and with
 * their line ends as \r\n. */
char *tern_debug_text_of_head (const char *head, gsize len);

/* The message of an error, which may quote a line of an answer: without what may be a secret there.
 * Nothing else is hidden or escaped yet. */
char *tern_debug_message (const GError *error);

/* 'HTTP/1.1 200 OK'; @version is 9, 10, 11 or 20. */
char *tern_debug_text_of_status (guint version, guint status, const char *reason);
