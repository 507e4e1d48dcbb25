/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors as responses (#TernClient:errors-as-responses): what httplib2 calls
 * force_exception_to_status_code. Pure: an error and what is known of it in, a response out. */
#pragma once

#include <tern/tern-error.h>

#include "message/tern-failure-private.h"
#include "message/tern-response-private.h"

/* The status that stands for that code; 0 for one that has no row in the table. */
guint tern_error_response_find_status (TernError code);

/* The status that stands for @error: 500 for redirects, decoding and Digest, 408 for a timeout, 400
 * for anything else; 0 for what stays an error, a cancelled call. */
guint tern_error_response_get_status (const GError *error);

/* The response that stands for @error (transfer full), which does not stay an error; what @failure
 * carries is part of a 500. @uri NULL: @uri_text is none. */
TernResponse *tern_error_response_new (const GError *error,
                                       const TernFailure *failure,
                                       TernUri *uri,
                                       const char *uri_text);
