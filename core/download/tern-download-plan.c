/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of downloads (RFC 9110 §14). A server may ignore a range, and many misread one; whatever
 * does not fit exactly leads to the whole being asked for, never to bytes put together on trust. */
#include "download/tern-download-plan.h"

#include "policy/tern-cache-range.h"

gboolean
tern_download_plan_ask (const TernDownloadIdentity *have, guint64 offset, TernHeaders *headers)
{
  const char *validator = tern_download_identity_get_validator (have);
  char range[40];

  if (offset == 0 || !validator)
    return FALSE;
  g_snprintf (range, sizeof range, "bytes=%" G_GUINT64_FORMAT "-", offset);
  tern_headers_set (headers, "Range", range);
  tern_headers_set (headers, "If-Range", validator);
  return TRUE;
}

static TernDownloadAnswer
ask_whole (gboolean lied)
{
  return (TernDownloadAnswer){ TERN_DOWNLOAD_ASK_WHOLE, -1, -1, lied };
}

static gint64
as_length (guint64 number)
{
  return number <= G_MAXINT64 ? (gint64)number : -1;
}

/* RFC 9110 §15.3.7. A body of several parts has no Content-Range of its own, and so is none. */
static TernDownloadAnswer
judge_part (const TernDownloadQuestion *question,
            const TernHeaders *headers,
            gint64 length,
            const TernDownloadIdentity *identity)
{
  TernDownloadIdentity found = *identity;
  TernDownloadAnswer answer = { TERN_DOWNLOAD_APPEND, -1, -1, FALSE };
  TernCacheRange range;
  guint64 total;

  if (!tern_cache_range_of (headers, &range, &total) || range.end <= range.first)
    return ask_whole (TRUE);
  answer.length = as_length (range.end - range.first);
  answer.total = as_length (total); /* an unknown one is the largest number */
  if (answer.length < 0 || (length >= 0 && length != answer.length))
    return ask_whole (TRUE);
  /* Nobody asked for a part, but what came is all there is. */
  if (!question->ranged)
    {
      answer.verdict = TERN_DOWNLOAD_TAKE_WHOLE;
      return range.first == 0 && answer.length == answer.total ? answer : ask_whole (TRUE);
    }
  found.total = answer.total;
  if (range.first != question->offset || !tern_download_identity_is_same (question->have, &found))
    return ask_whole (TRUE);
  return answer;
}

/* RFC 9110 §15.5.17: If-Range held, and there is nothing behind what is there: it was all, or the
 * content has become shorter under the same validator. */
static TernDownloadAnswer
judge_unsatisfiable (const TernDownloadQuestion *question, const TernHeaders *headers)
{
  const char *field = tern_headers_get ((TernHeaders *)headers, "Content-Range");
  const TernDownloadIdentity *have = question->have;
  guint64 total;

  if (!question->ranged)
    return (TernDownloadAnswer){ TERN_DOWNLOAD_REFUSED, -1, -1, FALSE };
  if (!field || g_ascii_strncasecmp (field, "bytes */", 8) != 0
      || !g_ascii_string_to_unsigned (field + 8, 10, 0, G_MAXINT64, &total, NULL))
    return ask_whole (TRUE);
  if (total != question->offset || (have->total >= 0 && (guint64)have->total != total))
    return ask_whole (FALSE);
  return (TernDownloadAnswer){ TERN_DOWNLOAD_COMPLETE, 0, (gint64)total, FALSE };
}

/* Those that say themselves that it may be otherwise soon. */
static gboolean
may_pass (guint status)
{
  return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

TernDownloadAnswer
tern_download_plan_judge (const TernDownloadQuestion *question,
                          guint status,
                          const TernHeaders *headers,
                          gint64 length,
                          const TernDownloadIdentity *identity)
{
  if (status == 206)
    return judge_part (question, headers, length, identity);
  if (status == 416)
    return judge_unsatisfiable (question, headers);
  if (may_pass (status))
    return (TernDownloadAnswer){ TERN_DOWNLOAD_TRY_LATER, -1, -1, FALSE };
  /* 204 and 205 have no content (RFC 9110 §15.3.5): that is not an empty file. */
  if (status < 200 || status > 299 || status == 204 || status == 205)
    return (TernDownloadAnswer){ TERN_DOWNLOAD_REFUSED, -1, -1, FALSE };
  return (TernDownloadAnswer){ TERN_DOWNLOAD_TAKE_WHOLE, length, length, FALSE };
}
