/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes responses of what is stored. It must never decide whether that may be sent. */
#include "engine/tern-cache-reply.h"

#include "base/tern-log.h"
#include "engine/tern-cache-stored.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-variants.h"

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

TernReader *
tern_cache_reply_slice (TernFlow *flow,
                        TernCacheWalk *state,
                        const TernCacheRecord *found,
                        guint64 offset,
                        guint64 length)
{
  const TernCacheParts *parts = tern_cache_found_parts (&state->found, found);
  g_autoptr (GBytes) bytes = NULL;

  if (parts->stream)
    return tern_cache_stored_new (
        flow->settings->cache_store,
        tern_cache_slot_key (state->key, tern_cache_found_slot (&state->found, found)),
        parts->stream, offset, length, flow->env.idle_timeout, flow->env.total_deadline);
  if (length == g_bytes_get_size (parts->body))
    return tern_reader_new_bytes (parts->body);
  bytes = g_bytes_new_from_bytes (parts->body, offset, length);
  return tern_reader_new_bytes (bytes);
}

/* The answer. What the network said meanwhile knows of a connection of which the program may want
 * to know; as a rule it is made the answer itself, which is cheaper than another object. */
static TernResponse *
make_response (TernFlow *flow, guint status, const TernCacheRecord *record, const char *reason,
               TernHeaders *fields)
{
  TernResponse *network = flow->result.response;
  char *own_reason = g_strdup (reason);
  TernResponse *response;

  if (network
      && tern_response_become (network, status, record->version, own_reason, fields,
                               flow->call.uri))
    return g_steal_pointer (&flow->result.response);
  response = tern_response_new (status, record->version, own_reason, fields, flow->call.uri);
  if (network)
    {
      response->timings = network->timings;
      response->tls = network->tls ? tern_tls_info_ref (network->tls) : NULL;
    }
  return response;
}

void
tern_cache_reply (TernFlow *flow,
                  TernCacheWalk *state,
                  const TernCacheRecord *record,
                  const TernCacheRecord *found,
                  const TernCacheStatus *status)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernCacheAnswer form = tern_cache_answer (&request, record);
  TernReader *body = NULL;
  guint64 offset, length;
  TernResponse *response;

  if (tern_cache_answer_body (&form, &request, record, &offset, &length))
    body = tern_cache_reply_slice (flow, state, found, offset, length);
  else
    length = 0;
  response = make_response (flow, tern_cache_answer_status (&form, record), record,
                            tern_cache_answer_reason (&form, record),
                            tern_cache_answer_fields (&form, record, tern_cache_walk_now (),
                                                      status->forward_status == 304));
  response->from_cache = TRUE;
  response->expected = (gint64)length;
  tern_result_answer (&flow->result, response, body);
  tern_cache_reply_note (flow, response, status);
}

void
tern_cache_reply_shared (TernFlow *flow,
                         const TernCacheRecord *record,
                         TernReader *body,
                         const TernCacheStatus *status)
{
  const TernCacheAnswer form = { .kind = TERN_ANSWER_WHOLE };
  TernResponse *response = tern_response_new (
      record->status, record->version, g_strdup (record->reason),
      tern_cache_answer_fields (&form, record, tern_cache_walk_now (), TRUE), flow->call.uri);

  response->from_cache = TRUE;
  response->expected = tern_reader_get_remaining (body);
  tern_result_answer (&flow->result, response, body);
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
