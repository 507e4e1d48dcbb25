/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept about a stored response beside its body, and its form as bytes. Pure. A record
 * that was cut or changed anywhere is no record: reading it fails, and that is a miss. */
#pragma once

#include <tern/tern-headers.h>

#include "base/tern-uri.h"

/* A request as the cache sees it; borrowed values, filled in by whoever asks. */
typedef struct
{
  const char *method;
  const TernUri *uri;
  const char *partition; /* NULL where there is none */
  const TernHeaders *headers;
} TernCacheRequest;

typedef struct
{
  char *method;
  char *uri;       /* without userinfo and fragment */
  char *partition; /* NULL where there is none */
  guint status;
  char *reason;
  guint version;        /* 10, 11 */
  TernHeaders *headers; /* end-to-end fields only, as they came */
  gint64 request_time;  /* Unix seconds, our clock */
  gint64 response_time;
  guint64 body_length;   /* of the body as stored, before its codings are undone */
  guint32 body_checksum; /* of that body, so that meta and body are known to fit together */
  GPtrArray *vary;       /* of TernCacheVary */
} TernCacheRecord;

/* Body length and checksum are 0 until the caller sets them, when the body is known. */
TernCacheRecord *tern_cache_record_new (const TernCacheRequest *request, guint status,
                                        const char *reason, guint version,
                                        const TernHeaders *response_headers,
                                        gint64 request_time, gint64 response_time);
void tern_cache_record_free (TernCacheRecord *record);

GBytes *tern_cache_record_serialize (const TernCacheRecord *record);
/* Error: CACHE. */
TernCacheRecord *tern_cache_record_parse (GBytes *bytes, GError **error);

/* Whether it was stored for this method, URI and partition: keys may collide, stores may err. */
gboolean tern_cache_record_is_for (const TernCacheRecord *record, const TernCacheRequest *request);

/* CRC-32 over a piece of a body, carried on from @sum (0 at the start). */
guint32 tern_cache_checksum (guint32 sum, const void *data, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCacheRecord, tern_cache_record_free)
