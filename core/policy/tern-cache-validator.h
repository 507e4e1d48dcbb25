/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entity tags and dates of modification as validators (RFC 9110 §8.8). Pure; what is malformed is
 * no validator. */
#pragma once

#include "base/tern-headers-private.h"

/* Borrows the text that it was read from. */
typedef struct
{
  const char *text; /* from the opening quote; NULL where there is no tag */
  gsize len;        /* with both quotes */
  gboolean weak;
} TernCacheTag;

/* "any", or one tag behind the other, as If-None-Match and If-Match have them (§13.1). A list that
 * is malformed anywhere is malformed as a whole. */
typedef struct
{
  const char *at;
  const char *end;
  gboolean malformed;
} TernCacheTagList;

gboolean tern_cache_tag_read (TernCacheTag *tag, const char *text, gsize len);

/* The ETag of a response; FALSE (and no tag) where it has none, several or a malformed one. */
gboolean tern_cache_tag_of (TernCacheTag *tag, const TernHeaders *response_headers);

/* The two comparisons of §8.8.3.2; no tag is equal to none. */
gboolean tern_cache_tag_equal (const TernCacheTag *a, const TernCacheTag *b);
gboolean tern_cache_tag_equal_strong (const TernCacheTag *a, const TernCacheTag *b);

/* A copy as it stands in a field. */
char *tern_cache_tag_text (const TernCacheTag *tag);

void tern_cache_tag_list_init (TernCacheTagList *list, const char *text, gsize len);
/* FALSE at the end, and where something is malformed. */
gboolean tern_cache_tag_list_next (TernCacheTagList *list, TernCacheTag *tag);

/* The one Last-Modified field with a date in it, NULL where there is none; @time may be NULL. */
const TernField *tern_cache_last_modified (const TernHeaders *response_headers, gint64 *time);

/* Whether that date is a strong validator: a minute before Date, lest two versions of one second,
 * or two clocks, are taken for one (§8.8.2.2). */
gboolean tern_cache_is_date_strong (const TernHeaders *response_headers);

/* Whether there is a validator that can be asked about. */
gboolean tern_cache_has_validator (const TernHeaders *response_headers);

/* Whether there is one good enough to put parts together by: a strong tag, or, without any tag, a
 * strong date. */
gboolean tern_cache_has_strong_validator (const TernHeaders *response_headers);

/* Whether both have that validator, and the same one. */
gboolean tern_cache_is_same_strongly (const TernHeaders *a, const TernHeaders *b);
