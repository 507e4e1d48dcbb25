/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which form a stored response answers a request: whole, without a body, in part, or as 304 or
 * 416. Pure; whether it may answer at all is the decision's question. */
#pragma once

#include "policy/tern-cache-record.h"

typedef enum
{
  TERN_ANSWER_WHOLE,         /* as it is; a HEAD gets no body */
  TERN_ANSWER_NOT_MODIFIED,  /* 304 */
  TERN_ANSWER_PART,          /* 206 */
  TERN_ANSWER_UNSATISFIABLE, /* 416 */
  TERN_ANSWER_LACKING,       /* not: the bytes are not stored */
  TERN_ANSWER_ORIGIN,        /* not: only the origin can answer that */
} TernCacheAnswerKind;

typedef struct
{
  TernCacheAnswerKind kind;
  TernCacheRange range; /* of a PART, within the representation */
} TernCacheAnswer;

TernCacheAnswer tern_cache_answer (const TernCacheRequest *request, const TernCacheRecord *record);

/* Whether the stored response can answer in this form. */
gboolean tern_cache_answer_is_possible (const TernCacheAnswer *answer);

guint tern_cache_answer_status (const TernCacheAnswer *answer, const TernCacheRecord *record);
const char *tern_cache_answer_reason (const TernCacheAnswer *answer, const TernCacheRecord *record);

/* The fields of the answer, with Age (RFC 9111 §5.1). Those that no-cache names are left out unless
 * the response was just @validated (§5.2.2.4). */
TernHeaders *tern_cache_answer_fields (const TernCacheAnswer *answer,
                                       const TernCacheRecord *record,
                                       gint64 now,
                                       gboolean validated);

/* Which bytes of the stored body go with it; FALSE where none do. */
gboolean tern_cache_answer_body (const TernCacheAnswer *answer,
                                 const TernCacheRequest *request,
                                 const TernCacheRecord *record,
                                 guint64 *offset,
                                 guint64 *length);
