/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decisions of a private cache (RFC 9111 §3, §4). It must never answer with what the caller
 * or the server has ruled out, and whatever it cannot judge goes to the network. */
#include "policy/tern-cache-decision.h"

#include <string.h>

#include "base/tern-field.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-validation.h"
#include "policy/tern-cache-vary.h"

/* Why a request is not for the cache, as RFC 9211 §2.2 names it; NULL where it is. */
static const char *
bypass_reason (const TernCacheRequest *request, const TernCacheControl *wanted)
{
  /* The caller compares by itself, or wants a part: it must see the server's own answer. */
  static const char *const own_conditions[]
    = { "Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since",
        "If-Range" };

  if (strcmp (request->method, "GET") != 0)
    return "method";
  if (wanted->no_store)
    return "request";
  for (gsize i = 0; i < G_N_ELEMENTS (own_conditions); i++)
    if (tern_headers_has (request->headers, own_conditions[i]))
      return "bypass";
  return NULL;
}

/* no-cache, or its form of HTTP/1.0 where nothing newer was said (§5.4). */
static gboolean
asks_for_validation (const TernCacheRequest *request, const TernCacheControl *wanted)
{
  if (wanted->present)
    return wanted->no_cache;
  return tern_field_has_token (request->headers, "Pragma", "no-cache");
}

/* Why the stored response may not be used as it is; NULL where it may. */
static const char *
staleness (const TernCacheControl *wanted, const TernCacheControl *stored, gint64 age,
           gint64 lifetime)
{
  const gint64 late = age - lifetime; /* less than 0 where it is fresh */

  if (stored->no_cache)
    return "stale";
  if (wanted->max_age >= 0 && age >= wanted->max_age) /* so that 0 always asks */
    return "request";
  if (wanted->min_fresh > 0 && -late < wanted->min_fresh)
    return "request";
  if (late < 0)
    return NULL;
  /* Only the caller's word makes a stale response good, and only where the server lets it
   * (§4.2.4). */
  if (stored->must_revalidate || wanted->max_stale < 0 || late > wanted->max_stale)
    return "stale";
  return NULL;
}

gboolean
tern_cache_wants_lookup (const TernCacheRequest *request)
{
  TernCacheControl wanted;

  tern_cache_control_read (&wanted, request->headers);
  return bypass_reason (request, &wanted) == NULL;
}

static TernCacheDecision
forward (const TernCacheControl *wanted, TernCacheVerdict verdict, const char *reason)
{
  if (wanted->only_if_cached) /* §5.2.1.7: not even to the network's door */
    return (TernCacheDecision){ TERN_CACHE_GATEWAY_TIMEOUT, NULL, 0, 0 };
  return (TernCacheDecision){ verdict, reason, 0, 0 };
}

TernCacheDecision
tern_cache_decide (const TernCacheRequest *request, const TernCacheRecord *record, gint64 now)
{
  TernCacheControl wanted, stored;
  TernCacheDecision decision;
  TernCacheVerdict verdict;
  const char *reason;
  gint64 age, lifetime;

  tern_cache_control_read (&wanted, request->headers);
  reason = bypass_reason (request, &wanted);
  if (reason)
    return forward (&wanted, TERN_CACHE_BYPASS, reason);
  if (!record || !tern_cache_record_is_for (record, request))
    return forward (&wanted, TERN_CACHE_MISS, "uri-miss");
  if (tern_cache_vary_is_any (record->headers)
      || !tern_cache_vary_matches (record->vary, request->headers))
    return forward (&wanted, TERN_CACHE_MISS, "vary-miss");

  tern_cache_control_read (&stored, record->headers);
  age = tern_cache_age (record, now);
  lifetime = tern_cache_lifetime (record);
  verdict = tern_cache_has_validator (record->headers) ? TERN_CACHE_VALIDATE : TERN_CACHE_MISS;
  reason = asks_for_validation (request, &wanted) ? "request"
                                                  : staleness (&wanted, &stored, age, lifetime);
  if (reason)
    decision = forward (&wanted, verdict, reason);
  else
    decision = (TernCacheDecision){ TERN_CACHE_FRESH, NULL, 0, 0 };
  decision.age = age;
  decision.ttl = lifetime - age;
  return decision;
}

/* What a status needs so that its response is worth keeping and safe to. */
typedef enum
{
  NEVER,
  IF_EXPLICIT, /* needs max-age or Expires */
  IF_REUSABLE, /* a validator is enough: cacheable by default (RFC 9110 §15.1) */
} Need;

static Need
need_of (guint status)
{
  switch (status)
    {
    case 200:
    case 203:
    case 204:
    case 300:
    case 301:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
      return IF_REUSABLE;
    case 302:
    case 307:
      return IF_EXPLICIT;
    default: /* 206 is no whole answer; of the others no rule is known here (§3) */
      return NEVER;
    }
}

/* Whether the answer says nothing about what is stored: a part, a demand, a fault of the server. */
static gboolean
leaves_store_alone (guint status)
{
  return status < 200 || status == 206 || status == 304 || status == 401 || status == 407
         || status == 416 || status == 429 || status >= 500;
}

TernCacheStoring
tern_cache_may_store (const TernCacheRequest *request, guint status,
                      const TernHeaders *response_headers)
{
  TernCacheControl wanted, given;
  Need need;

  if (strcmp (request->method, "GET") != 0)
    return TERN_STORING_LEAVE; /* what unsafe methods make invalid is another question */
  tern_cache_control_read (&wanted, request->headers);
  tern_cache_control_read (&given, response_headers);
  if (wanted.no_store || given.no_store)
    return TERN_STORING_FORGET;
  if (bypass_reason (request, &wanted) || leaves_store_alone (status))
    return TERN_STORING_LEAVE;
  need = need_of (status);
  if (need == NEVER || tern_cache_vary_is_any (response_headers))
    return TERN_STORING_FORGET;
  if (tern_cache_has_explicit_lifetime (response_headers)
      || (need == IF_REUSABLE && tern_cache_has_validator (response_headers)))
    return TERN_STORING_REPLACE;
  return TERN_STORING_FORGET;
}

char *
tern_cache_status_text (const TernCacheDecision *decision, guint forward_status, gboolean stored)
{
  g_autoptr (GString) text = g_string_new ("tern");

  if (decision->verdict == TERN_CACHE_FRESH)
    g_string_append_printf (text, "; hit; ttl=%" G_GINT64_FORMAT, decision->ttl);
  else if (decision->verdict == TERN_CACHE_GATEWAY_TIMEOUT)
    g_string_append (text, "; detail=only-if-cached");
  else
    g_string_append_printf (text, "; fwd=%s", decision->forward);
  if (forward_status > 0)
    g_string_append_printf (text, "; fwd-status=%u", forward_status);
  if (stored)
    g_string_append (text, "; stored");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

TernHeaders *
tern_cache_answer_fields (const TernCacheRecord *record, gint64 now)
{
  TernHeaders *fields = tern_headers_copy (record->headers);
  g_autofree char *age = g_strdup_printf ("%" G_GINT64_FORMAT, tern_cache_age (record, now));

  tern_headers_set (fields, "Age", age);
  return fields;
}
