/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One header of a request that is put together by hand: what may be sent, and which of them say
 * something about the whole message. Pure. */
#pragma once

#include <glib.h>

typedef enum
{
  TERN_FIELD_OTHER,
  TERN_FIELD_HOST,
  TERN_FIELD_CONTENT_LENGTH,
  TERN_FIELD_TRANSFER_ENCODING,
  TERN_FIELD_CONNECTION,
  TERN_FIELD_UPGRADE,
} TernFieldMeaning;

/* As httplib: a name begins with neither a blank nor a colon and has no colon and no control byte;
 * a value has no line end but one that a blank and something to be seen follow. INVALID_HEADER. */
gboolean
tern_connection_field_check (const char *name, const char *value, gsize len, GError **error);

/* A name with blanks behind it is still what some server takes it for. */
TernFieldMeaning tern_connection_field_recognize (const char *name);

gboolean tern_connection_field_read_length (const char *value, gsize len, gint64 *length);
gboolean tern_connection_field_has_close (const char *value, gsize len);

/* INVALID_HEADER with the name put into @format, which is marked for translation; FALSE. */
gboolean tern_connection_field_fail (const char *name, const char *format, GError **error);
