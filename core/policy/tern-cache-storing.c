/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which responses become entries. It must never keep what either side forbade, a part as the whole,
 * or the bad moment of a server in place of what is good.
 *
 * Answers to a POST are not kept, though RFC 9110 §9.3.3 lets a cache do so where they have a
 * lifetime and a Content-Location: nobody but a later GET of that URI could use them, which clients
 * hardly ever send, and one resource could plant an answer under the name of another. Answers to a
 * HEAD are not kept either; they freshen what is stored (tern-cache-validation.h). */
#include "policy/tern-cache-storing.h"

#include <string.h>

#include "base/tern-headers-private.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-merge.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

/* Whether the answer is about this one request or connection, and says nothing of what is stored.
 */
static gboolean
is_about_the_request (guint status)
{
  switch (status)
    {
    case 304: /* to the caller's own condition */
    case 401: /* a challenge is for once */
    case 407:
    case 408:
    case 412:
    case 416:
    case 417:
    case 421:
    case 425:
    case 426:
    case 428: /* RFC 6585 forbids to store these: §3, §4, §5, §6 */
    case 429:
    case 431:
    case 511:
      return TRUE;
    default:
      return status < 200 || status > 599;
    }
}

/* Statuses whose rules about caching are kept here; must-understand asks for that (§5.2.2.3). */
static gboolean
is_understood (guint status)
{
  return tern_cache_is_heuristic (status) || status == 302 || status == 303 || status == 307;
}

/* A server that is ill. What it says of that is kept where it says how long, but never in place of
 * a good answer, which stale-if-error may need. */
static gboolean
is_fault (guint status)
{
  return status >= 500 && status != 501;
}

static gboolean
has_lifetime (const TernHeaders *headers, const TernCacheControl *given)
{
  return given->max_age >= 0 || tern_headers_has (headers, "Expires");
}

/* Whether the response gives leave to keep it (§3), and there is any use in it. Without a lifetime
 * only a validator is of use, or the promise of being permanent. */
static gboolean
is_worth_keeping (guint status, const TernHeaders *headers, const TernCacheControl *given)
{
  if (has_lifetime (headers, given))
    return TRUE;
  if (status == 301 || status == 308)
    return TRUE;
  return (tern_cache_is_heuristic (status) || given->is_public || given->is_private)
         && tern_cache_has_validator (headers);
}

/* Whether the bytes of a 206 begin within the stored part, or right behind it, and reach further:
 * so they can be written at its end. What comes before it, or leaves a hole, cannot. */
static gboolean
goes_on (const TernCacheRecord *stored,
         const TernHeaders *headers,
         TernCacheRange *part,
         TernCacheRange *both,
         guint64 *total)
{
  guint64 part_total;

  return stored->partial && tern_cache_range_of (headers, part, &part_total)
         && tern_cache_range_combine (&stored->part, stored->total, part, part_total, both, total)
         && part->first >= stored->part.first && part->end > stored->part.end;
}

/* A 206: kept where it can be put together with others later, that is by a strong validator. */
static TernCacheStoring
store_part (const TernCacheRequest *request,
            const TernHeaders *headers,
            const TernCacheRecord *stored)
{
  TernCacheRange part, both;
  guint64 total;
  gboolean same;

  if (!tern_headers_has (request->headers, "Range")
      || tern_headers_has (headers, "Content-Encoding")
      || !tern_cache_has_strong_validator (headers)
      || !tern_cache_range_of (headers, &part, &total))
    return TERN_STORING_LEAVE;
  same = stored && tern_cache_is_same_strongly (stored->headers, headers);
  if (same && goes_on (stored, headers, &part, &both, &total))
    return TERN_STORING_COMBINE;
  /* The answer to If-Range need not have all fields (RFC 9110 §15.3.7). */
  if (same || tern_headers_has (request->headers, "If-Range"))
    return TERN_STORING_LEAVE;
  return TERN_STORING_REPLACE;
}

static TernCacheStoring
no (TernCacheStoring storing, const char *because, const char **why)
{
  *why = because;
  return storing;
}

