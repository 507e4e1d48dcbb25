/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the connection share. */
#pragma once

#include <tern/tern-connection.h>
#include <tern/tern-connector.h>

#include "base/tern-uri.h"
#include "connection/tern-link.h"
#include "exchange/tern-establish.h"
#include "exchange/tern-head-reader.h"
#include "exchange/tern-send.h"
#include "exchange/tern-tunnel.h"
#include "http1/tern-http1-connection-state.h"
#include "base/tern-debug.h"
#include "message/tern-request-private.h"
#include "message/tern-response-private.h"

/* No head is larger, whatever the limits of its lines multiply to. */
#define TERN_CONNECTION_MAX_HEAD ((gsize)64 * 1024 * 1024)

/* Of the limits that a program may set. */
#define TERN_CONNECTION_MAX_LIMIT (1u << 24)

/* What is known of the request that is put together, or whose response is waited for. */
typedef struct
{
  char *method;
  TernUri *uri;        /* what the response says it is of */
  GByteArray *head;    /* until it is sent */
  GError *refusal;     /* the first field that was refused: the head is never sent */
  guint version;       /* 10 or 11 */
  gboolean has_host;   /* a Host was put */
  gboolean has_coding; /* a Transfer-Encoding was put */
  gint64 length;       /* the Content-Length that was put, -1 for none */
  gboolean wants_close;
  gboolean wants_upgrade;
  guint64 body_sent;  /* payload so far */
  gboolean is_unsent; /* it was not even tried to send it */
  gboolean is_cut;    /* not all of what was to be sent was */
} TernConnectionRequest;

struct _TernConnection
{
  GObject parent_instance;

  /* As they were given. */
  char *host;
  int port;
  gboolean secure;
  GIOStream *stream; /* NULL where it dials; also once the stream was closed or stolen */
  gboolean has_stream;

  /* What they mean. */
  TernUri *uri;     /* where to connect; its scheme says whether with TLS */
  GError *bad_host; /* set instead of it */

  /* The tunnel, NULL for none. */
  TernUri *tunnel;
  GError *bad_tunnel;
  TernHeaders *tunnel_headers;
  TernResponse *tunnel_response; /* the proxy's word of last time */

  gboolean strict;
  guint http_version;
  double timeout;
  guint max_header_count;
  guint max_line_length;
  guint debug_level;
  gboolean auto_open;
  GSocketAddress *source_address;
  TernConnector *connector;
  char *ca_file;
  gboolean validate_certificates;
  int tls_minimum_version;
  int tls_maximum_version;
  TernTlsIdentity *identity;
  TernTlsSettings *tls; /* of the five above; NULL until it is needed */

  TernHttp1State state;
  int is_pending;        /* atomic */
  guint generation;      /* how often it was closed */
  TernWake *wake;        /* of the call that waits in a main loop; NULL for none */
  TernLink *link;        /* NULL while closed; it may have been closed from its other side */
  TernTimings timings;   /* of opening it */
  gboolean is_dialed;    /* by us; else what lies on it may be a program's doing */
  gboolean is_used;      /* the link has carried a request */
  gboolean is_stealable; /* what comes next on the link is not HTTP: CONNECT, 101 */
  gboolean is_switched;  /* and nothing but that: 101 */
  TernResponse *unread;  /* the response that was not read to its end when last looked */
  TernConnectionRequest request;
  TernHeadReader reader; /* of the response to it */
  TernRequest *asked;    /* holds the failure */
};

/* --- object (tern-connection.c) --- */

void tern_connection_request_clear (TernConnectionRequest *self);
/* As it stands beside the state. */
TernHttp1Situation tern_connection_look (TernConnection *self);
/* Whether the call is in order: the state, and that nothing else is under way. */
gboolean tern_connection_call (TernConnection *self, TernHttp1Call call, GError **error);
/* Back to idle, closed, everything of the request forgotten. */
void tern_connection_drop (TernConnection *self);
/* Whether the head of the final response, or of a switch of protocols, is there. */
gboolean tern_connection_has_head (TernConnection *self);
/* The link, NULL where it is not open. */
TernLink *tern_connection_get_link (TernConnection *self);
gint64 tern_connection_get_idle_timeout (TernConnection *self);
TernHttp1Limits tern_connection_get_limits (TernConnection *self);
/* For messages. */
const char *tern_connection_get_name (TernConnection *self);

/* --- properties (tern-connection-properties.c) --- */

void tern_connection_install_properties (GObjectClass *klass);

/* --- debug output (tern-connection-debug.c) --- */

void tern_connection_tell_head (TernConnection *self, const GByteArray *head);
/* The same for a head that is known as lines. */
void tern_connection_tell_text (TernConnection *self, const char *head);
void tern_connection_tell_reply (TernConnection *self, const TernHttp1Head *head);
void tern_connection_tell (TernConnection *self, TernLogEvent event, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* --- the head of a request (tern-connection-request.c) --- */

/* As tern_connection_request() puts it; @length: -1 is chunked; @has_body FALSE: there is none. On
 * failure the connection is idle again. */
gboolean tern_connection_put_all (TernConnection *self,
                                  const char *method,
                                  const char *target,
                                  TernHeaders *headers,
                                  gboolean has_body,
                                  gint64 length,
                                  GError **error);
/* Whether the body is framed by us: the program put neither Content-Length nor Transfer-Encoding
 * among @headers. */
gboolean tern_connection_frames_body (TernHeaders *headers);
