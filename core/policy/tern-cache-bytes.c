/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as bytes: a magic word with the version of the form, a sum of all that follows,
 * its length, and then numbers in network order and strings behind their lengths. Stores lose and
 * mix up bytes; nothing is believed here before the sum is right, and no length before it is
 * compared. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"
#include "policy/tern-cache-record.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-sum.h"
#include "policy/tern-cache-vary.h"

/* The last byte counts the changes of the form; an unknown one is a miss. */
static const char magic[8] = { 'T', 'e', 'r', 'n', 'R', 'e', 'c', 3 };

#define HEAD_SIZE (sizeof magic + 8)
#define MAX_SIZE (64u * 1024 * 1024)
#define ABSENT G_MAXUINT32

/* Where a record is written to. Without a place it is only measured, so that the writing needs one
 * piece of memory and never grows it. */
typedef struct
{
  guint8 *data; /* NULL: only counted */
  gsize len;
} Sink;

static void
put (Sink *out, const void *bytes, gsize len)
{
  if (out->data)
    memcpy (out->data + out->len, bytes, len);
  out->len += len;
}

static void
put_u32 (Sink *out, guint32 number)
{
  const guint32 be = GUINT32_TO_BE (number);

  put (out, &be, sizeof be);
}

static void
put_u64 (Sink *out, guint64 number)
{
  const guint64 be = GUINT64_TO_BE (number);

  put (out, &be, sizeof be);
}

static void
put_bytes (Sink *out, const char *bytes, gsize len)
{
  put_u32 (out, len);
  put (out, bytes, len);
}

static void
put_string (Sink *out, const char *text)
{
  if (text)
    put_bytes (out, text, strlen (text));
  else
    put_u32 (out, ABSENT);
}

static void
put_headers (Sink *out, const TernHeaders *headers)
{
  put_u32 (out, headers->n);
  for (guint i = 0; i < headers->n; i++)
    {
      const TernField *field = &headers->fields[i];

      put_bytes (out, tern_headers_name (headers, field), field->name_len);
      put_bytes (out, tern_headers_raw (headers, field), field->raw_len);
    }
}

static void
put_vary (Sink *out, const GPtrArray *vary)
{
  put_u32 (out, vary->len);
  for (guint i = 0; i < vary->len; i++)
    {
      const TernCacheVary *field = vary->pdata[i];

      put_string (out, field->name);
      put_string (out, field->value);
    }
}

static void
put_part (Sink *out, const TernCacheRecord *record)
{
  put_u32 (out, record->partial);
  if (!record->partial)
    return;
  put_u64 (out, record->part.first);
  put_u64 (out, record->part.end);
  put_u64 (out, record->total);
}

static void
put_siblings (Sink *out, const GPtrArray *siblings)
{
  put_u32 (out, siblings->len);
  for (guint i = 0; i < siblings->len; i++)
    {
      const TernCacheSibling *sibling = siblings->pdata[i];

      put_string (out, sibling->slot);
      put_vary (out, sibling->vary);
      put_string (out, sibling->tag);
      put_u64 (out, sibling->stored_at);
    }
}

static void
put_record (Sink *out, const TernCacheRecord *record)
{
  put (out, magic, sizeof magic);
  put_u64 (out, 0); /* the sum and the length, later */
  put_string (out, record->method);
  put_string (out, record->uri);
  put_string (out, record->partition);
  put_u32 (out, record->status);
  put_string (out, record->reason);
  put_u32 (out, record->version);
  put_u64 (out, record->request_time);
  put_u64 (out, record->response_time);
  put_u64 (out, record->body_length);
  put_u32 (out, record->body_checksum);
  put_headers (out, record->headers);
  put_vary (out, record->vary);
  put_part (out, record);
  put_siblings (out, record->siblings);
}

GBytes *
tern_cache_record_serialize (const TernCacheRecord *record)
{
  Sink out = { NULL, 0 };
  guint32 head[2];

  put_record (&out, record);
  out = (Sink){ g_malloc (out.len), 0 };
  put_record (&out, record);
  head[1] = GUINT32_TO_BE (out.len);
  memcpy (out.data + sizeof magic + 4, &head[1], 4);
  head[0] = GUINT32_TO_BE (
      tern_cache_sum (out.data + sizeof magic + 4, out.len - sizeof magic - 4));
  memcpy (out.data + sizeof magic, &head[0], 4);
  return g_bytes_new_take (out.data, out.len);
}

/* What is left to read. Once something was wrong it stays so, and everything reads as nothing. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
  gboolean wrong;
} Source;

static guint32
get_u32 (Source *source)
{
  guint32 be;

  if (source->wrong || (gsize) (source->end - source->at) < sizeof be)
    {
      source->wrong = TRUE;
      return 0;
    }
  memcpy (&be, source->at, sizeof be);
  source->at += sizeof be;
  return GUINT32_FROM_BE (be);
}

static guint64
get_u64 (Source *source)
{
  const guint64 high = get_u32 (source);

  return high << 32 | get_u32 (source);
}

/* Bytes that may stand in a field value, which a NUL may not; NULL with @wrong, or where they are
 * marked as absent. */
static const char *
get_bytes (Source *source, guint32 *len)
{
  const char *bytes;

  *len = get_u32 (source);
  if (source->wrong || *len == ABSENT)
    return NULL;
  if (*len > (gsize) (source->end - source->at)
      || !tern_field_is_value ((const char *) source->at, *len))
    {
      source->wrong = TRUE;
      return NULL;
    }
  bytes = (const char *) source->at;
  source->at += *len;
  return bytes;
}

