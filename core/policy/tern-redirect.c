/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of redirects: httplib2's table of which are followed, RFC 9110 §15.4 for what becomes
 * of the request, and what every other client once leaked. It must never let a secret reach
 * another origin. */
#include "policy/tern-redirect.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"

static gboolean
is_redirect_code (const TernRedirectRules *rules, guint status)
{
  /* 304 is an answer to a condition; 305 names a proxy and has been a hole for ever (§15.4.6). */
  if (status < 200 || status == 304 || status == 305)
    return FALSE;
  for (gsize i = 0; i < rules->n_codes; i++)
    if (rules->codes[i] == (int) status)
      return TRUE;
  return FALSE;
}

static gboolean
is_followed (const TernRedirectRules *rules, const char *method, guint status)
{
  if (!rules->follow || !is_redirect_code (rules, status))
    return FALSE;
  if (rules->follow_all || status == 303 || status == 308)
    return TRUE;
  return rules->safe_methods && g_strv_contains (rules->safe_methods, method);
}

/* The one Location; the same value twice is one. FALSE with @error where they contradict each
 * other: a party on the way that reads the other one would judge another target. */
static gboolean
find_location (const TernHeaders *headers, const TernField **found, GError **error)
{
  const TernField *field;
  guint from = 0;

  *found = NULL;
  while ((field = tern_headers_find_next (headers, "Location", 8, &from)))
    {
      if (*found
          && ((*found)->raw_len != field->raw_len
              || memcmp (tern_headers_raw (headers, *found), tern_headers_raw (headers, field),
                         field->raw_len) != 0))
        {
          g_set_error_literal (error, TERN_ERROR, TERN_ERROR_MALFORMED_HEADER,
                               _ ("The redirect has several Location fields that differ"));
          return FALSE;
        }
      *found = field;
    }
  if (*found && (*found)->raw_len == 0)
    *found = NULL;
  return TRUE;
}

/* The reference as bytes that an IRI parser may read: UTF-8 stays for it to encode (the host by
 * its own rules), other bytes have no meaning but themselves, and blanks are what sloppy servers
 * send. */
static char *
clean_reference (const char *raw, gsize len)
{
  const gboolean utf8 = g_utf8_validate_len (raw, len, NULL);
  GString *clean = g_string_sized_new (len);

  for (gsize i = 0; i < len; i++)
    {
      const guint8 c = raw[i];

      if (c == ' ' || c == '\t' || (c >= 0x80 && !utf8))
        g_string_append_printf (clean, "%%%02X", c);
      else
        g_string_append_c (clean, c);
    }
  return g_string_free (clean, FALSE);
}

/* A server's userinfo never becomes credentials. Only the caller's own stays, on the caller's
 * origin. */
static TernUri *
drop_foreign_userinfo (TernUri *base, TernUri *uri, GError **error)
{
  g_autofree char *text = NULL;

  if (!uri->userinfo
      || (tern_uri_same_origin (base, uri) && g_strcmp0 (base->userinfo, uri->userinfo) == 0))
    return tern_uri_ref (uri);
  text = tern_uri_to_string (uri, TRUE);
  return tern_uri_parse (text, error);
}

static TernUri *
resolve_location (TernUri *base, const TernHeaders *headers, const TernField *location,
                  GError **error)
{
  g_autofree char *reference = NULL;
  g_autoptr (TernUri) uri = NULL;
  TernUri *next = NULL;

  reference = clean_reference (tern_headers_raw (headers, location), location->raw_len);
  uri = tern_uri_resolve (base, reference, error);
  if (uri)
    next = drop_foreign_userinfo (base, uri, error);
  if (!next)
    {
      /* Long enough to recognise it, too short to fill a log, and without a password. */
      g_autofree char *shown = tern_escape_uri (reference);

      g_prefix_error (error, _ ("Redirect to “%s”: "), shown);
    }
  return next;
}

/* 302 and 303 become GET, which every client does and RFC 9110 §15.4.3 allows; HEAD stays, or the
 * caller would get a body. 300, 301, 307 and 308 keep the method, as httplib2 does. */
static void
choose_method (guint status, const char *method, TernRedirect *out)
{
  out->drop_body = status == 302 || status == 303;
  out->method = out->drop_body && strcmp (method, "HEAD") != 0 ? "GET" : method;
}

