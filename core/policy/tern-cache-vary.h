/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a stored response answers a request by its Vary field (RFC 9111 §4.1). Pure; values
 * that are secrets are kept as digests only. */
#pragma once

#include <tern/tern-headers.h>

typedef struct
{
  char *name;  /* lower case */
  char *value; /* normalised, or a digest; NULL where the request had no such field */
} TernCacheVary;

/* Whether Vary holds "*", or what is no field name: such a response answers no other request. */
gboolean tern_cache_vary_is_any (const TernHeaders *response_headers);

/* (element-type TernCacheVary): the fields that Vary names, as the request had them; Authorization
 * always counts as named where the request had it. Of secrets only digests are kept, made with
 * @salt (of the store; NULL is none), so that what one store holds tells nothing about another. */
GPtrArray *tern_cache_vary_read (const TernHeaders *response_headers,
                                 const TernHeaders *request_headers,
                                 const char *salt);

typedef enum
{
  TERN_VARY_SAME,
  TERN_VARY_OTHER,   /* chosen by something else: language, coding */
  TERN_VARY_FOREIGN, /* made for other credentials: this request must not even learn of it */
} TernCacheVaryMatch;

TernCacheVaryMatch tern_cache_vary_compare (const GPtrArray *vary,
                                            const TernHeaders *request_headers,
                                            const char *salt);

/* Whether the request has the same fields. */
gboolean tern_cache_vary_matches (const GPtrArray *vary,
                                  const TernHeaders *request_headers,
                                  const char *salt);

/* Whether the request has a field whose value is kept as a digest only. */
gboolean tern_cache_vary_has_secrets (const TernHeaders *request_headers);

/* A deep copy. */
GPtrArray *tern_cache_vary_copy (const GPtrArray *vary);

/* What was chosen by nothing: one array for all, which nobody may change. */
GPtrArray *tern_cache_vary_none (void);

/* Takes both strings. */
TernCacheVary *tern_cache_vary_new (char *name, char *value);
void tern_cache_vary_free (TernCacheVary *vary);
