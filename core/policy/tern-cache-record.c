/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes records and compares them with requests; their form as bytes is in tern-cache-bytes.c. A
 * record must never hold a field of one hop, a password or a fragment. */
#include "policy/tern-cache-record.h"

#include <string.h>
#include <zlib.h>

#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-vary.h"

TernCacheRecord *
tern_cache_record_new (const TernCacheRequest *request, guint status, const char *reason,
                       guint version, const TernHeaders *response_headers, gint64 request_time,
                       gint64 response_time)
{
  TernCacheRecord *record = g_new0 (TernCacheRecord, 1);

  record->method = g_strdup (request->method);
  record->uri = tern_uri_to_string (request->uri, FALSE);
  record->partition = g_strdup (request->partition);
  record->status = status;
  record->reason = g_strdup (reason ? reason : "");
  record->version = version;
  record->headers = tern_cache_fields_end_to_end (response_headers);
  record->request_time = request_time;
  record->response_time = response_time;
  record->vary = tern_cache_vary_read (response_headers, request->headers);
  return record;
}

void
tern_cache_record_free (TernCacheRecord *record)
{
  g_free (record->method);
  g_free (record->uri);
  g_free (record->partition);
  g_free (record->reason);
  g_clear_pointer (&record->headers, tern_headers_unref);
  g_clear_pointer (&record->vary, g_ptr_array_unref);
  g_free (record);
}

gboolean
tern_cache_record_is_for (const TernCacheRecord *record, const TernCacheRequest *request)
{
  g_autofree char *uri = tern_uri_to_string (request->uri, FALSE);

  return strcmp (record->method, request->method) == 0 && strcmp (record->uri, uri) == 0
         && g_strcmp0 (record->partition, request->partition) == 0;
}

guint32
tern_cache_checksum (guint32 sum, const void *data, gsize len)
{
  return len > 0 ? crc32_z (sum, data, len) : sum;
}
