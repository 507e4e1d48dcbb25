/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The demo routes of TernOrigin: one path for each thing a client should be able to show.
 *
 * `tools/run` without an argument and many tests walk through them. They must never depend on
 * one another or keep state between requests, so that any order gives the same answers. */

#pragma once

#include "tern-origin.h"

G_BEGIN_DECLS

#define TERN_ORIGIN_DEMO_TEXT "Hello from the tern.\n"
#define TERN_ORIGIN_DEMO_ETAG "\"arctic-1\""

/* /                     the list of what follows
 * /plain                DEMO_TEXT
 * /cached               DEMO_TEXT with Cache-Control: max-age=60, ETag, Date
 * /etag                 DEMO_TEXT with no-cache and DEMO_ETAG; If-None-Match gives 304
 * /last-modified        the same with Last-Modified and If-Modified-Since
 * /no-store             DEMO_TEXT with no-store
 * /gzip /gzip-members /deflate /deflate-raw    DEMO_TEXT, coded
 * /basic                401 without user:secret
 * /redirect             302 to /plain; ?code= and ?to= change that
 * /redirect-chain?n=N   N redirects, then /plain
 * /chunked              DEMO_TEXT in three chunks and a trailer X-Checksum
 * /to-close             DEMO_TEXT, ended by closing
 * /echo                 the request line, its fields and its body as text
 * /status?code=C        an answer of that status
 * /big?size=N           N bytes (a repeated pattern); &chunk=M sends chunks of M
 * /slow?ms=N            DEMO_TEXT after N ms (1000); &drip=1 instead a byte each N ms
 * /early-hints          103, then 200
 */
void   tern_origin_add_demo       (TernOrigin *origin);

/* The byte of /big at @offset. */
guint8 tern_origin_demo_big_byte  (guint64     offset);

/* @data as a gzip member, a zlib stream or raw deflate. */
typedef enum
{
  TERN_ORIGIN_CODING_GZIP,
  TERN_ORIGIN_CODING_ZLIB,
  TERN_ORIGIN_CODING_RAW
} TernOriginCoding;

GBytes *tern_origin_demo_compress (TernOriginCoding coding,
                                   gconstpointer    data,
                                   gssize           length);

G_END_DECLS
