/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request as bytes. Pure; every byte is checked or known to be good before it is
 * written. */
#pragma once

#include <glib.h>

typedef struct
{
  const char *name;
  const char *value;
  guint32 name_len;
  guint32 value_len;
} TernHttp1Field;

/* Whether the method is a token (RFC 9110 §9.1); TERN_ERROR_INVALID_METHOD. */
gboolean tern_http1_check_method (const char *method, GError **error);

/* Whether the target has no control byte, space or byte above 0x7E; TERN_ERROR_INVALID_URL. */
gboolean tern_http1_check_target (const char *target, GError **error);

/* Appends "METHOD target HTTP/1.1", the fields and the empty line. Method, target and fields have
 * been checked. One growth of the buffer at most. */
void tern_http1_write_head (GByteArray *out, const char *method, const char *target,
                            const TernHttp1Field *fields, guint n_fields);

/* The line in front of a chunk of @size bytes; returns its length; @line has room for 20 bytes. */
gsize tern_http1_write_chunk_line (char *line, gsize size);
