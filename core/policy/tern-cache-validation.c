/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes requests conditional. It must never send a validator that is no valid field value, one that
 * belongs to somebody else's response, or take the caller's own condition away. */
#include "policy/tern-cache-validation.h"

#include <string.h>

#include "base/tern-headers-private.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

/* A server may refuse a long head; what is not asked about is fetched. */
#define MAX_TAGS 16
#define MAX_TAGS_SIZE 4096

typedef struct
{
  char text[MAX_TAGS_SIZE + sizeof ", W/"];
  gsize len;
  TernCacheTag tags[MAX_TAGS]; /* borrowed */
  guint n;
} Question;

static void
put (Question *question, const char *text, gsize len)
{
  memcpy (question->text + question->len, text, len);
  question->len += len;
}

static void
ask_about (Question *question, const TernCacheTag *tag)
{
  if (question->n == MAX_TAGS || question->len + tag->len > MAX_TAGS_SIZE)
    return;
  for (guint i = 0; i < question->n; i++)
    if (tern_cache_tag_equal (&question->tags[i], tag))
      return;
  question->tags[question->n++] = *tag;
  if (question->len > 0)
    put (question, ", ", 2);
  if (tag->weak)
    put (question, "W/", 2);
  put (question, tag->text, tag->len);
}

/* Nobody may learn, by a 304, what is stored of another's. */
static gboolean
is_askable (const TernCacheRequest *request, const GPtrArray *vary)
{
  return tern_cache_vary_compare (vary, request->headers, request->salt) != TERN_VARY_FOREIGN;
}

static void
ask_about_others (Question *question,
                  const TernCacheRequest *request,
                  const TernCacheRecord *const *records,
                  gsize n_records)
{
  TernCacheTag tag;

  for (gsize i = 0; i < n_records; i++)
    {
      const TernCacheRecord *record = records[i];

      if (!tern_cache_record_is_for (record, request))
        continue;
      if (!record->partial && !tern_cache_vary_is_any (record->headers)
          && is_askable (request, record->vary) && tern_cache_record_tag (record, &tag))
        ask_about (question, &tag);
      for (guint k = 0; k < record->siblings->len; k++)
        {
          const TernCacheSibling *sibling = record->siblings->pdata[k];

          if (sibling->tag && is_askable (request, sibling->vary)
              && tern_cache_tag_read (&tag, sibling->tag, strlen (sibling->tag)))
            ask_about (question, &tag);
        }
    }
}

/* The caller's own tags, so that a 304 about one of them can reach it. FALSE where nothing can be
 * added to them: a star, which is no list, or what is malformed. */
static gboolean
ask_for_caller (Question *question, const TernHeaders *headers)
{
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (headers, "If-None-Match", 13, &from)))
    {
      TernCacheTagList list;
      TernCacheTag tag;
      const guint n = question->n;

      tern_cache_tag_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_cache_tag_list_next (&list, &tag))
        {
          if (question->n == MAX_TAGS - 1)
            return FALSE; /* none may be lost */
          ask_about (question, &tag);
        }
      if (list.malformed || question->n == n)
        return FALSE;
    }
  return question->len < MAX_TAGS_SIZE / 2;
}

static gboolean
add_tags (Question *question,
          const TernCacheRequest *request,
          const TernCacheRecord *const *records,
          gsize n_records,
          const TernCacheRecord *chosen)
{
  const gboolean own = tern_headers_has (request->headers, "If-None-Match");
  const gboolean several = !own && !tern_headers_has (request->headers, "Range")
                           && !tern_headers_has (request->headers, "If-Modified-Since");
  TernCacheTag tag;

  /* Beside a tag If-Modified-Since does not count (RFC 9110 §13.1.3): what has only a date is asked
   * about alone. */
  if (chosen && !tern_cache_record_tag (chosen, &tag))
    return FALSE;
  if (own && !ask_for_caller (question, request->headers))
    return FALSE;
  if (chosen)
    ask_about (question, &tag);
  if (several)
    ask_about_others (question, request, records, n_records);
  return question->n > 0;
}

gboolean
tern_cache_add_conditions (const TernCacheRequest *request,
                           const TernCacheRecord *const *records,
                           gsize n_records,
                           const TernCacheRecord *chosen,
                           gboolean ignore_etag,
                           TernHeaders *conditions)
{
  Question question;
  const TernField *date = chosen ? tern_cache_last_modified (chosen->headers, NULL) : NULL;
  gboolean added = FALSE;

  question.len = question.n = 0; /* the rest is large, and written before it is read */
  if (!ignore_etag && add_tags (&question, request, records, n_records, chosen))
    {
      tern_headers_append_unchecked (conditions, "If-None-Match", 13, question.text, question.len);
      added = TRUE;
    }
  /* A date is about one response, and not about a part of it (§4.3.1). */
  if (!date || question.n > 1 || tern_headers_has (request->headers, "Range")
      || tern_headers_has (request->headers, "If-None-Match")
      || tern_headers_has (request->headers, "If-Modified-Since"))
    return added;
  tern_headers_append_unchecked (conditions, "If-Modified-Since", 17,
                                 tern_headers_raw (chosen->headers, date), date->raw_len);
  return TRUE;
}

gboolean
tern_cache_add_completion (const TernCacheRecord *record, TernHeaders *conditions)
{
  g_autofree char *range = NULL;
  g_autofree char *tag_text = NULL;
  const TernField *date;
  TernCacheTag tag;

  if (!record->partial || record->part.first != 0
      || !tern_cache_has_strong_validator (record->headers))
    return FALSE;
  range = g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-", record->part.end);
  tern_headers_append_unchecked (conditions, "Range", 5, range, strlen (range));
  if (tern_cache_record_tag (record, &tag))
    {
      tag_text = tern_cache_tag_text (&tag);
      tern_headers_append_unchecked (conditions, "If-Range", 8, tag_text, strlen (tag_text));
      return TRUE;
    }
  date = tern_cache_last_modified (record->headers, NULL);
  tern_headers_append_unchecked (conditions, "If-Range", 8,
                                 tern_headers_raw (record->headers, date), date->raw_len);
  return TRUE;
}
