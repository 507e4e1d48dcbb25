/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes an answer out of a stored response. It must never send a part as the whole, or bytes that
 * are not stored. */
#include "policy/tern-cache-answer.h"

#include <string.h>
#include <tern/tern-status.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-freshness.h"

/* What an answer has beside the stored fields: Age, and of a part two more. */
#define MORE_FIELDS 3
#define MORE_SIZE 128

static TernCacheAnswer
whole (const TernCacheRecord *record)
{
  return (TernCacheAnswer){ record->partial ? TERN_ANSWER_LACKING : TERN_ANSWER_WHOLE, { 0, 0 } };
}

/* A single range is cut out of what is stored. Several would have to be wrapped in multipart; a
 * server may answer them with the whole (RFC 9110 §14.2), and so does the cache. */
static TernCacheAnswer
answer_range (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const guint64 total = tern_cache_record_total (record);
  TernCacheAnswer answer = { TERN_ANSWER_ORIGIN, { 0, 0 } };
  const TernCacheRangeKind kind = tern_cache_range_read (request->headers, total, &answer.range);

  if (kind == TERN_RANGE_NONE || kind == TERN_RANGE_SEVERAL)
    return whole (record);
  /* The bytes of a coded body are others than those of the plain one, and nobody can decode a piece
   * out of the middle. */
  if (kind == TERN_RANGE_FOREIGN || tern_headers_has (record->headers, "Content-Encoding"))
    return answer;
  if (kind == TERN_RANGE_UNSATISFIABLE)
    answer.kind
        = total == TERN_CACHE_TOTAL_UNKNOWN ? TERN_ANSWER_ORIGIN : TERN_ANSWER_UNSATISFIABLE;
  else if (record->partial
           && (answer.range.first < record->part.first || answer.range.end > record->part.end))
    answer.kind = TERN_ANSWER_LACKING;
  else
    answer.kind = TERN_ANSWER_PART;
  return answer;
}

TernCacheAnswer
tern_cache_answer (const TernCacheRequest *request, const TernCacheRecord *record)
{
  switch (tern_cache_judge_conditions (request, record))
    {
    case TERN_CONDITIONS_ORIGIN:
      return (TernCacheAnswer){ TERN_ANSWER_ORIGIN, { 0, 0 } };
    case TERN_CONDITIONS_NOT_MODIFIED:
      return (TernCacheAnswer){ TERN_ANSWER_NOT_MODIFIED, { 0, 0 } };
    case TERN_CONDITIONS_SEND:
    default:
      break;
    }
  /* Range is defined for GET alone, and for what would be a 200 (RFC 9110 §14.2). */
  if (strcmp (request->method, "HEAD") == 0)
    return (TernCacheAnswer){ TERN_ANSWER_WHOLE, { 0, 0 } };
  if (record->status != 200 || !tern_headers_has (request->headers, "Range")
      || !tern_cache_range_counts (request, record))
    return whole (record);
  return answer_range (request, record);
}

gboolean
tern_cache_answer_is_possible (const TernCacheAnswer *answer)
{
  return answer->kind != TERN_ANSWER_LACKING && answer->kind != TERN_ANSWER_ORIGIN;
}

guint
tern_cache_answer_status (const TernCacheAnswer *answer, const TernCacheRecord *record)
{
  switch (answer->kind)
    {
    case TERN_ANSWER_NOT_MODIFIED:
      return 304;
    case TERN_ANSWER_PART:
      return 206;
    case TERN_ANSWER_UNSATISFIABLE:
      return 416;
    case TERN_ANSWER_WHOLE:
    case TERN_ANSWER_LACKING:
    case TERN_ANSWER_ORIGIN:
    default:
      return record->status;
    }
}

const char *
tern_cache_answer_reason (const TernCacheAnswer *answer, const TernCacheRecord *record)
{
  const guint status = tern_cache_answer_status (answer, record);

  return status == record->status ? record->reason : tern_status_get_phrase (status);
}

/* What tells of a body: a 304 has none, and a 416 another one (RFC 9110 §15.4.5). */
static void
drop_body_fields (TernHeaders *fields)
{
  static const char *const names[] = { "Content-Length",   "Content-Type",  "Content-Encoding",
                                       "Content-Language", "Content-Range", "Content-MD5",
                                       "Content-Digest",   "Repr-Digest",   "Content-Disposition" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    tern_headers_remove (fields, names[i]);
}

/* A length may be any number up to 2^63, which no body reaches. */
static void
set_number (TernHeaders *fields, const char *name, guint64 number)
{
  char digits[TERN_FIELD_NUMBER_SIZE];
  const char *text = tern_field_number (digits, (gint64)MIN (number, (guint64)G_MAXINT64));

  tern_headers_remove (fields, name);
  tern_headers_append_unchecked (fields, name, strlen (name), text, strlen (text));
}

TernHeaders *
tern_cache_answer_fields (const TernCacheAnswer *answer,
                          const TernCacheRecord *record,
                          gint64 now,
                          gboolean validated)
{
  TernHeaders *fields = tern_headers_copy_sized (record->headers, MORE_FIELDS, MORE_SIZE);
  g_autofree char *range = NULL;

  if (!validated)
    tern_cache_control_strip (record->headers, fields);
  set_number (fields, "Age", tern_cache_age (record, now));
  if (answer->kind == TERN_ANSWER_NOT_MODIFIED || answer->kind == TERN_ANSWER_UNSATISFIABLE)
    drop_body_fields (fields);
  if (answer->kind == TERN_ANSWER_PART)
    {
      range = tern_cache_range_text (&answer->range, tern_cache_record_total (record));
      set_number (fields, "Content-Length", answer->range.end - answer->range.first);
    }
  else if (answer->kind == TERN_ANSWER_UNSATISFIABLE)
    {
      range = tern_cache_range_text (NULL, tern_cache_record_total (record));
      set_number (fields, "Content-Length", 0);
    }
  if (range)
    tern_headers_set (fields, "Content-Range", range);
  return fields;
}

gboolean
tern_cache_answer_body (const TernCacheAnswer *answer,
                        const TernCacheRequest *request,
                        const TernCacheRecord *record,
                        guint64 *offset,
                        guint64 *length)
{
  *offset = *length = 0;
  if (strcmp (request->method, "HEAD") == 0)
    return FALSE;
  if (answer->kind == TERN_ANSWER_WHOLE)
    *length = record->body_length;
  else if (answer->kind == TERN_ANSWER_PART)
    {
      *offset = answer->range.first - (record->partial ? record->part.first : 0);
      *length = answer->range.end - answer->range.first;
    }
  return *length > 0;
}
