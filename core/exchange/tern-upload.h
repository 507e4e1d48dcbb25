/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request's body as a reader: bytes, a file or a stream, from its beginning. */
#pragma once

#include "io/tern-reader.h"
#include "message/tern-body-source.h"

/* Opens the source; *@length is its size, -1 where that is not known. A local file is opened here,
 * so a missing one fails before anything is sent. @rewind: the stream was read before. Errors:
 * those of the file, UNSUPPORTED_FILE_MODE, BODY_NOT_REWINDABLE. NULL without an error: there is no
 * body. */
TernReader *
tern_upload_open (const TernBodySource *source, gboolean rewind, gint64 *length, GError **error);
