/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lexer of field values (RFC 9110 §5.6): tokens, lists, quoted strings. Pure; bounded by the
 * length that it is given, never by a NUL. */
#pragma once

#include <tern/tern-types.h>

/* Bit 0: tchar (RFC 9110 §5.6.2). Bit 1: may stand in a value (§5.5). Open for the parsers of
 * heads, which look at every byte. */
extern const guint8 tern_field_classes[256];

/* One byte of a token. */
static inline gboolean
tern_field_is_token_char (guint8 c)
{
  return tern_field_classes[c] & 1;
}

/* Whether the bytes are a token: at least one, nothing else. */
gboolean tern_field_is_token (const char *text, gsize len);

/* Whether the bytes may stand in a field value: no control byte but HTAB (RFC 9110 §5.5). */
gboolean tern_field_is_value (const char *text, gsize len);

/* Narrows the range by SP and HTAB at both ends. */
void tern_field_trim (const char **text, gsize *len);

/* A cursor over a comma-separated list; empty elements are skipped, commas in quoted strings are
 * not separators. */
typedef struct
{
  const char *at;
  const char *end;
} TernFieldList;

void tern_field_list_init (TernFieldList *list, const char *text, gsize len);
/* The next element without the blanks around it; FALSE at the end. */
gboolean tern_field_list_next (TernFieldList *list, const char **item, gsize *len);

/* Splits "name=value" or "name"; value is NULL where there is none and still quoted where it was.
 * */
void tern_field_split_pair (const char *item, gsize len, const char **name, gsize *name_len,
                            const char **value, gsize *value_len);

/* A token as it is or a quoted string without its quotes and backslashes; NULL when it is neither.
 * */
char *tern_field_unquote (const char *text, gsize len);

/* Bytes that are no UTF-8, read as Latin-1. */
char *tern_field_latin1_to_utf8 (const char *text);

/* A quoted string of any field-value text. */
char *tern_field_quote (const char *text);

/* Whether any field of that name has the token among its list elements, in any case. */
gboolean tern_field_has_token (const TernHeaders *headers, const char *name, const char *token);

/* A number as text at the end of @buffer; where it begins. What a printf would do, for a tenth. */
#define TERN_FIELD_NUMBER_SIZE 21
const char *tern_field_number (char buffer[TERN_FIELD_NUMBER_SIZE], gint64 number);

/* 1*DIGIT in checked 64 bits, nothing around it. */
gboolean tern_field_parse_uint (const char *text, gsize len, guint64 *number);
