/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a response as the GInputStream that programs read: sync, async and pollable faces of
 * one chain of readers. */
#pragma once

#include <gio/gio.h>

#include <tern/tern-request.h>
#include <tern/tern-response.h>

#include "io/tern-reader.h"

#define TERN_TYPE_BODY_STREAM (tern_body_stream_get_type ())
G_DECLARE_FINAL_TYPE (TernBodyStream, tern_body_stream, TERN, BODY_STREAM, GInputStream)

/* Takes @reader. A read that fails becomes the failure of @request; @response is the one that the
 * body is of, which is not kept alive. */
GInputStream *
tern_body_stream_new (TernReader *reader, TernRequest *request, TernResponse *response);

/* A read as a step, for operations of the library that take the body on. */
TernStep tern_body_stream_step (TernBodyStream *self, void *buffer, gsize len, gsize *n,
                                TernWait *wait, GError **error);

/* The trailers once the body was read, or NULL (transfer none). */
TernHeaders *tern_body_stream_find_trailers (GInputStream *stream);
