/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chunked transfer coding (RFC 9112 §7.1), incremental and without a copy: bytes in, a slice of
 * payload out. Pure; linear; bounded overhead. */
#pragma once

#include "http1/tern-http1-head.h"

typedef struct _TernHttp1Chunked TernHttp1Chunked;

TernHttp1Chunked *tern_http1_chunked_new (const TernHttp1Limits *limits);
void tern_http1_chunked_free (TernHttp1Chunked *self);

/* Eats from data[0..len): *consumed bytes were used up; when *payload_len > 0 they end with that
 * much payload, at *payload. MORE: call again with what is left or with new bytes. DONE: the coding
 * ended, the bytes behind *consumed belong to nobody. FAILED: TERN_ERROR_BAD_FRAMING or
 * LINE_TOO_LONG. One call returns as soon as it has a slice of payload. */
TernParse tern_http1_chunked_eat (TernHttp1Chunked *self, const char *data, gsize len,
                                  gsize *consumed, const char **payload, gsize *payload_len,
                                  GError **error);

/* Copies payload of as many chunks as fit into @out (one pass over many tiny chunks): the same
 * result as eating and copying in a loop. *written may be 0 with MORE when only coding bytes were
 * there. */
TernParse tern_http1_chunked_copy (TernHttp1Chunked *self, const char *data, gsize len,
                                   gsize *consumed, char *out, gsize out_len, gsize *written,
                                   GError **error);

/* Payload bytes left in the chunk that is being read (0 between chunks): as many may be received
 * straight into the reader's buffer and are then told here. */
guint64 tern_http1_chunked_get_left (TernHttp1Chunked *self);
void tern_http1_chunked_skip (TernHttp1Chunked *self, gsize n);

/* The trailer section after DONE, or NULL (transfer none). */
TernHeaders *tern_http1_chunked_get_trailers (TernHttp1Chunked *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernHttp1Chunked, tern_http1_chunked_free)
