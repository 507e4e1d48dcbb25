/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a text is JSON (RFC 8259): a recogniser that builds nothing. What it lets through is put
 * into a larger text as it is, so it must not let through more than one value. */
#include "json-check.h"

#include <string.h>

#define DEPTH_MOST 200

typedef struct
{
  const char *at;
  const char *end;
  guint depth;
} Scan;

static gboolean take_value (Scan *scan);

static void
skip_blanks (Scan *scan)
{
  while (scan->at < scan->end && memchr (" \t\r\n", *scan->at, 4))
    scan->at++;
}

static gboolean
take (Scan *scan, char c)
{
  skip_blanks (scan);
  if (scan->at == scan->end || *scan->at != c)
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
take_word (Scan *scan, const char *word)
{
  const gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return FALSE;
  scan->at += length;
  return TRUE;
}

static gboolean
take_digits (Scan *scan)
{
  const char *start = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return scan->at > start;
}

/* RFC 8259 §6: no plus, no leading zeros, digits on both sides of the point. */
static gboolean
take_number (Scan *scan)
{
  take_word (scan, "-");
  if (!take_word (scan, "0") && !take_digits (scan))
    return FALSE;
  if (take_word (scan, ".") && !take_digits (scan))
    return FALSE;
  if (take_word (scan, "e") || take_word (scan, "E"))
    {
      if (!take_word (scan, "+"))
        take_word (scan, "-");
      return take_digits (scan);
    }
  return TRUE;
}

static gboolean
take_escape (Scan *scan)
{
  if (scan->at == scan->end)
    return FALSE;
  if (*scan->at != 'u')
    return strchr ("\"\\/bfnrt", *scan->at++) != NULL;
  scan->at++;
  for (guint i = 0; i < 4; i++)
    if (scan->at == scan->end || !g_ascii_isxdigit (*scan->at++))
      return FALSE;
  return TRUE;
}

static gboolean
take_string (Scan *scan)
{
  if (!take (scan, '"'))
    return FALSE;
  while (scan->at < scan->end)
    {
      const char c = *scan->at++;

      if (c == '"')
        return TRUE;
      if ((guchar) c < 0x20 || (c == '\\' && !take_escape (scan)))
        return FALSE;
    }
  return FALSE;
}

static gboolean
take_members (Scan *scan)
{
  if (take (scan, '}'))
    return TRUE;
  do
    if (!take_string (scan) || !take (scan, ':') || !take_value (scan))
      return FALSE;
  while (take (scan, ','));
  return take (scan, '}');
}

static gboolean
take_elements (Scan *scan)
{
  if (take (scan, ']'))
    return TRUE;
  do
    if (!take_value (scan))
      return FALSE;
  while (take (scan, ','));
  return take (scan, ']');
}

static gboolean
take_value (Scan *scan)
{
  gboolean is_good;

  skip_blanks (scan);
  if (scan->at == scan->end || ++scan->depth > DEPTH_MOST)
    return FALSE;
  if (*scan->at == '"')
    is_good = take_string (scan);
  else if (take (scan, '{'))
    is_good = take_members (scan);
  else if (take (scan, '['))
    is_good = take_elements (scan);
  else
    is_good = take_word (scan, "true") || take_word (scan, "false") || take_word (scan, "null")
              || take_number (scan);
  scan->depth--;
  return is_good;
}

gboolean
json_check (const char *text, gsize length)
{
  Scan scan = { text, text + length, 0 };

  if (!g_utf8_validate (text, (gssize) length, NULL) || !take_value (&scan))
    return FALSE;
  skip_blanks (&scan);
  return scan.at == scan.end;
}
