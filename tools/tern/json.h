/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes JSON (RFC 8259). Members are appended one after the other; commas come by themselves. */
#pragma once

#include <glib.h>

/* @name is NULL within an array. */
void json_open (GString *out, const char *name, char bracket);
void json_close (GString *out, char bracket);
/* A NULL @value is null. */
void json_string (GString *out, const char *name, const char *value);
void json_int (GString *out, const char *name, gint64 value);
void json_bool (GString *out, const char *name, gboolean value);

/* Begins a member whose value the caller appends. */
void json_name (GString *out, const char *name);

/* The inside of a string, without its quotes; @text is valid UTF-8. */
void json_append_escaped (GString *out, const char *text, gsize length);
