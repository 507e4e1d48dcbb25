/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes records and compares them with requests; their form as bytes is in tern-cache-bytes.c. A
 * record must never hold a field of one hop, a password or a fragment. */
#include "policy/tern-cache-record.h"

#include <string.h>
#include <zlib.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-vary.h"

static TernCacheText
text_of (const char *text)
{
  return (TernCacheText){ text, text ? strlen (text) : 0 };
}

/* Where a copy of the text lies, with a NUL; *free is then behind it. */
static const char *
put_text (char **free, const TernCacheText *text)
{
  char *at = *free;

  if (!text->at)
    return NULL;
  memcpy (at, text->at, text->len);
  at[text->len] = '\0';
  *free = at + text->len + 1;
  return at;
}

void
tern_cache_record_set_names (TernCacheRecord *record, const TernCacheNames *names)
{
  const gsize size = names->method.len + names->uri.len + names->partition.len + names->reason.len;
  char *box = g_atomic_rc_box_alloc (size + 4);
  char *free = box;

  record->method = put_text (&free, &names->method);
  record->uri = put_text (&free, &names->uri);
  record->partition = put_text (&free, &names->partition);
  record->reason = put_text (&free, &names->reason);
  if (record->names)
    g_atomic_rc_box_release (record->names);
  record->names = box;
}

void
tern_cache_record_set_reason (TernCacheRecord *record, const char *reason)
{
  tern_cache_record_set_names (record,
                               &(TernCacheNames){ text_of (record->method), text_of (record->uri),
                                                  text_of (record->partition), text_of (reason) });
}

/* The answer to a Range is kept as what it is a part of: the fields of the whole, without those
 * that were of the part alone (RFC 9110 §15.3.7). */
static void
become_part (TernCacheRecord *record)
{
  TernCacheRange part;
  guint64 total;

  if (record->status != 206 || !tern_cache_range_of (record->headers, &part, &total))
    return;
  record->status = 200;
  record->reason = "OK";
  tern_headers_remove (record->headers, "Content-Range");
  tern_headers_remove (record->headers, "Content-Length");
  if (total != TERN_CACHE_TOTAL_UNKNOWN)
    {
      g_autofree char *length = g_strdup_printf ("%" G_GUINT64_FORMAT, total);

      tern_headers_set (record->headers, "Content-Length", length);
    }
  if (part.first == 0 && part.end == total)
    return; /* a part that is the whole */
  record->partial = TRUE;
  record->part = part;
  record->total = total;
}

TernCacheRecord *
tern_cache_record_new (const TernCacheRequest *request, guint status, const char *reason,
                       guint version, const TernHeaders *response_headers, gint64 request_time,
                       gint64 response_time)
{
  TernCacheRecord *record = g_new0 (TernCacheRecord, 1);
  g_autofree char *uri = tern_uri_to_string (request->uri, FALSE);

  tern_cache_record_set_names (record,
                               &(TernCacheNames){ text_of (request->method), text_of (uri),
                                                  text_of (request->partition),
                                                  text_of (reason ? reason : "") });
  record->status = status;
  record->version = version;
  record->headers = tern_cache_fields_end_to_end (response_headers);
  record->request_time = request_time;
  record->response_time = response_time;
  record->vary = tern_cache_vary_read (response_headers, request->headers, request->salt);
  record->siblings = tern_cache_siblings_new ();
  become_part (record);
  tern_cache_facts_read (&record->facts, record->headers);
  return record;
}

/* All but what is to be read of the fields. */
static TernCacheRecord *
renew (const TernCacheRecord *record, const TernCacheRequest *request,
       TernHeaders *headers, gint64 request_time, gint64 response_time)
{
  TernCacheRecord *next = g_new (TernCacheRecord, 1);

  *next = *record;
  g_atomic_rc_box_acquire (next->names); /* the method, too: a HEAD freshens what a GET brought */
  next->headers = headers;
  next->request_time = request_time;
  next->response_time = response_time;
  next->vary = tern_cache_vary_read (headers, request->headers, request->salt);
  next->siblings = g_ptr_array_ref (record->siblings);
  return next;
}

TernCacheRecord *
tern_cache_record_renew (const TernCacheRecord *record, const TernCacheRequest *request,
                         TernHeaders *headers, gint64 request_time, gint64 response_time)
{
  TernCacheRecord *next = renew (record, request, headers, request_time, response_time);

  tern_cache_facts_read (&next->facts, headers);
  return next;
}

TernCacheRecord *
tern_cache_record_redate (const TernCacheRecord *record, const TernCacheRequest *request,
                          TernHeaders *headers, gint64 request_time, gint64 response_time)
{
  TernCacheRecord *next = renew (record, request, headers, request_time, response_time);

  tern_cache_facts_redate (&next->facts, headers);
  return next;
}

void
tern_cache_record_free (TernCacheRecord *record)
{
  if (record->names)
    g_atomic_rc_box_release (record->names);
  g_clear_pointer (&record->headers, tern_headers_unref);
  g_clear_pointer (&record->vary, g_ptr_array_unref);
  g_clear_pointer (&record->siblings, g_ptr_array_unref);
  g_free (record);
}

gboolean
tern_cache_record_tag (const TernCacheRecord *record, TernCacheTag *tag)
{
  const TernCacheFacts *facts = &record->facts;
  const gboolean tagged = facts->tag_len > 0;

  *tag = (TernCacheTag){ tagged ? record->headers->block + facts->tag_at : NULL, facts->tag_len,
                         facts->tag_weak };
  return tagged;
}

gboolean
tern_cache_record_is_for (const TernCacheRecord *record, const TernCacheRequest *request)
{
  return strcmp (record->method, "GET") == 0 && tern_uri_is (request->uri, record->uri)
         && g_strcmp0 (record->partition, request->partition) == 0;
}

gboolean
tern_cache_record_fits (const TernCacheRecord *record, guint64 body_length)
{
  const TernField *field;
  guint64 said;

  if (record->partial)
    return body_length == record->part.end - record->part.first;
  field = tern_cache_fields_single (record->headers, "Content-Length");
  return !field
         || !tern_field_parse_uint (tern_headers_raw (record->headers, field), field->raw_len,
                                    &said)
         || said == body_length;
}

guint64
tern_cache_record_total (const TernCacheRecord *record)
{
  return record->partial ? record->total : record->body_length;
}

guint32
tern_cache_checksum (guint32 sum, const void *data, gsize len)
{
  return len > 0 ? crc32_z (sum, data, len) : sum;
}
