/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a response as the GInputStream that programs read: sync, async and pollable faces of
 * one chain of readers. */
#pragma once

#include <gio/gio.h>

#include "io/tern-reader.h"

#define TERN_TYPE_BODY_STREAM (tern_body_stream_get_type ())
G_DECLARE_FINAL_TYPE (TernBodyStream, tern_body_stream, TERN, BODY_STREAM, GInputStream)

/* Takes @reader. */
GInputStream *tern_body_stream_new (TernReader *reader);

/* The trailers once the body was read, or NULL (transfer none). */
TernHeaders *tern_body_stream_find_trailers (GInputStream *stream);
