/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a response, strictly by RFC 9112: bytes in, a status line and fields out. Pure. */
#pragma once

#include "base/tern-headers-private.h"

typedef enum
{
  TERN_PARSE_DONE,
  TERN_PARSE_MORE,
  TERN_PARSE_FAILED,
} TernParse;

typedef struct
{
  gsize max_line;  /* bytes of one line, folds included */
  gsize max_size;  /* bytes of one head */
  guint max_count; /* fields */
} TernHttp1Limits;

/* Where the search for the end of the head goes on when more bytes came. Zero it before each head.
 * */
typedef struct
{
  gsize scanned;
  gsize line_start;
  guint n_lines;
} TernHttp1Scan;

typedef struct
{
  guint version; /* 10 or 11 */
  guint status;  /* 100 to 599; 600 to 999 are refused */
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

/* Parses a trailer section, its empty line included. */
TernHeaders *tern_http1_trailers_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                                        GError **error);

void tern_http1_head_clear (TernHttp1Head *head);
