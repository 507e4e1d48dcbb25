/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes Cache-Status. It must never let text from outside end a string of the structured field, or
 * put a byte into it that does not belong there (RFC 8941 §3.3.3). */
#include "policy/tern-cache-status.h"

#include <string.h>

#include "base/tern-field.h"

static const char *const forwards[] = {
  [TERN_FORWARD_NONE] = NULL,
  [TERN_FORWARD_BYPASS] = "bypass",
  [TERN_FORWARD_METHOD] = "method",
  [TERN_FORWARD_URI_MISS] = "uri-miss",
  [TERN_FORWARD_VARY_MISS] = "vary-miss",
  [TERN_FORWARD_REQUEST] = "request",
  [TERN_FORWARD_STALE] = "stale",
  [TERN_FORWARD_PARTIAL] = "partial",
};

/* sf-token = ( ALPHA / "*" ) *( tchar / ":" / "/" ) */
static gboolean
is_token (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '*')
    return FALSE;
  for (text++; *text; text++)
    if (!tern_field_is_token_char (*text) && *text != ':' && *text != '/')
      return FALSE;
  return TRUE;
}

/* sf-string: printable ASCII; what is not becomes a question mark. */
static void
append_string (GString *out, const char *name, const char *text)
{
  g_string_append (out, "; ");
  g_string_append (out, name);
  g_string_append (out, "=\"");
  for (; *text; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, g_ascii_isprint (*text) ? *text : '?');
    }
  g_string_append_c (out, '"');
}

/* What is of known length: all but a key and a detail. */
typedef struct
{
  char text[192];
  gsize len;
} Line;

static void
put (Line *line, const char *text)
{
  const gsize len = strlen (text);

  if (len > sizeof line->text - line->len)
    return; /* cannot be */
  memcpy (line->text + line->len, text, len);
  line->len += len;
}

static void
put_number (Line *line, const char *name, gint64 number)
{
  char digits[TERN_FIELD_NUMBER_SIZE];

  put (line, name);
  put (line, tern_field_number (digits, number));
}

static void
append_detail (GString *out, const char *detail)
{
  if (is_token (detail))
    {
      g_string_append (out, "; detail=");
      g_string_append (out, detail);
    }
  else
    append_string (out, "detail", detail);
}

char *
tern_cache_status_text (const TernCacheStatus *status)
{
  const TernCacheDecision *decision = status->decision;
  GString *text;
  Line line = { .len = 0 };
  const gboolean hit
      = decision->verdict == TERN_CACHE_HIT || decision->verdict == TERN_CACHE_HIT_STALE;
  const char *detail = status->detail;

  put (&line, "tern");
  /* hit and fwd exclude each other (§2.1). */
  if (hit && decision->forward == TERN_FORWARD_NONE)
    put (&line, "; hit");
  else if (forwards[decision->forward])
    {
      put (&line, "; fwd=");
      put (&line, forwards[decision->forward]);
    }
  if (status->forward_status > 0)
    put_number (&line, "; fwd-status=", status->forward_status);
  if (hit || status->rescued)
    put_number (&line, "; ttl=", decision->ttl);
  if (status->stored)
    put (&line, "; stored");
  if (status->collapsed)
    put (&line, "; collapsed");
  if (!detail && decision->verdict == TERN_CACHE_FAIL_504)
    detail = "only-if-cached";
  if (!detail && hit)
    detail = decision->leave;
  if (!detail && status->rescued)
    detail = "stale-if-error";
  if (!status->key && !detail)
    return g_strndup (line.text, line.len);
  text = g_string_new_len (line.text, (gssize)line.len);
  if (status->key)
    append_string (text, "key", status->key);
  if (detail)
    append_detail (text, detail);
  return g_string_free (text, FALSE);
}