/* What to do, and in @why what stands against keeping it; NULL where it is another method's. */
static TernCacheStoring
judge (const TernCacheRequest *request,
       guint status,
       const TernHeaders *response_headers,
       const TernCacheControl *given, /* of these fields */
       const TernCacheRecord *stored,
       const char **why)
{
  TernCacheControl wanted;

  if (strcmp (request->method, "GET") != 0)
    return no (TERN_STORING_LEAVE, NULL, why); /* what it makes invalid is asked elsewhere */
  tern_cache_control_read (&wanted, request->headers);
  if (wanted.no_store)
    return no (TERN_STORING_FORGET, "request-no-store", why);
  if (is_about_the_request (status))
    return no (TERN_STORING_LEAVE, "status", why);
  if (is_fault (status)
      && (stored || given->no_store || !has_lifetime (response_headers, given)))
    return no (TERN_STORING_LEAVE, "server-error", why);
  /* Who understands the status may do what it says in spite of no-store, which is for those who do
   * not (§5.2.2.3). */
  if (given->must_understand ? !is_understood (status) : given->no_store)
    return no (TERN_STORING_FORGET, given->must_understand ? "must-understand" : "no-store", why);
  if (tern_cache_vary_is_any (response_headers))
    return no (TERN_STORING_FORGET, "vary", why);
  if (status == 206)
    return no (store_part (request, response_headers, stored), "part", why);
  return is_worth_keeping (status, response_headers, given)
             ? TERN_STORING_REPLACE
             : no (TERN_STORING_FORGET, "no-lifetime", why);
}

TernCacheStoring
tern_cache_may_store (const TernCacheRequest *request,
                      guint status,
                      const TernHeaders *response_headers,
                      const TernCacheRecord *stored)
{
  const char *why = NULL;
  TernCacheControl given;

  tern_cache_control_read (&given, response_headers);
  return judge (request, status, response_headers, &given, stored, &why);
}

gboolean
tern_cache_may_keep (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const char *why = NULL;

  return judge (request, record->status, record->headers, &record->facts.control, NULL, &why)
         == TERN_STORING_REPLACE;
}

const char *
tern_cache_why_not_stored (const TernCacheRequest *request,
                           guint status,
                           const TernHeaders *response_headers,
                           const TernCacheRecord *stored)
{
  const char *why = NULL;
  TernCacheControl given;
  TernCacheStoring storing;

  tern_cache_control_read (&given, response_headers);
  storing = judge (request, status, response_headers, &given, stored, &why);
  return storing == TERN_STORING_LEAVE || storing == TERN_STORING_FORGET ? why : NULL;
}

TernCacheRecord *
tern_cache_combine (const TernCacheRecord *stored,
                    const TernCacheRequest *request,
                    const TernHeaders *response_headers,
                    gint64 request_time,
                    gint64 response_time,
                    guint64 *offset)
{
  TernCacheRange part, both;
  guint64 total;
  TernCacheRecord *next;
  gboolean only_dated;

  /* A server may give one tag to the plain and to the coded bytes; they do not go together. */
  if (!goes_on (stored, response_headers, &part, &both, &total)
      || tern_headers_has (response_headers, "Content-Encoding")
      || !tern_cache_is_same_strongly (stored->headers, response_headers))
    return NULL;
  next = tern_cache_record_renew (stored, request,
                                  tern_cache_merge_fields (stored->headers, response_headers,
                                                           &only_dated),
                                  request_time, response_time);
  next->partial = both.first > 0 || both.end < total;
  next->part = next->partial ? both : (TernCacheRange){ 0, 0 };
  next->total = next->partial ? total : 0;
  if (total != TERN_CACHE_TOTAL_UNKNOWN)
    {
      g_autofree char *length = g_strdup_printf ("%" G_GUINT64_FORMAT, total);

      tern_headers_set (next->headers, "Content-Length", length);
      tern_cache_facts_read (&next->facts, next->headers);
    }
  *offset = part.first - stored->part.first;
  return next;
}