static char *
get_optional_string (Source *source)
{
  guint32 len;
  const char *bytes = get_bytes (source, &len);

  return bytes ? g_strndup (bytes, len) : NULL;
}

static char *
get_string (Source *source)
{
  char *text = get_optional_string (source);

  source->wrong |= !text;
  return text;
}

static void
get_optional_text (Source *source, TernCacheText *text)
{
  guint32 len;

  text->at = get_bytes (source, &len);
  text->len = text->at ? len : 0;
}

static void
get_text (Source *source, TernCacheText *text)
{
  get_optional_text (source, text);
  source->wrong |= !text->at;
}

static TernHeaders *
get_headers (Source *source)
{
  const guint32 n = get_u32 (source);
  const gsize left = source->end - source->at;
  /* A field takes more bytes here than there, as long as it is ASCII; and never fewer than nine, so
   * that a wrong number asks for no memory. */
  TernHeaders *headers = tern_headers_new_sized (MIN (n, left / 9), left);

  for (guint32 i = 0; i < n && !source->wrong; i++)
    {
      guint32 name_len, len;
      const char *name = get_bytes (source, &name_len);
      const char *value = get_bytes (source, &len);

      if (!name || !value || !tern_field_is_token (name, name_len))
        source->wrong = TRUE;
      else
        tern_headers_append_unchecked (headers, name, name_len, value, len);
    }
  return headers;
}

static GPtrArray *
get_vary (Source *source)
{
  const guint32 n = get_u32 (source);
  GPtrArray *vary;

  if (n == 0)
    return tern_cache_vary_none ();
  vary = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_cache_vary_free);
  for (guint32 i = 0; i < n && !source->wrong; i++)
    {
      char *name = get_string (source);

      g_ptr_array_add (vary, tern_cache_vary_new (name, get_optional_string (source)));
    }
  return vary;
}

static void
get_part (Source *source, TernCacheRecord *record)
{
  const guint32 partial = get_u32 (source);

  if (partial > 1)
    source->wrong = TRUE;
  record->partial = partial == 1;
  if (!record->partial)
    return;
  record->part.first = get_u64 (source);
  record->part.end = get_u64 (source);
  record->total = get_u64 (source);
}

static GPtrArray *
get_siblings (Source *source)
{
  const guint32 n = get_u32 (source);
  GPtrArray *siblings;

  if (n == 0)
    return tern_cache_siblings_none ();
  siblings = tern_cache_siblings_new ();
  for (guint32 i = 0; i < n && !source->wrong; i++)
    {
      char *slot = get_string (source);
      GPtrArray *vary = get_vary (source);
      char *tag = get_optional_string (source);

      g_ptr_array_add (siblings, tern_cache_sibling_new (slot, vary, tag, get_u64 (source)));
      /* A slot becomes part of a key. */
      source->wrong |= !slot || !tern_field_is_token (slot, strlen (slot));
    }
  return siblings;
}

static gboolean
is_intact (const guint8 *data, gsize size)
{
  Source head;
  guint32 sum, len;

  if (size < HEAD_SIZE || size > MAX_SIZE || memcmp (data, magic, sizeof magic) != 0)
    return FALSE;
  head = (Source){ data + sizeof magic, data + size, FALSE };
  sum = get_u32 (&head);
  len = get_u32 (&head);
  return len == size
         && sum == tern_cache_sum (data + sizeof magic + 4, size - sizeof magic - 4);
}

/* Whether the part is one, and what is stored of it can be it. */
static gboolean
is_part_plausible (const TernCacheRecord *record)
{
  if (!record->partial)
    return TRUE;
  return record->status == 200 && record->part.first < record->part.end
         && record->part.end <= record->total
         && record->part.end - record->part.first == record->body_length;
}

/* A 206 or a 304 is never kept as such. */
static gboolean
is_plausible (const TernCacheRecord *record)
{
  return tern_field_is_token (record->method, strlen (record->method)) && record->status >= 200
         && record->status <= 599 && record->status != 206 && record->status != 304
         && record->version <= 99 && is_part_plausible (record);
}

TernCacheRecord *
tern_cache_record_parse (GBytes *bytes, GError **error)
{
  g_autoptr (TernCacheRecord) record = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (data && is_intact (data, size))
    {
      Source source = { data + HEAD_SIZE, data + size, FALSE };
      TernCacheNames names;

      record = g_new (TernCacheRecord, 1);
      *record = (TernCacheRecord){ NULL }; /* calloc of the C library is slower */
      get_text (&source, &names.method);
      get_text (&source, &names.uri);
      get_optional_text (&source, &names.partition);
      record->status = get_u32 (&source);
      get_text (&source, &names.reason);
      if (!source.wrong)
        tern_cache_record_set_names (record, &names);
      record->version = get_u32 (&source);
      record->request_time = get_u64 (&source);
      record->response_time = get_u64 (&source);
      record->body_length = get_u64 (&source);
      record->body_checksum = get_u32 (&source);
      record->headers = get_headers (&source);
      record->vary = get_vary (&source);
      get_part (&source, record);
      record->siblings = get_siblings (&source);
      if (!source.wrong && source.at == source.end && is_plausible (record))
        {
          tern_cache_facts_read (&record->facts, record->headers);
          return g_steal_pointer (&record);
        }
    }
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_CACHE,
                       _ ("What the cache holds is no stored response, or is damaged"));
  return NULL;
}
