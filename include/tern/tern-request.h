/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request as a program describes it. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_REQUEST (tern_request_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernRequest, tern_request, TERN, REQUEST, GObject)

TERN_AVAILABLE_IN_ALL
TernRequest *tern_request_new (const char *method, const char *uri);
TERN_AVAILABLE_IN_ALL
const char *tern_request_get_method (TernRequest *self);
TERN_AVAILABLE_IN_ALL
void tern_request_set_method (TernRequest *self, const char *method);
TERN_AVAILABLE_IN_ALL
const char *tern_request_get_uri (TernRequest *self);
TERN_AVAILABLE_IN_ALL
void tern_request_set_uri (TernRequest *self, const char *uri);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_request_get_headers (TernRequest *self);
TERN_AVAILABLE_IN_ALL
void tern_request_set_body_bytes (TernRequest *self, const char *content_type, GBytes *body);
TERN_AVAILABLE_IN_ALL
void tern_request_set_body_stream (TernRequest *self, const char *content_type, GInputStream *body,
                                   gint64 length);
TERN_AVAILABLE_IN_ALL
void tern_request_set_body_file (TernRequest *self, const char *content_type, GFile *file);
TERN_AVAILABLE_IN_ALL
void tern_request_set_max_redirects (TernRequest *self, int max_redirects);
TERN_AVAILABLE_IN_ALL
void tern_request_set_timeout (TernRequest *self, double seconds);
TERN_AVAILABLE_IN_ALL
void tern_request_set_total_timeout (TernRequest *self, double seconds);
TERN_AVAILABLE_IN_ALL
void tern_request_set_expect_continue (TernRequest *self, gboolean expect_continue);
TERN_AVAILABLE_IN_ALL
void tern_request_set_partition (TernRequest *self, const char *partition);
TERN_AVAILABLE_IN_ALL
void tern_request_set_accept_encoding (TernRequest *self, gboolean accept_encoding);
TERN_AVAILABLE_IN_ALL
TernFailure *tern_request_get_failure (TernRequest *self);

TERN_AVAILABLE_IN_ALL
void tern_request_defer_authentication (TernRequest *self);
TERN_AVAILABLE_IN_ALL
void tern_request_authenticate (TernRequest *self, TernCredentials *credentials);
TERN_AVAILABLE_IN_ALL
guint tern_request_get_authentication_attempt (TernRequest *self);

G_END_DECLS
