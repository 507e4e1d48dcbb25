/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditional requests and what follows from their answers. It must never send a validator that
 * is no valid field value, let a 304 change how long a body is or how it is coded, or let one
 * origin change what is stored of another. */
#include "policy/tern-cache-validation.h"

#include <string.h>

#include "base/tern-date.h"
#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-key.h"
#include "policy/tern-cache-vary.h"

/* entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 §8.8.3); etagc is a field value's bytes
 * without quotes and blanks. */
static gboolean
is_entity_tag (const char *text, gsize len)
{
  if (len >= 2 && text[0] == 'W' && text[1] == '/')
    {
      text += 2;
      len -= 2;
    }
  if (len < 2 || text[0] != '"' || text[len - 1] != '"' || !tern_field_is_value (text, len))
    return FALSE;
  for (gsize i = 1; i < len - 1; i++)
    if (text[i] == '"' || text[i] == ' ' || text[i] == '\t')
      return FALSE;
  return TRUE;
}

static const TernField *
entity_tag (const TernHeaders *headers)
{
  const TernField *field = tern_cache_fields_single (headers, "ETag");

  return field && is_entity_tag (tern_headers_raw (headers, field), field->raw_len) ? field : NULL;
}

static const TernField *
last_modified (const TernHeaders *headers)
{
  const TernField *field = tern_cache_fields_single (headers, "Last-Modified");

  if (!field || tern_date_parse_len (tern_headers_raw (headers, field), field->raw_len) < 0)
    return NULL;
  return field;
}

gboolean
tern_cache_has_validator (const TernHeaders *response_headers)
{
  return entity_tag (response_headers) || last_modified (response_headers);
}

static gboolean
add_condition (TernHeaders *request_headers, const char *name, const TernHeaders *headers,
               const TernField *validator)
{
  if (!validator || tern_headers_has (request_headers, name))
    return FALSE;
  tern_headers_append_unchecked (request_headers, name, strlen (name),
                                 tern_headers_raw (headers, validator), validator->raw_len);
  return TRUE;
}

gboolean
tern_cache_add_conditions (const TernCacheRecord *record, gboolean ignore_etag,
                           TernHeaders *request_headers)
{
  const TernField *tag = ignore_etag ? NULL : entity_tag (record->headers);
  const gboolean by_tag = add_condition (request_headers, "If-None-Match", record->headers, tag);
  const gboolean by_date = add_condition (request_headers, "If-Modified-Since", record->headers,
                                          last_modified (record->headers));

  return by_tag || by_date;
}

/* Whether a 304 can speak of the stored response: its tag, where it has one, is the stored one by
 * the weak comparison (RFC 9110 §8.8.3.2), as If-None-Match is compared. */
static gboolean
is_same_representation (const TernHeaders *stored, const TernHeaders *fresh)
{
  const TernField *old_tag = entity_tag (stored), *new_tag = entity_tag (fresh);
  const char *old_text, *new_text;

  if (!old_tag || !new_tag)
    return TRUE;
  old_text = tern_headers_raw (stored, old_tag);
  new_text = tern_headers_raw (fresh, new_tag);
  old_text += *old_text == 'W' ? 2 : 0;
  new_text += *new_text == 'W' ? 2 : 0;
  return tern_headers_raw (stored, old_tag) + old_tag->raw_len - old_text
           == tern_headers_raw (fresh, new_tag) + new_tag->raw_len - new_text
         && strcmp (old_text, new_text) == 0;
}

/* The fields of the stored response with those of the 304 in place of their namesakes. */
static TernHeaders *
merge_fields (const TernHeaders *stored, const TernHeaders *response_headers)
{
  /* What describes the stored bytes can only have come with them (RFC 9111 §3.2). */
  static const char *const of_the_body[]
    = { "Content-Length", "Content-Encoding", "Transfer-Encoding", "Content-Range", NULL };
  /* What describes the message, not the representation, is that of the 304 or nobody's. */
  static const char *const of_the_message[] = { "Age", "Date", NULL };
  g_autoptr (TernHeaders) fresh = tern_cache_fields_end_to_end (response_headers);
  TernHeaders *merged = tern_headers_copy (stored);

  for (gsize i = 0; of_the_body[i]; i++)
    tern_headers_remove (fresh, of_the_body[i]);
  for (gsize i = 0; of_the_message[i]; i++)
    tern_headers_remove (merged, of_the_message[i]);
  for (guint i = 0; i < fresh->n; i++)
    tern_headers_remove (merged, tern_headers_name (fresh, &fresh->fields[i]));
  for (guint i = 0; i < fresh->n; i++)
    tern_headers_append_unchecked (merged, tern_headers_name (fresh, &fresh->fields[i]),
                                   fresh->fields[i].name_len,
                                   tern_headers_raw (fresh, &fresh->fields[i]),
                                   fresh->fields[i].raw_len);
  return merged;
}

TernCacheRecord *
tern_cache_merge_not_modified (const TernCacheRecord *record, const TernCacheRequest *request,
                               const TernHeaders *response_headers, gint64 request_time,
                               gint64 response_time)
{
  g_autoptr (TernHeaders) merged = NULL;
  TernCacheRecord *next;

  if (!is_same_representation (record->headers, response_headers))
    return NULL;
  merged = merge_fields (record->headers, response_headers);
  next = tern_cache_record_new (request, record->status, record->reason, record->version, merged,
                                request_time, response_time);
  next->body_length = record->body_length;
  next->body_checksum = record->body_checksum;
  return next;
}

static void
add_key_of_field (GStrvBuilder *keys, const TernCacheRequest *request, const TernHeaders *headers,
                  const char *name, const char *own_key)
{
  const TernField *field = tern_cache_fields_single (headers, name);
  g_autoptr (TernUri) uri = NULL;
  g_autofree char *key = NULL;

  if (!field)
    return;
  /* The const is of us alone: resolving changes nothing but, for a moment, the count of
   * references. */
  uri = tern_uri_resolve ((TernUri *) request->uri, tern_headers_value (headers, field), NULL);
  if (!uri || !tern_uri_same_origin (request->uri, uri))
    return;
  key = tern_cache_key (uri, request->partition);
  if (strcmp (key, own_key) != 0)
    g_strv_builder_add (keys, key);
}

char **
tern_cache_invalidated_keys (const TernCacheRequest *request, guint status,
                             const TernHeaders *response_headers)
{
  static const char *const safe[] = { "GET", "HEAD", "OPTIONS", "TRACE", NULL };
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();

  /* A non-error answer is 2xx or 3xx (§4.4); of a method nobody knows here the worst is assumed. */
  if (!g_strv_contains (safe, request->method) && status >= 200 && status < 400)
    {
      g_autofree char *own = tern_cache_key (request->uri, request->partition);

      g_strv_builder_add (keys, own);
      add_key_of_field (keys, request, response_headers, "Location", own);
      add_key_of_field (keys, request, response_headers, "Content-Location", own);
    }
  return g_strv_builder_end (keys);
}
