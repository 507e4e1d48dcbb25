/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a response, strictly by RFC 9112: bytes in, a status line and fields out. Pure. */
#pragma once

#include "base/tern-headers-private.h"
#include "http1/tern-http1-limits.h"

/* Where the search for the end goes on when more bytes came. Zero it before each head. */
typedef struct
{
  gsize scanned;    /* bytes that were looked at */
  gsize physical;   /* where the line that is looked at starts */
  gsize line_start; /* the same, or where the line starts that it continues (obs-fold) */
  guint n_lines;    /* whole lines, the status line included, continuations not */
} TernHttp1Scan;

typedef struct
{
  guint version; /* 10 or 11 */
  guint status;  /* 100 to 599; others are refused (RFC 9110 §15) unless wanted */
  char *reason;  /* (transfer full), valid UTF-8, "" where there is none */
  TernHeaders *headers;
} TernHttp1Head;

/* Looks for the end of the head in data[0..len), from where it stopped last; cheap when called
 * often. DONE: *head_len bytes are the head with its empty line. FAILED: a limit (LINE_TOO_LONG,
 * TOO_MANY_HEADERS) or a first line that can never be a status line (BAD_STATUS_LINE;
 * UNKNOWN_PROTOCOL for an HTTP version other than 1.x). */
TernParse tern_http1_head_find_end (TernHttp1Scan *scan, const char *data, gsize len,
                                    const TernHttp1Limits *limits, gsize *head_len, GError **error);

/* Parses a whole head. */
gboolean tern_http1_head_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                                TernHttp1Head *head, GError **error);

/* The same search in a trailer section (RFC 9112 §7.1.2): fields and an empty line. */
TernParse tern_http1_trailers_find_end (TernHttp1Scan *scan, const char *data, gsize len,
                                        const TernHttp1Limits *limits, gsize *section_len,
                                        GError **error);

/* Parses a trailer section, its empty line included. Here a bare LF is an error (BAD_FRAMING): the
 * section is part of the chunked coding. */
TernHeaders *tern_http1_trailers_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                                        GError **error);

void tern_http1_head_clear (TernHttp1Head *head);
