/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decisions of a private cache about requests (RFC 9111 §4). It must never answer with what the
 * caller or the server has ruled out, and whatever it cannot judge goes to the network. */
#include "policy/tern-cache-decision.h"

#include <string.h>

#include "base/tern-date.h"
#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

/* How a stored response stands to its lifetime and to the caller's wishes. */
typedef enum
{
  GOOD,      /* may be sent */
  LATE,      /* may be sent while it is validated */
  OUTDATED,  /* not, by the server's word */
  UNWANTED,  /* not, by the caller's */
} Standing;

static gboolean
is_get (const TernCacheRequest *request)
{
  return strcmp (request->method, "GET") == 0;
}

/* Why nothing stored is used for a request; NONE where something can be. */
static TernCacheForward
bypass_reason (const TernCacheRequest *request, const TernCacheControl *wanted)
{
  if (!is_get (request) && strcmp (request->method, "HEAD") != 0)
    return TERN_FORWARD_METHOD;
  return wanted->no_store ? TERN_FORWARD_REQUEST : TERN_FORWARD_NONE;
}

/* no-cache, or its form of HTTP/1.0 where nothing newer was said (§5.4). */
static gboolean
asks_for_validation (const TernCacheRequest *request, const TernCacheControl *wanted)
{
  if (wanted->present)
    return wanted->no_cache || wanted->no_cache_fields;
  return tern_field_has_token (request->headers, "Pragma", "no-cache");
}

/* Whether the caller's max-age rules it out. To who reloads by max-age=0, a fresh response says by
 * immutable that there is no point (RFC 8246 §2); no-cache insists. */
static gboolean
is_too_old (const TernCacheControl *wanted, const TernCacheControl *stored, gint64 age, gint64 late)
{
  if (wanted->max_age < 0 || (stored->immutable && late < 0))
    return FALSE;
  return age >= wanted->max_age; /* so that 0 always asks */
}

static Standing
judge_age (const TernCacheControl *wanted, const TernCacheControl *stored, gint64 age,
           gint64 lifetime)
{
  const gint64 late = age - lifetime; /* less than 0 where it is fresh */

  if (stored->no_cache)
    return OUTDATED;
  if (is_too_old (wanted, stored, age, late)
      || (wanted->min_fresh > 0 && -late < wanted->min_fresh))
    return UNWANTED;
  if (late < 0)
    return GOOD;
  /* Past its time only a word of one side makes it good, and only where the server has not ruled
   * that out (§4.2.4). */
  if (stored->must_revalidate)
    return OUTDATED;
  if (wanted->max_stale >= 0 && late <= wanted->max_stale)
    return GOOD;
  return stored->stale_while_revalidate >= 0 && late <= stored->stale_while_revalidate ? LATE
                                                                                       : OUTDATED;
}

gboolean
tern_cache_wants_lookup (const TernCacheRequest *request)
{
  TernCacheControl wanted;

  tern_cache_control_read (&wanted, request->headers);
  return bypass_reason (request, &wanted) == TERN_FORWARD_NONE;
}

/* When the origin made it, as far as it said so. */
static gint64
made_at (const TernCacheRecord *record)
{
  return record->facts.date >= 0 ? record->facts.date : record->response_time;
}

static gboolean
is_newer (const TernCacheRecord *a, const TernCacheRecord *b)
{
  const gint64 made_a = made_at (a), made_b = made_at (b);

  return made_a > made_b || (made_a == made_b && a->response_time > b->response_time);
}

const TernCacheRecord *
tern_cache_choose (const TernCacheRequest *request, const TernCacheRecord *const *records,
                   gsize n_records)
{
  const TernCacheRecord *chosen = NULL;

  for (gsize i = 0; i < n_records; i++)
    if (tern_cache_record_is_for (records[i], request)
        && !tern_cache_vary_is_any (records[i]->headers)
        && tern_cache_vary_matches (records[i]->vary, request->headers, request->salt)
        && (!chosen || is_newer (records[i], chosen)))
      chosen = records[i];
  return chosen;
}

/* Nothing stored fits; but what is stored for other wishes may still be asked about (§4.1): the
 * origin may name one of them in its 304. */
static void
decide_without (TernCacheDecision *decision, const TernCacheRequest *request,
                const TernCacheRecord *const *records, gsize n_records)
{
  decision->verdict = TERN_CACHE_MISS;
  decision->forward = TERN_FORWARD_URI_MISS;
  for (gsize i = 0; i < n_records; i++)
    {
      TernCacheTag tag;

      if (!tern_cache_record_is_for (records[i], request))
        continue;
      decision->forward = TERN_FORWARD_VARY_MISS;
      if (is_get (request) && !records[i]->partial && tern_cache_record_tag (records[i], &tag)
          && !tern_cache_vary_is_any (records[i]->headers)
          && !tern_headers_has (request->headers, "Range")
          && !tern_cache_has_conditions (request->headers)
          && tern_cache_vary_compare (records[i]->vary, request->headers, request->salt)
               == TERN_VARY_OTHER)
        decision->verdict = TERN_CACHE_VALIDATE;
    }
}

