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

static gboolean
is_one_of (const char *const *names, gsize n, const char *name, gsize len)
{
  for (gsize i = 0; i < n; i++)
    if ((names[i][0] | 0x20) == (name[0] | 0x20) && strlen (names[i]) == len
        && g_ascii_strncasecmp (names[i], name, len) == 0)
      return TRUE;
  return FALSE;
}

/* What describes the stored bytes can only have come with them (§3.2). */
static gboolean
is_of_the_body (const char *name, gsize len)
{
  static const char *const names[]
      = { "Content-Length", "Content-Encoding", "Content-Range",
          "Content-MD5",    "Content-Digest",   "Transfer-Encoding" };

  return is_one_of (names, G_N_ELEMENTS (names), name, len);
}

static const char *const message_fields[] = { "Age", "Date" };

static gboolean
is_of_the_message (const char *name, gsize len)
{
  return is_one_of (message_fields, G_N_ELEMENTS (message_fields), name, len);
}

/* What describes the message, not the representation, is that of the newer one or nobody's. */
static void
drop_message_fields (TernHeaders *merged)
{
  for (gsize i = 0; i < G_N_ELEMENTS (message_fields); i++)
    tern_headers_remove (merged, message_fields[i]);
}

/* Whether the stored fields have the same values of the name of that field, the first of its name,
 * as the fresh ones, in the same order. */
static gboolean
has_same_values (const TernHeaders *stored, const TernHeaders *fresh, guint first)
{
  const TernField *in_fresh = &fresh->fields[first];
  const char *name = tern_headers_name (fresh, in_fresh);
  const gsize len = in_fresh->name_len;
  guint from_stored = 0, from_fresh = first + 1;
  const TernField *in_stored;

  do
    {
      in_stored = tern_headers_find_next (stored, name, len, &from_stored);
      if (!in_stored || in_stored->raw_len != in_fresh->raw_len
          || memcmp (tern_headers_raw (stored, in_stored), tern_headers_raw (fresh, in_fresh),
                     in_stored->raw_len)
                 != 0)
        return FALSE;
      in_fresh = tern_headers_find_next (fresh, name, len, &from_fresh);
    }
  while (in_fresh);
  return !tern_headers_find_next (stored, name, len, &from_stored);
}

/* All values of a name by those of another message. */
static void
replace_values (TernHeaders *merged, const TernHeaders *fresh, const char *name, gsize len)
{
  const TernField *field;
  guint from = 0;

  tern_headers_remove (merged, name);
  while ((field = tern_headers_find_next (fresh, name, len, &from)))
    tern_headers_append_unchecked (merged, tern_headers_name (fresh, field), len,
                                   tern_headers_raw (fresh, field), field->raw_len);
}

/* Content-Type may change: the bytes are the same, and kept as they came (§3.2). A field that says
 * what is stored already, as most of a 304 do, stays where it is. */
TernHeaders *
tern_cache_merge_fields (const TernHeaders *stored,
                         const TernHeaders *response_headers,
                         gboolean *only_dated)
{
  const TernHeaders *fresh = response_headers;
  TernHeaders *merged = tern_headers_copy_sized (stored, fresh->n, fresh->len);
  g_auto (TernCacheHops) hops = { NULL };

  *only_dated = TRUE;
  tern_cache_hops_init (&hops, fresh);
  drop_message_fields (merged);
  for (guint i = 0; i < fresh->n; i++)
    {
      const TernField *field = &fresh->fields[i];
      const char *name = tern_headers_name (fresh, field);

      /* A name that was there before was seen to with all its values. */
      if (!tern_cache_hops_has (&hops, name, field->name_len)
          && !is_of_the_body (name, field->name_len)
          && tern_headers_find (fresh, name, field->name_len) == field
          && !has_same_values (merged, fresh, i))
        {
          replace_values (merged, fresh, name, field->name_len);
          *only_dated = *only_dated && is_of_the_message (name, field->name_len);
        }
    }
  return merged;
}

/* Whether a 304 speaks of the stored response. Tags are compared weakly, as If-None-Match is: the
 * servers are many that weaken the tag of a body that they code, and do not weaken it in the 304.
 * Where one side has no tag, the dates decide; where there is nothing to compare, the 304 is about
 * the one thing that was asked, unless the caller asked about others. */
static gboolean
speaks_of (const TernCacheRecord *record,
           const TernHeaders *fresh,
           const TernCacheTag *new_tag, /* of those fields */
           gboolean own_conditions)
{
  TernCacheTag old_tag;
  gint64 old_time, new_time;
  const gboolean tagged = tern_cache_record_tag (record, &old_tag);

  if (new_tag->text && tagged)
    return tern_cache_tag_equal (&old_tag, new_tag);
  if ((!tagged || own_conditions) && tern_cache_last_modified (record->headers, &old_time)
      && tern_cache_last_modified (fresh, &new_time))
    return old_time == new_time;
  return !own_conditions;
}

static TernCacheRecord *
renew (const TernCacheRecord *record,
       const TernCacheRequest *request,
       const TernHeaders *response_headers,
       gint64 request_time,
       gint64 response_time)
{
  gboolean only_dated;
  TernHeaders *merged
      = tern_cache_merge_fields (record->headers, response_headers, &only_dated);

  if (only_dated)
    return tern_cache_record_redate (record, request, merged, request_time, response_time);
  return tern_cache_record_renew (record, request, merged, request_time, response_time);
}

TernCacheRecord *
tern_cache_merge_not_modified (const TernCacheRecord *record,
                               const TernCacheRequest *request,
                               const TernHeaders *response_headers,
                               gint64 request_time,
                               gint64 response_time)
{
  TernCacheTag tag;

  tern_cache_tag_of (&tag, response_headers);
  if (!speaks_of (record, response_headers, &tag, tern_cache_expects_304 (request->headers)))
    return NULL;
  return renew (record, request, response_headers, request_time, response_time);
}

static gboolean
has_tag (const TernCacheRecord *record, const TernCacheTag *tag)
{
  TernCacheTag own;

  return tern_cache_record_tag (record, &own) && tern_cache_tag_equal (&own, tag);
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
  TernCacheTag tag, other;
  guint n_tagged = 0;

  if (!tern_cache_tag_of (&tag, response_headers))
    {
      /* Without a tag it can be about one only, if only one was asked about. */
      for (gsize i = 0; i < n_records; i++)
        n_tagged += records[i] != chosen && tern_cache_record_tag (records[i], &other);
      return chosen && n_tagged == 0 && speaks_of (chosen, response_headers, &tag, own) ? chosen
                                                                                        : NULL;
    }
  if (chosen && speaks_of (chosen, response_headers, &tag, own))
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
      && !(tern_cache_record_tag (record, &old_tag)
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
  return renew (record, request, response_headers, request_time, response_time);
}
