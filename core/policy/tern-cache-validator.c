/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and compares validators. It must never take for a validator what is no valid field value:
 * validators are echoed into requests. */
#include "policy/tern-cache-validator.h"

#include <string.h>

#include "base/tern-date.h"
#include "base/tern-field.h"
#include "policy/tern-cache-fields.h"

/* Seconds. */
#define STRONG_AFTER 60

/* entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 §8.8.3); etagc is a field value's bytes
 * without quotes and blanks. */
gboolean
tern_cache_tag_read (TernCacheTag *tag, const char *text, gsize len)
{
  *tag = (TernCacheTag){ NULL, 0, FALSE };
  if (len >= 2 && text[0] == 'W' && text[1] == '/')
    {
      tag->weak = TRUE;
      text += 2;
      len -= 2;
    }
  if (len < 2 || text[0] != '"' || text[len - 1] != '"' || !tern_field_is_value (text, len))
    return FALSE;
  for (gsize i = 1; i < len - 1; i++)
    if (text[i] == '"' || text[i] == ' ' || text[i] == '\t')
      return FALSE;
  tag->text = text;
  tag->len = len;
  return TRUE;
}

gboolean
tern_cache_tag_of (TernCacheTag *tag, const TernHeaders *response_headers)
{
  const TernField *field = tern_cache_fields_single (response_headers, "ETag");

  *tag = (TernCacheTag){ NULL, 0, FALSE };
  return field
         && tern_cache_tag_read (tag, tern_headers_raw (response_headers, field), field->raw_len);
}

gboolean
tern_cache_tag_equal (const TernCacheTag *a, const TernCacheTag *b)
{
  return a->text && b->text && a->len == b->len && memcmp (a->text, b->text, a->len) == 0;
}

gboolean
tern_cache_tag_equal_strong (const TernCacheTag *a, const TernCacheTag *b)
{
  return !a->weak && !b->weak && tern_cache_tag_equal (a, b);
}

char *
tern_cache_tag_text (const TernCacheTag *tag)
{
  return g_strdup_printf ("%s%.*s", tag->weak ? "W/" : "", (int)tag->len, tag->text);
}

void
tern_cache_tag_list_init (TernCacheTagList *list, const char *text, gsize len)
{
  list->at = text;
  list->end = len > 0 ? text + len : text;
  list->malformed = FALSE;
}

/* Commas may stand in a tag, and a backslash in one escapes nothing: no list of other fields. */
gboolean
tern_cache_tag_list_next (TernCacheTagList *list, TernCacheTag *tag)
{
  const char *start, *quote, *stop;

  while (list->at < list->end && strchr (" \t,", *list->at) && *list->at)
    list->at++;
  if (list->at == list->end)
    return FALSE;
  start = list->at;
  quote = start + (*start == 'W' && list->end - start > 2 ? 2 : 0);
  stop = quote < list->end && *quote == '"' ? memchr (quote + 1, '"', list->end - quote - 1) : NULL;
  list->malformed = !stop || !tern_cache_tag_read (tag, start, stop + 1 - start);
  if (list->malformed)
    return FALSE;
  list->at = stop + 1;
  while (list->at < list->end && (*list->at == ' ' || *list->at == '\t'))
    list->at++;
  list->malformed = list->at < list->end && *list->at != ',';
  return !list->malformed;
}

const TernField *
tern_cache_last_modified (const TernHeaders *response_headers, gint64 *time)
{
  const TernField *field = tern_cache_fields_single (response_headers, "Last-Modified");
  const gint64 date
      = field ? tern_date_parse_len (tern_headers_raw (response_headers, field), field->raw_len)
              : -1;

  if (time)
    *time = date;
  return date >= 0 ? field : NULL;
}

gboolean
tern_cache_has_validator (const TernHeaders *response_headers)
{
  TernCacheTag tag;

  return tern_cache_tag_of (&tag, response_headers)
         || tern_cache_last_modified (response_headers, NULL);
}

gboolean
tern_cache_is_date_strong (const TernHeaders *response_headers)
{
  const TernField *field = tern_cache_fields_single (response_headers, "Date");
  gint64 modified, date;

  if (!field || !tern_cache_last_modified (response_headers, &modified))
    return FALSE;
  date = tern_date_parse_len (tern_headers_raw (response_headers, field), field->raw_len);
  return date - modified >= STRONG_AFTER;
}

gboolean
tern_cache_has_strong_validator (const TernHeaders *response_headers)
{
  TernCacheTag tag;

  if (tern_cache_tag_of (&tag, response_headers))
    return !tag.weak;
  return tern_cache_is_date_strong (response_headers);
}

gboolean
tern_cache_is_same_strongly (const TernHeaders *a, const TernHeaders *b)
{
  TernCacheTag tag_a, tag_b;
  gint64 modified_a, modified_b;
  const gboolean has_a = tern_cache_tag_of (&tag_a, a), has_b = tern_cache_tag_of (&tag_b, b);

  if (has_a || has_b)
    return tern_cache_tag_equal_strong (&tag_a, &tag_b);
  return tern_cache_is_date_strong (a) && tern_cache_is_date_strong (b)
         && tern_cache_last_modified (a, &modified_a) && tern_cache_last_modified (b, &modified_b)
         && modified_a == modified_b;
}