/* What is stored may not be sent as it is: whether it can be asked about, or made whole. A HEAD is
 * forwarded as it is: its answer freshens what is stored (§4.3.5), and a 304 would not. */
static void
forward_chosen (TernCacheDecision *decision, const TernCacheRequest *request,
                const TernCacheAnswer *answer)
{
  const TernCacheRecord *record = decision->record;

  if (is_get (request) && tern_cache_answer_is_possible (answer)
      && record->facts.has_validator)
    decision->verdict = TERN_CACHE_VALIDATE;
  decision->can_complete = is_get (request) && record->partial && record->part.first == 0
                           && !tern_headers_has (request->headers, "Range")
                           && !tern_cache_has_conditions (request->headers)
                           && tern_cache_has_strong_validator (record->headers);
}

static void
decide_with (TernCacheDecision *decision, const TernCacheRequest *request,
             const TernCacheControl *wanted, gint64 now)
{
  const TernCacheRecord *record = decision->record;
  const TernCacheAnswer answer = tern_cache_answer (request, record);
  const gint64 age = tern_cache_age (record, now);
  const gint64 lifetime = tern_cache_lifetime (record);
  const TernCacheControl *stored = &record->facts.control;
  Standing standing;

  decision->ttl = lifetime - age;
  standing = asks_for_validation (request, wanted) ? UNWANTED
                                                   : judge_age (wanted, stored, age, lifetime);
  if ((standing == GOOD || standing == LATE) && tern_cache_answer_is_possible (&answer))
    {
      /* Who asked for no network gets what there is, and nothing goes out behind its back. */
      if (decision->ttl <= 0)
        decision->leave = standing == LATE ? "stale-while-revalidate" : "max-stale";
      decision->verdict = standing == LATE && !wanted->only_if_cached ? TERN_CACHE_HIT_STALE
                                                                      : TERN_CACHE_HIT;
      return;
    }
  if (standing == OUTDATED)
    decision->forward = TERN_FORWARD_STALE;
  else if (standing == UNWANTED || answer.kind == TERN_ANSWER_ORIGIN)
    decision->forward = TERN_FORWARD_REQUEST;
  else
    decision->forward = TERN_FORWARD_PARTIAL;
  forward_chosen (decision, request, &answer);
}

TernCacheDecision
tern_cache_decide (const TernCacheRequest *request, const TernCacheRecord *const *records,
                   gsize n_records, gint64 now)
{
  TernCacheDecision decision = { .verdict = TERN_CACHE_MISS };
  TernCacheControl wanted;

  tern_cache_control_read (&wanted, request->headers);
  decision.forward = bypass_reason (request, &wanted);
  if (decision.forward == TERN_FORWARD_NONE)
    {
      decision.record = tern_cache_choose (request, records, n_records);
      if (decision.record)
        decide_with (&decision, request, &wanted, now);
      else
        decide_without (&decision, request, records, n_records);
    }
  if (decision.forward != TERN_FORWARD_NONE && wanted.only_if_cached)
    {
      /* Not even to the network's door (§5.2.1.7). */
      decision.verdict = TERN_CACHE_FAIL_504;
      decision.forward = TERN_FORWARD_NONE;
      decision.can_complete = FALSE;
    }
  return decision;
}

gboolean
tern_cache_may_rescue (const TernCacheRequest *request, const TernCacheRecord *record, guint status,
                       gint64 now)
{
  const TernCacheAnswer answer = tern_cache_answer (request, record);
  const TernCacheControl *stored = &record->facts.control;
  TernCacheControl wanted;
  gint64 late;

  /* What counts as an error (RFC 5861 §4). */
  if (status != 0 && status != 500 && status != 502 && status != 503 && status != 504)
    return FALSE;
  tern_cache_control_read (&wanted, request->headers);
  if (bypass_reason (request, &wanted) != TERN_FORWARD_NONE
      || asks_for_validation (request, &wanted) || stored->no_cache || stored->must_revalidate
      || !tern_cache_answer_is_possible (&answer))
    return FALSE;
  late = tern_cache_age (record, now) - tern_cache_lifetime (record);
  return late <= MAX (wanted.stale_if_error, stored->stale_if_error)
         && MAX (wanted.stale_if_error, stored->stale_if_error) >= 0;
}
