/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library fills in of a response before the program sees it. */
#pragma once

#include <tern/tern-response.h>

#include "base/tern-headers-private.h"
#include "base/tern-uri.h"

struct _TernResponse
{
  GObject parent_instance;

  guint status;
  guint version;
  gboolean from_cache;
  gboolean located; /* content-location is filled in */
  char *reason;
  TernHeaders *headers;
  char *cache_status;
  TernResponse *previous;
  TernUri *uri;
  char *uri_text; /* made when asked for */
  GInputStream *body;
  GBytes *content; /* the body as it was read whole; then there is no stream until somebody asks */
  GBytes *unread;  /* left over by a read that was cut short; the next begins with it */
  gint64 expected; /* bytes of the body, -1 where that is not known */
  TernHeaders *trailers;
  TernHeaders *(*find_trailers) (GInputStream *body);
  TernTimings timings;
  TernTlsInfo *tls;
  GWeakRef *failed; /* the request that holds the failure of the body; NULL while there is none */
};

/* Takes @reason and @headers. Without @uri who makes it gives uri_text, and sets located. */
TernResponse *tern_response_new (guint status, guint version, char *reason, TernHeaders *headers,
                                 TernUri *uri);

/* The same for what came up without a body of its own and nobody has seen yet: it becomes the
 * answer, and keeps what it knows of its connection. FALSE where somebody has; nothing is taken. */
gboolean tern_response_become (TernResponse *self, guint status, guint version, char *reason,
                               TernHeaders *headers, TernUri *uri);

/* The body failed, and @request holds what is known of that. */
void tern_response_set_failed (TernResponse *self, TernRequest *request);

/* Takes @body; @find_trailers looks up its trailers once it was read. */
void tern_response_take_body (TernResponse *self, GInputStream *body,
                              TernHeaders *(*find_trailers) (GInputStream *body));