TernRedirectVerdict
tern_redirect_decide (const TernRedirectRules *rules, const char *method, TernUri *uri,
                      guint status, const TernHeaders *response_headers,
                      TernRedirect *out, GError **error)
{
  const TernField *location;

  memset (out, 0, sizeof *out);
  if (!is_followed (rules, method, status))
    return TERN_REDIRECT_NONE;
  if (!find_location (response_headers, &location, error))
    return TERN_REDIRECT_FAILED;
  if (!location)
    {
      if (status == 300) /* a list to choose from (§15.4.1) */
        return TERN_REDIRECT_NONE;
      g_set_error (error, TERN_ERROR, TERN_ERROR_REDIRECT_MISSING_LOCATION,
                   _ ("The response is a redirect (%u) without a Location"), status);
      return TERN_REDIRECT_FAILED;
    }
  out->uri = resolve_location (uri, response_headers, location, error);
  if (!out->uri)
    return TERN_REDIRECT_FAILED;
  choose_method (status, method, out);
  out->cross_origin = !tern_uri_same_origin (uri, out->uri);
  out->downgrade = uri->secure && !out->uri->secure;
  return TERN_REDIRECT_FOLLOW;
}

void
tern_redirect_clear (TernRedirect *redirect)
{
  g_clear_pointer (&redirect->uri, tern_uri_unref);
}

static gboolean
is_one_of (const char *name, const char *const *names)
{
  for (; *names; names++)
    if (g_ascii_strcasecmp (name, *names) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_prefix (const char *name, const char *prefix)
{
  return g_ascii_strncasecmp (name, prefix, strlen (prefix)) == 0;
}

static gboolean
is_dropped (const char *name, const TernRedirect *redirect, const TernRedirectRules *rules)
{
  /* Integrity fields speak of the body as Content-* fields do (RFC 3230, RFC 9530). */
  static const char *const body_fields[]
    = { "Transfer-Encoding", "Expect", "Trailer", "Digest", "Repr-Digest", NULL };
  static const char *const login_fields[] = { "Authorization", "X-WSSE", NULL };
  static const char *const origin_fields[]
    = { "Cookie", "Cookie2", "Proxy-Authorization", "Host", NULL };

  if (has_prefix (name, "If-"))
    return TRUE; /* a condition on another resource means nothing */
  if (redirect->drop_body && (has_prefix (name, "Content-") || is_one_of (name, body_fields)))
    return TRUE;
  if (redirect->downgrade && g_ascii_strcasecmp (name, "Referer") == 0)
    return TRUE;
  if (!redirect->cross_origin && !redirect->downgrade)
    return FALSE;
  return is_one_of (name, origin_fields)
         || (!rules->forward_authorization && is_one_of (name, login_fields));
}

/* Cuts the fragment and the userinfo out of a Referer (RFC 9110 §10.1.3), by its text, as it may
 * be of any scheme; NULL where it may go as it is. */
static char *
clean_referer (const char *value)
{
  const gsize len = strcspn (value, "#");
  const char *authority = g_strstr_len (value, len, "//");
  const char *at = NULL;

  if (authority)
    {
      const char *stop;

      authority += 2;
      stop = authority + MIN (strcspn (authority, "/?"), len - (gsize) (authority - value));
      at = g_strrstr_len (authority, stop - authority, "@");
    }
  if (!at)
    return value[len] ? g_strndup (value, len) : NULL;
  return g_strdup_printf ("%.*s%.*s", (int) (authority - value), value,
                          (int) (value + len - at - 1),
                          at + 1);
}

/* The first Referer, cleaned, in place of all of them; nothing changes where there is one clean
 * field. */
static void
edit_referer (TernHeaders *headers)
{
  guint from = 0;
  const TernField *first = tern_headers_find_next (headers, "Referer", 7, &from);
  g_autofree char *clean = NULL;

  if (!first)
    return;
  clean = clean_referer (tern_headers_value (headers, first));
  if (!clean && tern_headers_find_next (headers, "Referer", 7, &from))
    clean = g_strdup (tern_headers_value (headers, first));
  if (clean)
    tern_headers_set (headers, "Referer", clean);
}

void
tern_redirect_edit_fields (const TernRedirect *redirect, const TernRedirectRules *rules,
                           TernHeaders *request_headers)
{
  guint kept = 0;

  for (guint i = 0; i < request_headers->n; i++)
    {
      const TernField field = request_headers->fields[i];

      if (!is_dropped (tern_headers_name (request_headers, &field), redirect, rules))
        request_headers->fields[kept++] = field;
    }
  request_headers->n = kept;
  edit_referer (request_headers);
}
