/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept about a stored response beside its body, and its form as bytes. Pure. A record
 * that was cut or changed anywhere is no record: reading it fails, and that is a miss. */
#pragma once

#include <tern/tern-headers.h>

#include "base/tern-uri.h"
#include "policy/tern-cache-facts.h"
#include "policy/tern-cache-range.h"
#include "policy/tern-cache-validator.h"

/* A request as the cache sees it; borrowed values, filled in by whoever asks. */
typedef struct
{
  const char *method;
  const TernUri *uri;
  const char *partition; /* NULL where there is none */
  const TernHeaders *headers;
  const char *salt; /* of the store, for digests of secrets; NULL where it has none */
} TernCacheRequest;

/* A text that need not have a NUL behind it; NULL where there is none. */
typedef struct
{
  const char *at;
  gsize len;
} TernCacheText;

typedef struct
{
  TernCacheText method, uri, partition, reason;
} TernCacheNames;

typedef struct
{
  char *names; /* a box (g_atomic_rc_box) with the four; shared with what was renewed */
  const char *method;
  const char *uri;       /* without userinfo and fragment */
  const char *partition; /* NULL where there is none */
  const char *reason;
  guint status;         /* of a 206 the one that the whole would have: 200 */
  guint version;        /* 10, 11 */
  TernHeaders *headers; /* end-to-end fields only, as they came */
  TernCacheFacts facts; /* of those fields */
  gint64 request_time;  /* Unix seconds, our clock */
  gint64 response_time;
  guint64 body_length;   /* of the body as stored, before its codings are undone */
  guint32 body_checksum; /* of that body, so that meta and body are known to fit together */
  GPtrArray *vary;       /* of TernCacheVary */

  /* Where only some bytes of the representation are stored (RFC 9111 §3.3). */
  gboolean partial;
  TernCacheRange part; /* which ones; 0 and 0 where it is whole */
  guint64 total;       /* of how many, or unknown; 0 where it is whole */

  /* Of TernCacheSibling: the other variants; only in the home slot. Shared with what was renewed:
   * it is replaced and not changed. */
  GPtrArray *siblings;
} TernCacheRecord;

/* Body length and checksum are 0 until the caller sets them, when the body is known. */
TernCacheRecord *tern_cache_record_new (const TernCacheRequest *request,
                                        guint status,
                                        const char *reason,
                                        guint version,
                                        const TernHeaders *response_headers,
                                        gint64 request_time,
                                        gint64 response_time);
/* The same stored response with other fields (taken, end-to-end ones alone): what came by a later
 * answer to @request. */
TernCacheRecord *tern_cache_record_renew (const TernCacheRecord *record,
                                          const TernCacheRequest *request,
                                          TernHeaders *headers,
                                          gint64 request_time,
                                          gint64 response_time);
/* The same where only Date and Age are others in those fields, which is quicker. */
TernCacheRecord *tern_cache_record_redate (const TernCacheRecord *record,
                                           const TernCacheRequest *request,
                                           TernHeaders *headers,
                                           gint64 request_time,
                                           gint64 response_time);
void tern_cache_record_free (TernCacheRecord *record);

/* Names for a record, which are copied. */
void tern_cache_record_set_names (TernCacheRecord *record, const TernCacheNames *names);
void tern_cache_record_set_reason (TernCacheRecord *record, const char *reason);

GBytes *tern_cache_record_serialize (const TernCacheRecord *record);
/* Error: CACHE. */
TernCacheRecord *tern_cache_record_parse (GBytes *bytes, GError **error);

/* Its entity tag, borrowed; FALSE where it has none. */
gboolean tern_cache_record_tag (const TernCacheRecord *record, TernCacheTag *tag);

/* Whether it is the answer to a GET of this URI and partition: keys may collide, stores may err. It
 * may serve a HEAD too. */
gboolean tern_cache_record_is_for (const TernCacheRecord *record, const TernCacheRequest *request);

/* Whether a body of that length can be the one that the record tells of. */
gboolean tern_cache_record_fits (const TernCacheRecord *record, guint64 body_length);

/* Of the whole representation, TERN_CACHE_TOTAL_UNKNOWN where nobody said it. */
guint64 tern_cache_record_total (const TernCacheRecord *record);

/* CRC-32 over a piece of a body, carried on from @sum (0 at the start). */
guint32 tern_cache_checksum (guint32 sum, const void *data, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCacheRecord, tern_cache_record_free)
