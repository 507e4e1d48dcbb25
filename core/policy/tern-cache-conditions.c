/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges preconditions in the order of RFC 9110 §13.2.2. It must never answer for the origin what
 * is about the present state of a resource, as If-Match is. */
#include "policy/tern-cache-conditions.h"

#include <string.h>

#include "base/tern-date.h"
#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-validator.h"

gboolean
tern_cache_has_conditions (const TernHeaders *request_headers)
{
  static const char *const names[]
      = { "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range" };

  for (guint i = 0; i < request_headers->n; i++)
    {
      const char *name = tern_headers_name (request_headers, &request_headers->fields[i]);

      /* Hardly any field begins like all of them. */
      if ((name[0] | 0x20) != 'i' || name[1] == '\0' || name[2] != '-')
        continue;
      for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
        if (g_ascii_strcasecmp (name, names[k]) == 0)
          return TRUE;
    }
  return FALSE;
}

gboolean
tern_cache_expects_304 (const TernHeaders *request_headers)
{
  return tern_headers_has (request_headers, "If-None-Match")
         || tern_headers_has (request_headers, "If-Modified-Since");
}

/* One If-None-Match field; the comparison is the weak one (§13.1.2). */
static TernCacheConditions
judge_tags (const char *text, gsize len, const TernCacheTag *stored)
{
  TernCacheConditions judgement = TERN_CONDITIONS_SEND;
  TernCacheTagList list;
  TernCacheTag tag;

  tern_field_trim (&text, &len);
  if (len == 1 && *text == '*') /* anything at all, and there is something */
    return TERN_CONDITIONS_NOT_MODIFIED;
  tern_cache_tag_list_init (&list, text, len);
  while (tern_cache_tag_list_next (&list, &tag))
    if (tern_cache_tag_equal (&tag, stored))
      judgement = TERN_CONDITIONS_NOT_MODIFIED;
  return list.malformed ? TERN_CONDITIONS_ORIGIN : judgement;
}

static TernCacheConditions
judge_none_match (const TernHeaders *headers, const TernCacheRecord *record)
{
  TernCacheConditions judgement = TERN_CONDITIONS_SEND;
  const TernField *field;
  TernCacheTag stored;
  guint from = 0;

  tern_cache_record_tag (record, &stored);
  while ((field = tern_headers_find_next (headers, "If-None-Match", 13, &from)))
    {
      const TernCacheConditions one
          = judge_tags (tern_headers_raw (headers, field), field->raw_len, &stored);

      if (one == TERN_CONDITIONS_ORIGIN)
        return one;
      if (one == TERN_CONDITIONS_NOT_MODIFIED)
        judgement = one;
    }
  return judgement;
}

static gint64
date_of (const TernHeaders *headers, const char *name)
{
  const TernField *field = tern_cache_fields_single (headers, name);

  return field ? tern_date_parse_len (tern_headers_raw (headers, field), field->raw_len) : -1;
}

/* What is no date is ignored (§13.1.3). A response that does not say when it was changed is taken
 * to be as new as it can be (RFC 9111 §4.3.2). */
static TernCacheConditions
judge_modified_since (const TernHeaders *headers, const TernCacheRecord *record)
{
  const gint64 since = date_of (headers, "If-Modified-Since");
  gint64 changed;

  if (since < 0)
    return TERN_CONDITIONS_SEND;
  if (!tern_cache_last_modified (record->headers, &changed))
    changed = date_of (record->headers, "Date");
  if (changed < 0)
    changed = record->response_time;
  return changed <= since ? TERN_CONDITIONS_NOT_MODIFIED : TERN_CONDITIONS_SEND;
}

TernCacheConditions
tern_cache_judge_conditions (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const TernHeaders *headers = request->headers;

  if (!tern_cache_has_conditions (headers))
    return TERN_CONDITIONS_SEND;
  if (tern_headers_has (headers, "If-Match") || tern_headers_has (headers, "If-Unmodified-Since"))
    return TERN_CONDITIONS_ORIGIN;
  /* Preconditions say nothing about redirects and errors (RFC 9110 §13.2.1). */
  if (record->status < 200 || record->status > 299)
    return TERN_CONDITIONS_SEND;
  if (tern_headers_has (headers, "If-None-Match"))
    return judge_none_match (headers, record);
  if (tern_headers_has (headers, "If-Modified-Since"))
    return judge_modified_since (headers, record);
  return TERN_CONDITIONS_SEND;
}

gboolean
tern_cache_range_counts (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const TernField *field;
  TernCacheTag given, stored;
  gint64 changed, date;

  if (!tern_headers_has (request->headers, "If-Range"))
    return TRUE;
  field = tern_cache_fields_single (request->headers, "If-Range");
  if (!field)
    return FALSE;
  if (tern_cache_tag_read (&given, tern_headers_raw (request->headers, field), field->raw_len))
    return tern_cache_record_tag (record, &stored)
           && tern_cache_tag_equal_strong (&given, &stored);
  /* A date has to be the very same, and a strong one (§13.1.5). */
  date = date_of (request->headers, "If-Range");
  return date >= 0 && tern_cache_last_modified (record->headers, &changed) && changed == date
         && tern_cache_is_date_strong (record->headers);
}
