/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes responses of what is stored. It must never decide whether that may be sent. */
#include "engine/tern-cache-reply.h"

#include "base/tern-log.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-answer.h"

void
tern_cache_reply_note (TernFlow *flow, TernResponse *response, const TernCacheStatus *status)
{
  g_free (response->cache_status);
  response->cache_status = tern_cache_status_text (status);
  tern_log (TERN_LOG_CACHE, "%s: %s", flow->call.uri->target, response->cache_status);
  if (flow->hooks.log)
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_CACHE, "%s: %s",
                     flow->call.uri->target, response->cache_status);
}

/* The bytes of the stored body that go with the answer; NULL where none do. */
static GBytes *
slice (const TernCacheAnswer *form,
       const TernCacheRequest *request,
       const TernCacheRecord *record,
       GBytes *body)
{
  guint64 offset, length;

  return tern_cache_answer_body (form, request, record, &offset, &length)
             ? g_bytes_new_from_bytes (body, offset, length)
             : NULL;
}

void
tern_cache_reply (TernFlow *flow,
                  const TernCacheRequest *request,
                  const TernCacheRecord *record,
                  GBytes *body,
                  const TernCacheStatus *status)
{
  const TernCacheAnswer form = tern_cache_answer (request, record);
  g_autoptr (GBytes) bytes = slice (&form, request, record, body);
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const TernResponse *network = flow->result.response;
  TernResponse *response;

  response = tern_response_new (
      tern_cache_answer_status (&form, record), record->version,
      g_strdup (tern_cache_answer_reason (&form, record)),
      tern_cache_answer_fields (&form, record, now, status->forward_status == 304), flow->call.uri);
  response->from_cache = TRUE;
  response->expected = bytes ? g_bytes_get_size (bytes) : 0;
  if (network)
    {
      /* It came over a connection of which the program may want to know. */
      response->timings = network->timings;
      response->tls = network->tls ? tern_tls_info_ref (network->tls) : NULL;
    }
  tern_result_answer (&flow->result, response, bytes ? tern_reader_new_bytes (bytes) : NULL);
  tern_cache_reply_note (flow, response, status);
}

void
tern_cache_reply_timeout (TernFlow *flow, const TernCacheStatus *status)
{
  TernResponse *response = tern_response_new (504, 11, g_strdup ("Gateway Timeout"),
                                              tern_headers_new (), flow->call.uri);

  response->expected = 0;
  tern_cache_reply_note (flow, response, status);
  tern_result_answer (&flow->result, response, NULL);
}
