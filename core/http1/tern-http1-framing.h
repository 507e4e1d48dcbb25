/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long the body of a response is and whether the connection lives on (RFC 9112 §6.3, §9.3).
 * Pure; anything ambiguous is an error. */
#pragma once

#include "base/tern-headers-private.h"

typedef enum
{
  TERN_BODY_NONE,
  TERN_BODY_LENGTH,
  TERN_BODY_CHUNKED,
  TERN_BODY_CLOSE,
} TernBodyKind;

typedef struct
{
  TernBodyKind kind;
  guint64 length; /* for LENGTH */
  gboolean keep;  /* the connection may be used again after the body */
} TernFraming;

/* @method is the request's. Errors: TERN_ERROR_BAD_FRAMING, UNKNOWN_TRANSFER_ENCODING. */
gboolean tern_http1_framing_decide (const char *method, guint status, guint version,
                                    const TernHeaders *headers, TernFraming *framing,
                                    GError **error);
