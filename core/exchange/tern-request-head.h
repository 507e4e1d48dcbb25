/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request put together from a call: what the program and the stages gave, and the
 * fields that are the library's own. Pure. */
#pragma once

#include "message/tern-call.h"

typedef struct
{
  const char *target;     /* origin-form, or absolute-form for a proxy */
  const char *user_agent; /* used where nobody gave one; NULL for none */
  gint64 length;          /* of the body; -1 is chunked */
  gboolean has_body;
  gboolean expect;
  gboolean via_proxy; /* a proxy reads it: only then it has Proxy-Authorization */
  TernHeaders
      *proxy_fields; /* for that proxy, where the call has none of that name; NULL for none */
} TernHeadPlan;

/* Host, Content-Length and Transfer-Encoding are ours whatever the call says: one consistent frame
 * (RFC 9112 §6). Errors: INVALID_METHOD, INVALID_URL. */
GByteArray *
tern_request_head_write (const TernCall *call, const TernHeadPlan *plan, GError **error);
