/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Byte ranges (RFC 9110 §14): what a request wants, what a 206 brought, and when two parts make
 * one. Pure; every number is checked. */
#pragma once

#include <tern/tern-headers.h>

/* The bytes from @first up to, but not including, @end. */
typedef struct
{
  guint64 first;
  guint64 end;
} TernCacheRange;

/* The length of a representation of which only parts were seen ("bytes 0-9/" and a star). */
#define TERN_CACHE_TOTAL_UNKNOWN G_MAXUINT64

typedef enum
{
  TERN_RANGE_NONE,          /* no Range, or one that is malformed and so ignored: the whole */
  TERN_RANGE_ONE,           /* one range that can be had */
  TERN_RANGE_SEVERAL,       /* several, of which one at least can be had */
  TERN_RANGE_UNSATISFIABLE, /* 416 */
  TERN_RANGE_FOREIGN,       /* of a unit, or a length, that is not known here */
} TernCacheRangeKind;

/* What the Range field means for a representation of @total bytes. */
TernCacheRangeKind
tern_cache_range_read (const TernHeaders *request_headers, guint64 total, TernCacheRange *range);

/* The Content-Range of a 206; FALSE where it is missing, malformed or no range of bytes. */
gboolean
tern_cache_range_of (const TernHeaders *response_headers, TernCacheRange *range, guint64 *total);

/* "bytes 0-9/100"; @range is NULL in a 416. */
char *tern_cache_range_text (const TernCacheRange *range, guint64 total);

/* Puts two parts of the same representation together (RFC 9111 §3.4) where they touch or overlap;
 * FALSE where they leave a hole, or speak of different lengths. */
gboolean tern_cache_range_combine (const TernCacheRange *stored,
                                   guint64 stored_total,
                                   const TernCacheRange *fresh,
                                   guint64 fresh_total,
                                   TernCacheRange *combined,
                                   guint64 *total);
