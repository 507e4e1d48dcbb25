/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a redirect leads and what the next request may carry. Pure: it never counts hops, never
 * sends and never touches a body. */
#pragma once

#include <tern/tern-headers.h>

#include "base/tern-uri.h"

typedef struct
{
  gboolean follow;                /* FALSE wins over follow_all */
  gboolean follow_all;            /* also where the method is not safe */
  gboolean forward_authorization; /* keep Authorization and X-WSSE across origins */
  const int *codes;               /* which statuses are followed */
  gsize n_codes;
  const char *const *safe_methods; /* NULL-terminated, compared with case */
} TernRedirectRules;

typedef enum
{
  TERN_REDIRECT_NONE,   /* the response goes to the caller */
  TERN_REDIRECT_FOLLOW, /* @out is filled in */
  TERN_REDIRECT_FAILED, /* @error is set */
} TernRedirectVerdict;

typedef struct
{
  TernUri *uri;       /* owned; without userinfo but that of the caller on the same origin */
  const char *method; /* a literal, or the method that was handed in */
  gboolean drop_body;
  gboolean cross_origin;
  gboolean downgrade; /* https to http */
} TernRedirect;

/* Decides about the response with @status to @method at @uri. Errors: REDIRECT_MISSING_LOCATION,
 * MALFORMED_HEADER (Location fields that differ), UNSUPPORTED_SCHEME, INVALID_URL. */
TernRedirectVerdict tern_redirect_decide (const TernRedirectRules *rules, const char *method,
                                          TernUri *uri, guint status,
                                          const TernHeaders *response_headers,
                                          TernRedirect *out, GError **error);

/* Takes out of the request's own fields what may not go to the next hop. The result is the base of
 * every later hop, so that what was dropped once stays dropped. */
void tern_redirect_edit_fields (const TernRedirect *redirect, const TernRedirectRules *rules,
                                TernHeaders *request_headers);

void tern_redirect_clear (TernRedirect *redirect);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernRedirect, tern_redirect_clear)
