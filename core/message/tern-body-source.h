/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request's body is made of: a value that says where the bytes are and whether they can be
 * had again. It never reads them itself. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  TERN_SOURCE_NONE,
  TERN_SOURCE_BYTES,
  TERN_SOURCE_STREAM,
  TERN_SOURCE_FILE,
} TernSourceKind;

typedef struct
{
  TernSourceKind kind;
  GBytes *bytes;
  GInputStream *stream;
  gint64 length; /* of the stream; -1 is not known, so chunked */
  goffset start; /* where the stream stood when it was given, or -1 when it cannot seek */
  gboolean used; /* the stream was read from: rewind before it is sent */
  GFile *file;
} TernBodySource;

void tern_body_source_set_bytes (TernBodySource *self, GBytes *bytes);
void tern_body_source_set_stream (TernBodySource *self, GInputStream *stream, gint64 length);
void tern_body_source_set_file (TernBodySource *self, GFile *file);
void tern_body_source_clear (TernBodySource *self);
void tern_body_source_copy (const TernBodySource *from, TernBodySource *to);

/* Whether the bytes can be had a second time. */
gboolean tern_body_source_can_rewind (const TernBodySource *self);
