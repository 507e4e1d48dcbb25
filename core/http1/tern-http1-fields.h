/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A section of field lines (RFC 9112 §5): what heads and trailers have in common. */
#pragma once

#include "base/tern-headers-private.h"
#include "http1/tern-http1-limits.h"

/* Parses data[0..len), which ends with the empty line. With @exact a bare LF is an error. */
TernHeaders *tern_http1_fields_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                                      gboolean exact, GError **error);

/* The line at @line, shortened and escaped for an error message. */
char *tern_http1_show_line (const char *line, gsize len);
