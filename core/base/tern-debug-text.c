/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Knows what is secret. Whatever is not sure to be harmless stays hidden: of the fields below not a
 * byte is shown but the name of a known authentication scheme, and of a URI never its userinfo. */
#include "base/tern-debug-text.h"

#include <string.h>

#include "base/tern-error-line.h"
#include "base/tern-escape.h"
#include "base/tern-field.h"

/* Challenges (WWW-Authenticate) are shown: a nonce is of no use to who reads it later. */
static const char *const secret_fields[] = {
  "Authorization",
  "Proxy-Authorization",
  "Authentication-Info",
  "Proxy-Authentication-Info",
  "Cookie",
  "Cookie2",
  "Set-Cookie",
  "Set-Cookie2",
  "X-WSSE",
  "X-API-Key",
  "X-Auth-Token",
};

static const char *const schemes[]
    = { "Basic", "Bearer", "Digest", "HMACDigest", "WSSE", "Negotiate", "NTLM" };

gboolean
tern_debug_is_secret (const char *name, gsize len)
{
  while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\t'))
    len--;
  for (gsize i = 0; i < G_N_ELEMENTS (secret_fields); i++)
    if (strlen (secret_fields[i]) == len && g_ascii_strncasecmp (secret_fields[i], name, len) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the "//" at @at begins an authority (RFC 3986 §3.2) and is no part of a path. */
static gboolean
starts_authority (const char *text, gsize len, gsize at)
{
  return len - at > 2 && text[at] == '/' && text[at + 1] == '/'
         && (at == 0 || strchr (": \t\"'<=,;(", text[at - 1]));
}

/* How many bytes at @text are userinfo with its "@"; 0 where there is none. */
static gsize
measure_userinfo (const char *text, gsize len)
{
  gsize userinfo = 0;

  for (gsize i = 0; i < len && (guint8)text[i] > ' ' && !strchr ("/?#<>", text[i]); i++)
    if (text[i] == '@')
      userinfo = i + 1;
  return userinfo;
}

static void
append_open (GString *out, const char *text, gsize len)
{
  gsize at = 0;
  gsize shown = 0;

  while (at < len)
    {
      gsize userinfo;

      if (!starts_authority (text, len, at))
        {
          at++;
          continue;
        }
      at += 2;
      userinfo = measure_userinfo (text + at, len - at);
      if (userinfo == 0)
        continue;
      tern_escape_append (out, text + shown, at - shown);
      g_string_append (out, TERN_DEBUG_SECRET "@");
      at += userinfo;
      shown = at;
    }
  tern_escape_append (out, text + shown, len - shown);
}

static void
append_secret (GString *out, const char *value, gsize len)
{
  gsize end = 0;

  while (end < len && value[end] != ' ')
    end++;
  for (gsize i = 0; end < len && i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i]) == end && g_ascii_strncasecmp (schemes[i], value, end) == 0)
      g_string_append_printf (out, "%s ", schemes[i]);
  g_string_append (out, TERN_DEBUG_SECRET);
}

/* A value with what stands between it and its colon. */
static void
append_value (GString *out, const char *name, gsize name_len, const char *value, gsize len)
{
  gsize blank = 0;

  while (blank < len && (value[blank] == ' ' || value[blank] == '\t'))
    blank++;
  tern_escape_append (out, value, blank);
  if (blank < len && tern_debug_is_secret (name, name_len))
    append_secret (out, value + blank, len - blank);
  else
    append_open (out, value + blank, len - blank);
}

char *
tern_debug_text (const char *text)
{
  GString *out = g_string_new (NULL);

  append_open (out, text, strlen (text));
  return g_string_free (out, FALSE);
}

char *
tern_debug_text_of_field (const char *name, const char *value)
{
  GString *out = g_string_new (NULL);

  tern_escape_append (out, name, strlen (name));
  g_string_append (out, ": ");
  append_value (out, name, strlen (name), value, strlen (value));
  return g_string_free (out, FALSE);
}

/* The length of the line at @text, and of the lines that continue it, without the last line end. */
static gsize
measure_line (const char *text, gsize len, gboolean may_continue, gsize *end_len)
{
  gsize at = 0;

  *end_len = 0;
  while (at < len)
    {
      const char *newline = memchr (text + at, '\n', len - at);
      gsize line;

      if (!newline)
        return len;
      line = newline - text;
      at = line + 1;
      *end_len = line > 0 && text[line - 1] == '\r' ? 2 : 1;
      if (!may_continue || at == len || (text[at] != ' ' && text[at] != '\t'))
        return at - *end_len;
    }
  return len - *end_len;
}

char *
tern_debug_text_of_head (const char *head, gsize len)
{
  GString *out = g_string_new ("'");
  gsize at = 0;

  while (at < len)
    {
      const char *line = head + at;
      gsize end_len;
      const gsize line_len = measure_line (line, len - at, at > 0, &end_len);
      const char *colon = at > 0 && line_len > 0 ? memchr (line, ':', line_len) : NULL;
      const gsize name_len = colon ? colon - line : 0;

      if (colon)
        {
          append_open (out, line, name_len + 1);
          append_value (out, line, name_len, colon + 1, line_len - name_len - 1);
        }
      else
        append_open (out, line, line_len);
      tern_escape_append (out, line + line_len, end_len);
      at += line_len + end_len;
    }
  g_string_append_c (out, '\'');
  return g_string_free (out, FALSE);
}

/* How much of a malformed line may be shown: all of it where it has a plain name that is none of
 * the above, or no name at all; else what there is of a name. */
static gsize
measure_harmless (const char *line)
{
  const gsize len = strlen (line);
  const gsize until_colon = strcspn (line, ":");
  gsize name = 0;

  if (g_str_has_prefix (line, "HTTP/"))
    return len;
  while (name < len && tern_field_is_token_char (line[name]))
    name++;
  if (name == 0 || tern_debug_is_secret (line, name))
    return name;
  return name == until_colon || until_colon == len ? len : name;
}

char *
tern_debug_message (const GError *error)
{
  const char *line = tern_error_get_line (error);
  GString *text = g_string_new (error->message);
  g_autofree char *open = NULL;
  gsize shown;

  if (!line || *line == '\0' || line[shown = measure_harmless (line)] == '\0')
    return g_string_free (text, FALSE);
  open = g_strdup_printf ("%.*s%s" TERN_DEBUG_SECRET, (int)shown, line, shown > 0 ? ": " : "");
  g_string_replace (text, line, open, 0);
  return g_string_free (text, FALSE);
}

char *
tern_debug_text_of_status (guint version, guint status, const char *reason)
{
  GString *out = g_string_new (NULL);

  g_string_printf (out, "'HTTP/%u.%u %u%s", version / 10, version % 10, status, *reason ? " " : "");
  append_open (out, reason, strlen (reason));
  g_string_append_c (out, '\'');
  return g_string_free (out, FALSE);
}
