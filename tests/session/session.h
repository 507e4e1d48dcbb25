/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A client, two origins and what came of the last request: the same test through the sync and the
 * async call. It must never add anything to a request by itself. */

#pragma once

#include <tern/tern-cache.h>
#include <tern/tern-client.h>
#include <tern/tern-error.h>
#include <tern/tern-failure.h>

#include "tern-origin-demo.h"
#include "tern-origin.h"
#include "tern-test-util.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean async;
  TernClient *client;
  TernOrigin *origin; /* with the demo routes */
  TernOrigin *other;  /* made when asked for; another port is another origin */

  /* Of the last request. */
  TernRequest *request;
  TernResponse *response;
  GBytes *content;
  GError *error;
  TernFailure *failure; /* see session_failure () */
} Session;

void session_init (Session *self, gboolean async);
void session_clear (Session *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

TernOrigin *session_get_other (Session *self);

/* A new request for a path of the first origin, or for a whole URI; what came of the one before is
 * forgotten. */
TernRequest *session_ask (Session *self, const char *method, const char *path);
void session_header (Session *self, const char *name, const char *value);
void session_body (Session *self, const char *body);

/* Runs the request that was asked for. */
void session_fetch (Session *self);
void session_send (Session *self);
/* Reads at most @size bytes of the body of a response that was sent for; NULL with the error. */
GBytes *session_read (Session *self, gsize size, GError **error);
GBytes *session_read_all (Session *self, GError **error);
/* What is known of the failure of the last request; the session keeps it. */
TernFailure *session_failure (Session *self);

/* ask, fetch and the answer in one. */
#define session_get(self, path, status, body)                                                      \
  session_get_at (G_STRLOC, (self), (path), (status), (body))
void session_get_at (const char *where, Session *self, const char *path, guint status,
                     const char *body);

#define session_assert(self, status, body)                                                         \
  session_assert_at (G_STRLOC, (self), (status), (body))
#define session_assert_error(self, domain, code, text)                                             \
  session_assert_error_at (G_STRLOC, (self), (domain), (int) (code), (text))
#define session_assert_header(self, name, value)                                                   \
  session_assert_header_at (G_STRLOC, (self)->response, (name), (value))
#define response_assert_header(response, name, value)                                              \
  session_assert_header_at (G_STRLOC, (response), (name), (value))

/* @body NULL is any. */
void session_assert_at (const char *where, Session *self, guint status, const char *body);
void session_assert_error_at (const char *where, Session *self, GQuark domain, int code,
                              const char *text);
/* @value NULL: there is no such field. */
void session_assert_header_at (const char *where, TernResponse *response, const char *name,
                               const char *value);

/* What the origin saw of its request number @i: "METHOD target", and a field of it. */
#define origin_assert_request(origin, i, line)                                                     \
  origin_assert_request_at (G_STRLOC, (origin), (i), (line))
#define origin_assert_field(origin, i, name, value)                                                \
  origin_assert_field_at (G_STRLOC, (origin), (i), (name), (value))
#define origin_assert_body(origin, i, body)                                                        \
  origin_assert_body_at (G_STRLOC, (origin), (i), (body))
void origin_assert_request_at (const char *where, TernOrigin *origin, guint i, const char *line);
void origin_assert_field_at (const char *where, TernOrigin *origin, guint i, const char *name,
                             const char *value);
void origin_assert_body_at (const char *where, TernOrigin *origin, guint i, const char *body);

/* A stream over @text that can or cannot be rewound. */
GInputStream *session_stream (const char *text, gboolean seekable);

G_END_DECLS
