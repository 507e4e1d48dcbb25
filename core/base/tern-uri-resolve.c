/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* References against a base (RFC 3986 §5.2): what a Location means. It must never let a control
 * byte or a host through that the parser of whole URIs would refuse: its result is parsed like any
 * other. */
#include "base/tern-uri.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"

/* The parts of a reference (RFC 3986 appendix B); at is NULL where a part is missing. */
typedef struct
{
  const char *authority;
  gsize authority_len;
  const char *path;
  gsize path_len;
  const char *query;
  gsize query_len;
  const char *fragment;
} Reference;

gsize
tern_uri_remove_dots (char *path, gsize len)
{
  const char *in = path;
  const char *const end = path + len;
  char *out = path;

  while (in < end)
    {
      const char *next = memchr (in + 1, '/', end - in - 1);
      const gsize size = (next ? next : end) - in;
      const gboolean dot = size == 2 && in[1] == '.';
      const gboolean dots = size == 3 && in[1] == '.' && in[2] == '.';

      if (!dot && !dots)
        {
          memmove (out, in, size);
          out += size;
        }
      while (dots && out > path && *--out != '/')
        ;
      if ((dot || dots) && !next)
        *out++ = '/'; /* "/a/.." names the folder */
      in += size;
    }
  return out - path;
}

/* Servers write spaces and 8-bit bytes into Location: these are percent-encoded. Control bytes are
 * not a slip of a server but somebody's attempt, and refused. */
static char *
clean_reference (const char *reference, GError **error)
{
  const gboolean utf8 = g_utf8_validate (reference, -1, NULL);
  GString *clean;

  for (const char *at = reference; *at; at++)
    if ((guint8) *at < 0x20 || *at == 0x7F)
      {
        g_autofree char *shown = tern_escape_uri (reference);

        g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
                     _ ("The reference “%s” has a control character"), shown);
        return NULL;
      }
  clean = g_string_sized_new (strlen (reference) + 16);
  for (const char *at = reference; *at; at++)
    if (*at == ' ' || ((guint8) *at >= 0x80 && !utf8))
      g_string_append_printf (clean, "%%%02X", (guint8) *at);
    else
      g_string_append_c (clean, *at);
  return g_string_free (clean, FALSE);
}

static gboolean
has_scheme (const char *text)
{
  if (!g_ascii_isalpha (*text))
    return FALSE;
  while (g_ascii_isalnum (*text) || *text == '+' || *text == '-' || *text == '.')
    text++;
  return *text == ':';
}

/* @text is a reference behind its scheme. */
static void
split_reference (Reference *parts, const char *text)
{
  memset (parts, 0, sizeof *parts);
  if (text[0] == '/' && text[1] == '/')
    {
      parts->authority = text + 2;
      parts->authority_len = strcspn (text + 2, "/?#");
      text = parts->authority + parts->authority_len;
    }
  parts->path = text;
  parts->path_len = strcspn (text, "?#");
  text += parts->path_len;
  if (*text == '?')
    {
      parts->query = text + 1;
      parts->query_len = strcspn (text + 1, "#");
      text = parts->query + parts->query_len;
    }
  if (*text == '#')
    parts->fragment = text + 1;
}

static void
append_clean_path (GString *out, const char *folder, gsize folder_len, const char *path,
                   gsize path_len)
{
  const gsize start = out->len;

  g_string_append_len (out, folder, folder_len);
  g_string_append_len (out, path, path_len);
  if (out->len > start)
    g_string_truncate (out, start + tern_uri_remove_dots (out->str + start, out->len - start));
}

static void
append_base_authority (GString *out, const TernUri *base)
{
  if (base->userinfo)
    {
      g_string_append (out, base->userinfo);
      g_string_append_c (out, '@');
    }
  g_string_append (out, base->authority);
}

/* The path and query of RFC 3986 §5.2.2; a base without a path has "/" (§5.2.3). */
static void
append_target (GString *out, const TernUri *base, const Reference *parts)
{
  const gsize base_path_len = strcspn (base->target, "?");
  const char *slash;

  if (parts->authority || (parts->path_len > 0 && parts->path[0] == '/'))
    append_clean_path (out, NULL, 0, parts->path, parts->path_len);
  else if (parts->path_len > 0)
    {
      slash = memrchr (base->target, '/', base_path_len);
      append_clean_path (out, base->target, slash + 1 - base->target, parts->path, parts->path_len);
    }
  else
    {
      g_string_append_len (out, base->target, base_path_len);
      if (!parts->query)
        g_string_append (out, base->target + base_path_len);
    }
  if (parts->query)
    {
      g_string_append_c (out, '?');
      g_string_append_len (out, parts->query, parts->query_len);
    }
}

TernUri *
tern_uri_resolve (TernUri *base, const char *reference, GError **error)
{
  g_autofree char *clean = clean_reference (reference, error);
  g_autoptr (GString) out = NULL;
  const gboolean absolute = clean && has_scheme (clean);
  const char *fragment;
  Reference parts;

  if (!clean)
    return NULL;
  out = g_string_sized_new (strlen (clean) + strlen (base->target) + strlen (base->authority) + 16);
  split_reference (&parts, absolute ? strchr (clean, ':') + 1 : clean);
  if (absolute && !parts.authority)
    return tern_uri_parse (clean, error); /* which tells what is wrong with it */
  if (absolute)
    g_string_append_len (out, clean, strchr (clean, ':') - clean);
  else
    g_string_append (out, base->secure ? "https" : "http");
  g_string_append (out, "://");
  if (parts.authority)
    g_string_append_len (out, parts.authority, parts.authority_len);
  else
    append_base_authority (out, base);
  append_target (out, base, &parts);
  fragment = parts.fragment ? parts.fragment : base->fragment;
  if (fragment)
    {
      g_string_append_c (out, '#');
      g_string_append (out, fragment);
    }
  return tern_uri_parse (out->str, error);
}
