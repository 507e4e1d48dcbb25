/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search for the end of a head or a trailer section while its bytes arrive, where the limits
 * are held. It must never look at a byte twice, and its verdict must not depend on how the bytes
 * were cut. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-i18n.h"
#include "http1/tern-http1-fields.h"
#include "http1/tern-http1-head.h"

static TernParse
fail_line (const char *line, gsize len, gsize max, GError **error)
{
  g_autofree char *shown = tern_http1_show_line (line, len);

  g_set_error (error, TERN_ERROR, TERN_ERROR_LINE_TOO_LONG,
               _ ("A line of the answer is longer than %zu bytes: “%s”"), max, shown);
  tern_error_set_line (error, shown);
  return TERN_PARSE_FAILED;
}

static TernParse
fail_size (gsize max, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS,
               _ ("The head of the answer is larger than %zu bytes"), max);
  return TERN_PARSE_FAILED;
}

static TernParse
fail_count (guint max, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS,
               _ ("The head of the answer has more than %u fields"), max);
  return TERN_PARSE_FAILED;
}

/* A server that talks another protocol may never send a line end: its first bytes decide. */
static gboolean
check_start (const char *data, gsize len, GError **error)
{
  static const char start[] = "HTTP/1.";
  const gsize known = MIN (len, sizeof start - 1);
  gsize same = 0;
  g_autofree char *shown = NULL;

  while (same < known && data[same] == start[same])
    same++;
  if (same == known && (len < 8 || g_ascii_isdigit (data[7])) && (len < 9 || data[8] == ' '))
    return TRUE;
  shown = tern_http1_show_line (data, len);
  /* RFC 8446 §5.1: the records of an alert and of a handshake start so. */
  if (len > 0 && (data[0] == 21 || data[0] == 22))
    g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_STATUS_LINE,
                 _ ("The answer is TLS and not HTTP, the port may be one for https: “%s”"), shown);
  else if (same == 5 && g_ascii_isdigit (data[5]))
    g_set_error (error, TERN_ERROR, TERN_ERROR_UNKNOWN_PROTOCOL,
                 _ ("The answer is of a version of HTTP that is not spoken here: “%s”"), shown);
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_STATUS_LINE,
                 _ ("The answer does not start with a valid status line: “%s”"), shown);
  tern_error_set_line (error, shown);
  return FALSE;
}

/* Takes note of the line that ends at data[end]; DONE when it was the empty one. */
static TernParse
end_line (TernHttp1Scan *scan, const char *data, gsize end, guint n_before,
          const TernHttp1Limits *limits, GError **error)
{
  const gsize start = scan->physical;
  const gboolean folded = scan->line_start != start;

  scan->scanned = scan->physical = end + 1;
  if (folded)
    return TERN_PARSE_MORE;
  if (end == start || (end == start + 1 && data[start] == '\r'))
    return TERN_PARSE_DONE;
  if (++scan->n_lines > n_before && scan->n_lines - n_before > limits->max_count)
    return fail_count (limits->max_count, error);
  return TERN_PARSE_MORE;
}

/* A line that starts with white space goes on with the one before it. */
static void
start_line (TernHttp1Scan *scan, char first)
{
  if ((first != ' ' && first != '\t') || scan->n_lines == 0)
    scan->line_start = scan->physical;
}

/* @n_before lines are no fields. */
static TernParse
find_end (TernHttp1Scan *scan, const char *data, gsize len, guint n_before,
          const TernHttp1Limits *limits, gsize *section_len, GError **error)
{
  for (;;)
    {
      const char *newline;
      TernParse parse;
      gsize bound;

      if (scan->scanned >= limits->max_size)
        return fail_size (limits->max_size, error);
      if (scan->scanned >= len)
        return TERN_PARSE_MORE;
      if (scan->scanned == scan->physical)
        start_line (scan, data[scan->physical]);
      /* The first byte that may not be reached without a line end. */
      bound = limits->max_size;
      if (bound - scan->line_start > limits->max_line)
        bound = MIN (bound, scan->line_start + limits->max_line + 1);
      newline = bound > scan->scanned
                    ? memchr (data + scan->scanned, '\n', MIN (len, bound) - scan->scanned)
                    : NULL;
      if (!newline)
        {
          scan->scanned = MIN (len, MAX (bound, scan->scanned));
          if (len < bound)
            return TERN_PARSE_MORE;
          if (bound < limits->max_size)
            return fail_line (data + scan->line_start, len - scan->line_start, limits->max_line,
                              error);
          return fail_size (limits->max_size, error);
        }
      parse = end_line (scan, data, newline - data, n_before, limits, error);
      if (parse == TERN_PARSE_DONE)
        *section_len = scan->scanned;
      if (parse != TERN_PARSE_MORE)
        return parse;
    }
}

TernParse
tern_http1_head_find_end (TernHttp1Scan *scan, const char *data, gsize len,
                          const TernHttp1Limits *limits, gsize *head_len, GError **error)
{
  if (scan->n_lines == 0 && !check_start (data, len, error))
    return TERN_PARSE_FAILED;
  return find_end (scan, data, len, 1, limits, head_len, error);
}

TernParse
tern_http1_trailers_find_end (TernHttp1Scan *scan, const char *data, gsize len,
                              const TernHttp1Limits *limits, gsize *section_len, GError **error)
{
  return find_end (scan, data, len, 0, limits, section_len, error);
}
