/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One response: its status, its fields, where it came from and its body. */
#pragma once

#include <tern/tern-headers.h>
#include <tern/tern-tls.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_RESPONSE (tern_response_get_type ())
#define TERN_TYPE_TIMINGS (tern_timings_get_type ())

/**
 * TernTimings:
 * @queue: waiting for a free connection
 * @resolve: looking up the name
 * @connect: connecting
 * @tls: the TLS handshake
 * @send: sending the request
 * @wait: from the end of the request to the end of the response's head
 * @total: from the call to the head of the final response, hops and retries included
 * @reused: whether a kept connection was used
 *
 * How long each phase took, in microseconds; the phases are those of the last hop, and 0 where a
 * phase was not needed.
 */
struct _TernTimings
{
  gint64 queue;
  gint64 resolve;
  gint64 connect;
  gint64 tls;
  gint64 send;
  gint64 wait;
  gint64 total;
  gboolean reused;
};

TERN_AVAILABLE_IN_ALL
GType tern_timings_get_type (void);
TERN_AVAILABLE_IN_ALL
TernTimings *tern_timings_copy (const TernTimings *timings);
TERN_AVAILABLE_IN_ALL
void tern_timings_free (TernTimings *timings);

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernResponse, tern_response, TERN, RESPONSE, GObject)

TERN_AVAILABLE_IN_ALL
guint tern_response_get_status (TernResponse *self);
TERN_AVAILABLE_IN_ALL
const char *tern_response_get_reason (TernResponse *self);
TERN_AVAILABLE_IN_ALL
guint tern_response_get_version (TernResponse *self);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_response_get_headers (TernResponse *self);
TERN_AVAILABLE_IN_ALL
char *tern_response_get_header (TernResponse *self, const char *name);
TERN_AVAILABLE_IN_ALL
gboolean tern_response_get_from_cache (TernResponse *self);
TERN_AVAILABLE_IN_ALL
const char *tern_response_get_cache_status (TernResponse *self);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_response_get_previous (TernResponse *self);
TERN_AVAILABLE_IN_ALL
const char *tern_response_get_uri (TernResponse *self);
TERN_AVAILABLE_IN_ALL
GInputStream *tern_response_get_body (TernResponse *self);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_response_get_trailers (TernResponse *self);
TERN_AVAILABLE_IN_ALL
const TernTimings *tern_response_get_timings (TernResponse *self);
TERN_AVAILABLE_IN_ALL
TernTlsInfo *tern_response_get_tls (TernResponse *self);
TERN_AVAILABLE_IN_ALL
GBytes *tern_response_read (TernResponse *self, gsize size, GCancellable *cancellable,
                            GError **error);
TERN_AVAILABLE_IN_ALL
void tern_response_read_async (TernResponse *self, gsize size, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
GBytes *tern_response_read_finish (TernResponse *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
GBytes *tern_response_read_all (TernResponse *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_response_read_all_async (TernResponse *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
GBytes *tern_response_read_all_finish (TernResponse *self, GAsyncResult *result, GError **error);

G_END_DECLS
