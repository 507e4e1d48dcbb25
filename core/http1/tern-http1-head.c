/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a response: the status line (RFC 9112 §4) and what it makes of the fields. It must
 * never take anything for a response that does not say "HTTP/1.". */
#include "http1/tern-http1-head.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "http1/tern-http1-fields.h"

/* "HTTP/1.1 200" */
#define STATUS_END 12

static gboolean
fail_status (const char *line, gsize len, GError **error)
{
  g_autofree char *shown = tern_http1_show_line (line, len);

  g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_STATUS_LINE,
               _ ("The status line of the answer is not valid: “%s”"), shown);
  tern_error_set_line (error, shown);
  return FALSE;
}

/* Exactly three digits; what is no class of RFC 9110 §15 has no meaning that could be relied on, so
 * it is taken only where somebody wants it. */
static guint
read_status (const char *text, gboolean any)
{
  guint status;

  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isdigit (text[i]))
      return 0;
  status = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  return status >= 100 && (any || status <= 599) ? status : 0;
}

/* The phrase is for people only: as UTF-8, read as Latin-1 where it is not. */
static char *
read_reason (const char *text, gsize len)
{
  tern_field_trim (&text, &len);
  if (g_utf8_validate_len (text, len, NULL))
    return g_strndup (text, len);
  return g_convert (text, len, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

/* Parses the line data[0..len) without its end. */
static gboolean
read_status_line (TernHttp1Head *head, const char *data, gsize len, gboolean any, GError **error)
{
  gsize reason_at = STATUS_END;

  if (len < STATUS_END || memcmp (data, "HTTP/1.", 7) != 0 || !g_ascii_isdigit (data[7])
      || data[8] != ' ')
    return fail_status (data, len, error);
  head->status = read_status (data + 9, any);
  if (head->status == 0)
    return fail_status (data, len, error);
  if (len > STATUS_END && data[reason_at++] != ' ')
    return fail_status (data, len, error);
  if (!tern_field_is_value (data + reason_at, len - reason_at))
    return fail_status (data, len, error);
  /* A higher minor version is read as the highest that is known (RFC 9110 §2.5). */
  head->version = data[7] == '0' ? 10 : 11;
  head->reason = read_reason (data + reason_at, len - reason_at);
  return TRUE;
}

gboolean
tern_http1_head_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                       TernHttp1Head *head, GError **error)
{
  const char *newline = len > 0 ? memchr (data, '\n', len) : NULL;
  gsize line_len;

  memset (head, 0, sizeof *head);
  if (!newline)
    return fail_status (data, len, error);
  line_len = newline - data;
  if (line_len > limits->max_line)
    {
      g_autofree char *shown = tern_http1_show_line (data, line_len);

      g_set_error (error, TERN_ERROR, TERN_ERROR_LINE_TOO_LONG,
                   _ ("The status line of the answer is longer than %zu bytes"),
                   limits->max_line);
      tern_error_set_line (error, shown);
      return FALSE;
    }
  if (line_len > 0 && data[line_len - 1] == '\r')
    line_len--;
  if (!read_status_line (head, data, line_len, limits->any_status, error))
    return FALSE;
  newline++;
  head->headers
      = tern_http1_fields_parse (newline, data + len - newline, limits, FALSE, error);
  if (!head->headers)
    tern_http1_head_clear (head);
  return head->headers != NULL;
}

TernHeaders *
tern_http1_trailers_parse (const char *data, gsize len, const TernHttp1Limits *limits,
                           GError **error)
{
  return tern_http1_fields_parse (data, len, limits, TRUE, error);
}

void
tern_http1_head_clear (TernHttp1Head *head)
{
  g_clear_pointer (&head->reason, g_free);
  g_clear_pointer (&head->headers, tern_headers_unref);
}
