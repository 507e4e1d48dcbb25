/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arithmetic of RFC 9111 §4.2. It must err towards stale: a clock that jumped, a date that is
 * none and a number out of range never make a response younger. */
#include "policy/tern-cache-freshness.h"

#include "policy/tern-cache-control.h"
#include "policy/tern-cache-validator.h"

/* A response without Date counts as made when it came (RFC 9110 §6.6.1). */
static gint64
date_value (const TernCacheRecord *record)
{
  return record->facts.date >= 0 ? record->facts.date : record->response_time;
}

/* The distance of two times that may be any numbers; 0 where @later is not later. */
static gint64
seconds_between (gint64 earlier, gint64 later)
{
  if (later <= earlier)
    return 0;
  if (earlier < 0 && later > G_MAXINT64 + earlier)
    return TERN_CACHE_SECONDS_MAX;
  return MIN (later - earlier, TERN_CACHE_SECONDS_MAX);
}

gint64
tern_cache_age (const TernCacheRecord *record, gint64 now)
{
  const gint64 apparent = seconds_between (date_value (record), record->response_time);
  const gint64 delay = seconds_between (record->request_time, record->response_time);
  const gint64 initial = MAX (apparent, record->facts.age + delay);
  /* A response from the future was stored when the clock was wrong: nobody knows its age, but it is
   * certainly not 0 until that time has come. */
  const gint64 stored = record->response_time;
  const gint64 resident = seconds_between (MIN (now, stored), MAX (now, stored));

  return MIN (initial + resident, TERN_CACHE_SECONDS_MAX);
}

gboolean
tern_cache_has_explicit_lifetime (const TernHeaders *response_headers)
{
  TernCacheControl control;

  tern_cache_control_read (&control, response_headers);
  return control.max_age >= 0 || tern_headers_has (response_headers, "Expires");
}

gboolean
tern_cache_is_heuristic (guint status)
{
  switch (status)
    {
    case 200:
    case 203:
    case 204:
    case 206:
    case 300:
    case 301:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
    case 451: /* RFC 7725 §3 */
    case 501:
      return TRUE;
    default:
      return FALSE;
    }
}

/* A tenth of how long it had not changed when it was sent (§4.2.2). A redirect that calls itself
 * permanent needs no such sign; it is believed for a day. */
static gint64
guess (const TernCacheRecord *record, const TernCacheControl *control)
{
  gint64 modified;

  if (!tern_cache_is_heuristic (record->status) && !control->is_public)
    return 0;
  if (record->status == 301 || record->status == 308)
    return TERN_CACHE_GUESS_MAX;
  if (!tern_cache_last_modified (record->headers, &modified))
    return 0;
  return MIN (seconds_between (modified, date_value (record)) / 10, TERN_CACHE_GUESS_MAX);
}

gint64
tern_cache_lifetime (const TernCacheRecord *record)
{
  const TernCacheFacts *facts = &record->facts;

  /* s-maxage is for shared caches; this one is private (§5.2.2.10). */
  if (facts->control.max_age >= 0)
    return facts->control.max_age;
  /* "0" and other text that is no date is in the past (§5.3). */
  if (facts->has_expires)
    return facts->expires < 0 ? 0 : seconds_between (date_value (record), facts->expires);
  return guess (record, &facts->control);
}

/* For how long after its time a response may still be of use: by RFC 5861, or because a request
 * takes what is stale (§5.2.1.2). What was stale from the beginning is kept for the former alone:
 * it would fill the store. */
static gint64
use_when_stale (const TernCacheRecord *record, gboolean came_fresh)
{
  const TernCacheControl *control = &record->facts.control;
  gint64 use;

  if (control->must_revalidate || control->no_cache)
    return 0;
  use = MAX (control->stale_if_error, control->stale_while_revalidate);
  return MAX (use, came_fresh ? TERN_CACHE_KEPT_STALE : 0);
}

gint64
tern_cache_keep_until (const TernCacheRecord *record)
{
  gint64 lifetime, age;

  /* With a validator also a stale one saves a transfer. */
  if (record->facts.has_validator
      || record->response_time > G_MAXINT64 - TERN_CACHE_SECONDS_MAX)
    return 0;
  lifetime = tern_cache_lifetime (record);
  age = tern_cache_age (record, record->response_time);
  return record->response_time
         + seconds_between (age, lifetime + use_when_stale (record, age < lifetime));
}
