/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses the tag for If-Match. It must never speak for a caller that has spoken, and never send a
 * weak tag: no resource matches that (RFC 9110 §13.1.1). */
#include "policy/tern-cache-update.h"

#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

/* What was stored by another person's credentials is not what this one saw. */
static gboolean
was_seen (const TernCacheRequest *request, const TernCacheRecord *record)
{
  return tern_cache_record_is_for (record, request) && record->status >= 200
         && record->status <= 299
         && tern_cache_vary_compare (record->vary, request->headers, request->salt)
                != TERN_VARY_FOREIGN;
}

char *
tern_cache_if_match (const TernCacheRequest *request,
                     const char *const *optimistic_methods,
                     gboolean ignore_etag,
                     const TernCacheRecord *const *records,
                     gsize n_records)
{
  const TernCacheRecord *seen = NULL;
  TernCacheTag tag;

  if (ignore_etag || !optimistic_methods || !g_strv_contains (optimistic_methods, request->method)
      || tern_cache_has_conditions (request->headers))
    return NULL;
  /* The newest, whatever it was chosen by: a PUT has no Accept to choose with. An older variant
   * would guard with a version that the program has seen replaced. */
  for (gsize i = 0; i < n_records; i++)
    if (was_seen (request, records[i])
        && (!seen || records[i]->response_time > seen->response_time))
      seen = records[i];
  if (!seen || !tern_cache_record_tag (seen, &tag) || tag.weak)
    return NULL;
  return tern_cache_tag_text (&tag);
}
