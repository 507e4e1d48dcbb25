/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks for content codings that can be undone and undoes them (RFC 9110 §8.4). Above the cache, so
 * that what is stored are the bytes as they came. A coding that no plugin knows is left as it is,
 * field and all: coded bytes are never passed off as plain. */
#include "engine/tern-decoder.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "plugin/tern-registry.h"
#include "policy/tern-coding-list.h"

/* Made once for each state of the plugin index. */
static TernHeaders *
get_offer (void)
{
  static GMutex lock;
  static TernHeaders *offer = NULL;
  static guint generation = 0;
  const guint current = tern_registry_get_generation ();
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;
  TernHeaders *result;

  g_mutex_lock (&lock);
  result = offer && generation == current ? tern_headers_ref (offer) : NULL;
  g_mutex_unlock (&lock);
  if (result)
    return result;
  names = tern_registry_list_names (TERN_PLUGIN_CONTENT_CODING);
  joined = g_strjoinv (", ", names);
  result = tern_headers_new ();
  if (*joined)
    tern_headers_append (result, "Accept-Encoding", joined);
  g_mutex_lock (&lock);
  g_clear_pointer (&offer, tern_headers_unref);
  offer = tern_headers_ref (result);
  generation = current;
  g_mutex_unlock (&lock);
  return result;
}

static TernGo
coding_down (TernFlow *flow, gpointer state)
{
  g_autoptr (TernHeaders) offer = NULL;

  if (!flow->call.request->accept_encoding
      || tern_headers_has (flow->call.headers, "Accept-Encoding"))
    return TERN_GO_ON;
  /* A range of coded bytes is of no use to anybody who wants the plain ones. */
  if (tern_headers_has (flow->call.headers, "Range"))
    {
      tern_call_edit (&flow->call, TERN_STAGE_CODING, "Accept-Encoding", "identity");
      return TERN_GO_ON;
    }
  offer = get_offer ();
  tern_call_edit_all (&flow->call, TERN_STAGE_CODING, offer);
  return TERN_GO_ON;
}

static gboolean
are_known (char **codings)
{
  for (gsize i = 0; codings[i]; i++)
    if (!tern_registry_find (TERN_PLUGIN_CONTENT_CODING, codings[i], NULL))
      return FALSE;
  return TRUE;
}

/* The fields speak of the body that the program reads: its length is not known any more, and its
 * coding is kept under a name that nobody acts upon. */
static void
edit_fields (TernResponse *response)
{
  g_autofree char *was = tern_headers_get_combined (response->headers, "Content-Encoding");

  tern_headers_remove (response->headers, "Content-Length");
  tern_headers_remove (response->headers, "Content-Encoding");
  tern_headers_append (response->headers, "-content-encoding", was);
  response->expected = -1;
}

static TernGo
coding_up (TernFlow *flow, gpointer state)
{
  TernResponse *response = flow->result.response;
  g_auto (GStrv) codings = NULL;
  GError *error = NULL;

  if (!response || !flow->result.body || !flow->call.request->accept_encoding
      || response->status == 206 || !tern_headers_has (response->headers, "Content-Encoding"))
    return TERN_GO_ON;
  codings = tern_coding_list_read (response->headers, &error);
  if (!codings)
    flow->result.body = tern_decoder_refuse (flow->result.body, error);
  else if (are_known (codings) && codings[0])
    {
      const TernDecoderLimits limits
          = { flow->settings->decode_limit, flow->settings->decode_ratio_limit };

      flow->result.body
          = tern_decoder_wrap (flow->result.body, codings, &limits, flow->call.uri->host);
      edit_fields (response);
    }
  return TERN_GO_ON;
}

const TernStage tern_stage_coding = { .name = "coding", .down = coding_down, .up = coding_up };
