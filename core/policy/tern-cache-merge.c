/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Brings stored responses up to date. It must never let a message without a body change how long a
 * stored body is or how it is coded, or speak of a version that it does not know. */
#include "policy/tern-cache-merge.h"

#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

/* Content-Type may change: the bytes are the same, and kept as they came (§3.2). */
TernHeaders *
tern_cache_merge_fields (const TernHeaders *stored, const TernHeaders *response_headers)
{
  /* What describes the stored bytes can only have come with them (§3.2). */
  static const char *const of_the_body[]
      = { "Content-Length", "Content-Encoding", "Content-Range",
          "Content-MD5",    "Content-Digest",   "Transfer-Encoding" };
  /* What describes the message, not the representation, is that of the newer one or nobody's. */
  static const char *const of_the_message[] = { "Age", "Date" };
  g_autoptr (TernHeaders) fresh = tern_cache_fields_end_to_end (response_headers);
  TernHeaders *merged = tern_headers_copy (stored);

  for (gsize i = 0; i < G_N_ELEMENTS (of_the_body); i++)
    tern_headers_remove (fresh, of_the_body[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (of_the_message); i++)
    tern_headers_remove (merged, of_the_message[i]);
  for (guint i = 0; i < fresh->n; i++)
    tern_headers_remove (merged, tern_headers_name (fresh, &fresh->fields[i]));
  for (guint i = 0; i < fresh->n; i++)
    tern_headers_append_unchecked (
        merged, tern_headers_name (fresh, &fresh->fields[i]), fresh->fields[i].name_len,
        tern_headers_raw (fresh, &fresh->fields[i]), fresh->fields[i].raw_len);
  return merged;
}

/* Whether a 304 speaks of the stored response. Tags are compared weakly, as If-None-Match is: the
 * servers are many that weaken the tag of a body that they code, and do not weaken it in the 304.
 * Where one side has no tag, the dates decide; where there is nothing to compare, the 304 is about
 * the one thing that was asked, unless the caller asked about others. */
static gboolean
speaks_of (const TernHeaders *stored, const TernHeaders *fresh, gboolean own_conditions)
{
  TernCacheTag old_tag, new_tag;
  gint64 old_time, new_time;
  const gboolean tagged = tern_cache_tag_of (&old_tag, stored);
  const gboolean old_dated = tern_cache_last_modified (stored, &old_time) != NULL;

  if (tern_cache_tag_of (&new_tag, fresh) && tagged)
    return tern_cache_tag_equal (&old_tag, &new_tag);
  if (old_dated && tern_cache_last_modified (fresh, &new_time) && (!tagged || own_conditions))
    return old_time == new_time;
  return !own_conditions;
}

TernCacheRecord *
tern_cache_merge_not_modified (const TernCacheRecord *record,
                               const TernCacheRequest *request,
                               const TernHeaders *response_headers,
                               gint64 request_time,
                               gint64 response_time)
{
  g_autoptr (TernHeaders) merged = NULL;

  if (!speaks_of (record->headers, response_headers, tern_cache_expects_304 (request->headers)))
    return NULL;
  merged = tern_cache_merge_fields (record->headers, response_headers);
  return tern_cache_record_renew (record, request, merged, request_time, response_time);
}

static gboolean
has_tag (const TernCacheRecord *record, const TernCacheTag *tag)
{
  TernCacheTag own;

  return tern_cache_tag_of (&own, record->headers) && tern_cache_tag_equal (&own, tag);
}

const TernCacheRecord *
tern_cache_select_validated (const TernCacheRequest *request,
                             const TernCacheRecord *const *records,
                             gsize n_records,
                             const TernCacheRecord *chosen,
                             const TernHeaders *response_headers)
{
  const gboolean own = tern_cache_expects_304 (request->headers);
  const TernCacheRecord *found = NULL;
  TernCacheTag tag;
  guint n_tagged = 0;

  if (!tern_cache_tag_of (&tag, response_headers))
    {
      /* Without a tag it can be about one only, if only one was asked about. */
      for (gsize i = 0; i < n_records; i++)
        n_tagged += records[i] != chosen && tern_cache_tag_of (&tag, records[i]->headers);
      return chosen && n_tagged == 0 && speaks_of (chosen->headers, response_headers, own) ? chosen
                                                                                           : NULL;
    }
  if (chosen && speaks_of (chosen->headers, response_headers, own))
    return chosen;
  for (gsize i = 0; i < n_records; i++)
    if (!records[i]->partial && tern_cache_record_is_for (records[i], request)
        && has_tag (records[i], &tag)
        && tern_cache_vary_compare (records[i]->vary, request->headers, request->salt)
               != TERN_VARY_FOREIGN
        && (!found || records[i]->response_time > found->response_time))
      found = records[i];
  return found;
}

/* Whether nothing in the answer to a HEAD contradicts that the stored version is the present one.
 */
static gboolean
is_same_version (const TernCacheRecord *record, const TernHeaders *fresh)
{
  const TernField *length = tern_cache_fields_single (fresh, "Content-Length");
  const guint64 total = tern_cache_record_total (record);
  TernCacheTag old_tag, new_tag;
  gint64 old_time, new_time;
  guint64 said;

  if (tern_cache_tag_of (&new_tag, fresh)
      && !(tern_cache_tag_of (&old_tag, record->headers)
           && tern_cache_tag_equal (&old_tag, &new_tag)))
    return FALSE;
  if (tern_cache_last_modified (fresh, &new_time)
      && !(tern_cache_last_modified (record->headers, &old_time) && old_time == new_time))
    return FALSE;
  if (!length || total == TERN_CACHE_TOTAL_UNKNOWN)
    return TRUE;
  return tern_field_parse_uint (tern_headers_raw (fresh, length), length->raw_len, &said)
         && said == total;
}

TernCacheRecord *
tern_cache_freshen (const TernCacheRecord *record,
                    const TernCacheRequest *request,
                    guint status,
                    const TernHeaders *response_headers,
                    gint64 request_time,
                    gint64 response_time,
                    gboolean *outdated)
{
  g_autoptr (TernHeaders) merged = NULL;
  TernCacheControl given;

  *outdated = FALSE;
  /* §4.3.5 speaks of 200 alone; and it tells only of what would have been chosen for it. */
  if (strcmp (request->method, "HEAD") != 0 || status != 200
      || !tern_cache_record_is_for (record, request)
      || !tern_cache_vary_matches (record->vary, request->headers, request->salt))
    return NULL;
  tern_cache_control_read (&given, response_headers);
  *outdated = record->status != 200 || given.no_store || tern_cache_vary_is_any (response_headers)
              || !is_same_version (record, response_headers);
  if (*outdated)
    return NULL;
  merged = tern_cache_merge_fields (record->headers, response_headers);
  return tern_cache_record_renew (record, request, merged, request_time, response_time);
}
