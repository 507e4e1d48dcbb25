/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of http and https URIs (RFC 3986, RFC 3987): one pass that finds the parts, one that
 * writes them into a single allocation. It must never guess what a malformed authority may mean. */
#include "base/tern-uri.h"

#include <arpa/inet.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"

#define MAX_HOST 255
#define MAX_LABEL 63

/* What a byte means behind the authority: copied, percent-encoded, or the end of this part. */
enum
{
  PLAIN = 0,
  ENCODE = 1,
  STOP = 2,
};

/* Controls and SP stop a part as "#" and NUL do; only the latter two are then accepted. */
static const guint8 part_classes[256] = {
  [0x00 ... 0x20] = STOP,   ['#'] = STOP,   [0x7F] = STOP,   ['"'] = ENCODE,
  ['<'] = ENCODE,           ['>'] = ENCODE, ['\\'] = ENCODE, ['^'] = ENCODE,
  ['`'] = ENCODE,           ['{'] = ENCODE, ['|'] = ENCODE,  ['}'] = ENCODE,
  [0x80 ... 0xFF] = ENCODE,
};

#define LOWER(c) [c - 0x20] = c, [c] = c
/* The bytes of a host name in lower case; 0 for others. RFC 3986 §3.2.2 has more in a reg-name,
 * which no server is called by and which other programs take for separators. */
static const guint8 host_bytes[256] = {
  LOWER ('a'), LOWER ('b'), LOWER ('c'), LOWER ('d'), LOWER ('e'), LOWER ('f'), LOWER ('g'),
  LOWER ('h'), LOWER ('i'), LOWER ('j'), LOWER ('k'), LOWER ('l'), LOWER ('m'), LOWER ('n'),
  LOWER ('o'), LOWER ('p'), LOWER ('q'), LOWER ('r'), LOWER ('s'), LOWER ('t'), LOWER ('u'),
  LOWER ('v'), LOWER ('w'), LOWER ('x'), LOWER ('y'), LOWER ('z'), ['0'] = '0', ['1'] = '1',
  ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8',
  ['9'] = '9', ['-'] = '-', ['.'] = '.', ['_'] = '_', ['~'] = '~',
};
#undef LOWER

typedef struct
{
  const char *at;
  gsize len;
  gsize n_encode;
} Part;

/* Where the parts lie in the text. */
typedef struct
{
  gboolean secure;
  gboolean literal; /* the host stood in brackets */
  guint16 port;
  Part userinfo; /* at is NULL where there is none; so it is with fragment */
  Part host;
  Part target;
  Part fragment;
  char *ascii; /* the host after IDNA */
} Split;

static gboolean
fail (const char *text, const char *reason, GError **error)
{
  g_autofree char *shown = tern_escape_uri (text);

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL, _ ("Invalid URI “%s”: %s"), shown,
               _ (reason));
  return FALSE;
}

static gboolean
fail_relative (const char *text, GError **error)
{
  g_autofree char *shown = tern_escape_uri (text);

  g_set_error (error, TERN_ERROR, TERN_ERROR_RELATIVE_URI,
               _ ("Only absolute URIs are allowed. uri = %s"), shown);
  return FALSE;
}

/* Finds out why the quick look did not see "http://" or "https://". */
static gboolean
explain_scheme (const char *text, GError **error)
{
  const char *end = text;
  g_autofree char *shown = NULL;

  if (g_ascii_isalpha (*end))
    while (g_ascii_isalnum (*end) || *end == '+' || *end == '-' || *end == '.')
      end++;
  if (end == text || *end != ':')
    {
      /* A control byte is the worse fault: it must be named even where the scheme is missing. */
      for (const char *at = text; *at; at++)
        if ((guint8)*at <= 0x20 || *at == 0x7F)
          return fail (text, N_ ("it has a control character or a space"), error);
      return fail_relative (text, error);
    }
  if (g_ascii_strncasecmp (text, "http:", 5) == 0 || g_ascii_strncasecmp (text, "https:", 6) == 0)
    return fail_relative (text, error);
  shown = tern_escape (text, end - text);
  g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_SCHEME,
               _ ("The scheme “%s” is not supported: only http and https are"), shown);
  return FALSE;
}

/* Returns the start of the authority, or NULL. */
static const char *
split_scheme (Split *split, const char *text)
{
  if ((text[0] | 0x20) != 'h' || (text[1] | 0x20) != 't' || (text[2] | 0x20) != 't'
      || (text[3] | 0x20) != 'p')
    return NULL;
  text += 4;
  split->secure = (*text | 0x20) == 's';
  if (split->secure)
    text++;
  return text[0] == ':' && text[1] == '/' && text[2] == '/' ? text + 3 : NULL;
}

/* 1*DIGIT up to 65535 without 0; nothing at all is the default port (RFC 3986 §6.2.3). */
static gboolean
parse_port (Split *split, const char *at, const char *end)
{
  guint port = 0;

  for (const char *digit = at; digit < end; digit++)
    {
      if (*digit < '0' || *digit > '9')
        return FALSE;
      port = port * 10 + (*digit - '0');
      if (port > G_MAXUINT16)
        return FALSE;
    }
  if (at < end && port == 0)
    return FALSE;
  split->port = at < end ? port : split->secure ? 443 : 80;
  return TRUE;
}

/* Userinfo is kept as it was sent; what RFC 3986 §3.2.1 does not allow there is an error. */
static gboolean
check_userinfo (Part *part)
{
  for (gsize i = 0; i < part->len; i++)
    {
      const guint8 c = part->at[i];

      if (c == '%')
        {
          if (i + 2 >= part->len || !g_ascii_isxdigit (part->at[i + 1])
              || !g_ascii_isxdigit (part->at[i + 2]))
            return FALSE;
        }
      else if (c >= 0x80)
        part->n_encode++;
      else if (c != ':' && !host_bytes[c])
        return FALSE;
    }
  return TRUE;
}

/* IDNA (RFC 3490) as GLib has it; its output is checked like any other host, because compatibility
 * mapping can make a "/" or a "%" out of one character. */
static gboolean
split_idn (Split *split, const char *text, GError **error)
{
  g_autofree char *host = g_strndup (split->host.at, split->host.len);

  if (!g_utf8_validate (host, -1, NULL))
    return fail (text, N_ ("it is not valid UTF-8"), error);
  split->ascii = g_hostname_to_ascii (host);
  if (!split->ascii)
    return fail (text, N_ ("the host name cannot be written in ASCII (IDNA)"), error);
  split->host.at = split->ascii;
  split->host.len = strlen (split->ascii);
  return TRUE;
}

/* Splits host and port; @at is behind the userinfo. */
static gboolean
split_host (Split *split, const char *text, const char *at, const char *end, GError **error)
{
  const char *stop;

  split->literal = at < end && *at == '[';
  if (split->literal)
    {
      stop = memchr (at, ']', end - at);
      if (!stop || (stop + 1 < end && stop[1] != ':'))
        return fail (text, N_ ("the brackets round the address do not match"), error);
      split->host.at = at + 1;
      split->host.len = stop - at - 1;
      stop++;
    }
  else
    {
      for (stop = at; stop < end && *stop != ':'; stop++)
        ;
      split->host.at = at;
      split->host.len = stop - at;
    }
  if (split->host.len == 0)
    return fail (text, N_ ("the host is empty"), error);
  if (!parse_port (split, stop < end ? stop + 1 : stop, end))
    return fail (text, N_ ("the port is not a number from 1 to 65535"), error);
  return TRUE;
}

/* Splits userinfo, host and port; returns the byte behind them, or NULL. */
static const char *
split_authority (Split *split, const char *text, const char *start, GError **error)
{
  const char *at = NULL;
  const char *end = start;
  guint8 all = 0;

  for (; *end && *end != '/' && *end != '?' && *end != '#'; end++)
    {
      all |= *end;
      if (*end != '@')
        continue;
      /* A raw "@" is never part of userinfo: two of them are how hosts are confused. */
      if (at)
        return fail (text, N_ ("the authority has more than one “@”"), error), NULL;
      at = end;
      all = 0;
    }
  if (at)
    {
      split->userinfo.at = start;
      split->userinfo.len = at - start;
      if (!check_userinfo (&split->userinfo))
        return fail (text, N_ ("the user information has a character that is not allowed"), error),
               NULL;
      start = at + 1;
    }
  if (!split_host (split, text, start, end, error)
      || (all >= 0x80 && !split->literal && !split_idn (split, text, error)))
    return NULL;
  return end;
}

static const char *
scan_part (Part *part, const char *at)
{
  guint class;

  part->at = at;
  while ((class = part_classes[(guint8)*at]) != STOP)
    {
      part->n_encode += class;
      at++;
    }
  part->len = at - part->at;
  return at;
}

static gboolean
split_uri (Split *split, const char *text, GError **error)
{
  const char *at = split_scheme (split, text);

  if (!at)
    return explain_scheme (text, error);
  at = split_authority (split, text, at, error);
  if (!at)
    return FALSE;
  at = scan_part (&split->target, at);
  if (*at == '#')
    at = scan_part (&split->fragment, at + 1);
  if (*at == '#')
    return fail (text, N_ ("it has more than one “#”"), error);
  if (*at)
    return fail (text, N_ ("it has a control character or a space"), error);
  if (split->target.n_encode + split->fragment.n_encode + split->userinfo.n_encode > 0
      && !g_utf8_validate (text, -1, NULL))
    return fail (text, N_ ("it is not valid UTF-8"), error);
  return TRUE;
}

/* Copies a part and a NUL; returns the byte behind it. */
static char *
put_part (char *out, const Part *part)
{
  static const char digits[] = "0123456789ABCDEF";

  if (part->n_encode == 0)
    {
      memcpy (out, part->at, part->len);
      out += part->len;
    }
  else
    for (gsize i = 0; i < part->len; i++)
      {
        const guint8 c = part->at[i];

        if (part_classes[c] != ENCODE)
          {
            *out++ = c;
            continue;
          }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
      }
  *out++ = '\0';
  return out;
}

/* Whether the name's last label is a number: then it must be an IPv4 address in its one good form,
 * because look-up functions would read "127.1" and "0x7f000001" as addresses too. */
static gboolean
ends_in_number (const char *host, gsize len)
{
  const char *label;
  const char *at;

  if (len > 0 && host[len - 1] == '.')
    len--;
  label = memrchr (host, '.', len);
  label = label ? label + 1 : host;
  if (!g_ascii_isdigit (*label))
    return FALSE;
  at = label[0] == '0' && label[1] == 'x' ? label + 2 : label;
  for (; at < host + len; at++)
    if (label[1] == 'x' ? !g_ascii_isxdigit (*at) : !g_ascii_isdigit (*at))
      return FALSE;
  return TRUE;
}

/* Writes the host in lower case; returns what is wrong with it, or NULL. */
static const char *
put_name (char *out, const Part *host, guint *hash)
{
  gsize label = 0;

  if (host->len == 0) /* IDNA drops some characters */
    return N_ ("the host is empty");
  if (host->len > MAX_HOST)
    return N_ ("the host name is too long");
  for (gsize i = 0; i < host->len; i++)
    {
      const guint8 c = host_bytes[(guint8)host->at[i]];

      if (!c)
        return N_ ("the host has a character that is not allowed");
      if (c != '.')
        label++;
      else if (label == 0 || label > MAX_LABEL)
        return N_ ("the host has a label that is empty or too long");
      else
        label = 0;
      out[i] = c;
      *hash = *hash * 33 + c;
    }
  out[host->len] = '\0';
  if (label > MAX_LABEL)
    return N_ ("the host has a label that is empty or too long");
  if (ends_in_number (out, host->len))
    {
      struct in_addr address;

      if (inet_pton (AF_INET, out, &address) != 1)
        return N_ ("the host is not a valid IPv4 address");
    }
  return NULL;
}

/* The same for what stood in brackets: an IPv6 address, never one with a zone (RFC 6874: a zone
 * means nothing to another host). */
static const char *
put_literal (char *out, const Part *host, guint *hash)
{
  struct in6_addr address;

  if (host->len >= INET6_ADDRSTRLEN)
    return N_ ("the address in brackets is not a valid IPv6 address");
  for (gsize i = 0; i < host->len; i++)
    {
      out[i] = g_ascii_tolower (host->at[i]);
      *hash = *hash * 33 + (guint8)out[i];
    }
  out[host->len] = '\0';
  if (inet_pton (AF_INET6, out, &address) != 1)
    return N_ ("the address in brackets is not a valid IPv6 address");
  return NULL;
}

/* Writes ":port" where it is not the default. */
static char *
put_port (char *out, const Split *split)
{
  char digits[5];
  guint n = 0;

  if (split->port != (split->secure ? 443 : 80))
    {
      for (guint port = split->port; port > 0; port /= 10)
        digits[n++] = '0' + port % 10;
      *out++ = ':';
      while (n > 0)
        *out++ = digits[--n];
    }
  *out++ = '\0';
  return out;
}

/* Writes the authority behind @host and returns the byte behind both. They are one string where the
 * authority is the bare host. */
static char *
put_authority (TernUri *uri, const Split *split, char *host)
{
  char *out = host + split->host.len + 1;

  uri->host = host;
  uri->authority = host;
  if (!split->literal && split->port == (split->secure ? 443 : 80))
    return out;
  uri->authority = out;
  if (split->literal)
    *out++ = '[';
  memcpy (out, host, split->host.len);
  out += split->host.len;
  if (split->literal)
    *out++ = ']';
  return put_port (out, split);
}

static TernUri *
build (const Split *split, const char *text, GError **error)
{
  /* Twice the host with brackets and port, "/" before a query, a NUL behind each part. */
  const gsize n_encode
      = split->target.n_encode + split->userinfo.n_encode + split->fragment.n_encode;
  const gsize size = 2 * split->host.len + split->target.len + split->userinfo.len
                     + split->fragment.len + 2 * n_encode + 16;
  TernUri *uri = g_malloc (sizeof (TernUri) + size);
  char *out = (char *)(uri + 1);
  const char *fault;

  g_atomic_ref_count_init (&uri->ref_count);
  uri->secure = split->secure;
  uri->port = split->port;
  uri->hash = split->port * 2 + split->secure;
  fault = (split->literal ? put_literal : put_name) (out, &split->host, &uri->hash);
  if (fault)
    {
      g_free (uri);
      return fail (text, fault, error), NULL;
    }
  out = put_authority (uri, split, out);
  uri->target = out;
  if (split->target.len == 0 || split->target.at[0] != '/')
    *out++ = '/';
  out = put_part (out, &split->target);
  uri->userinfo = split->userinfo.at ? out : NULL;
  if (split->userinfo.at)
    out = put_part (out, &split->userinfo);
  uri->fragment = split->fragment.at ? out : NULL;
  if (split->fragment.at)
    put_part (out, &split->fragment);
  return uri;
}

TernUri *
tern_uri_parse (const char *text, GError **error)
{
  Split split = { 0 };
  TernUri *uri = NULL;

  if (!text)
    text = "";
  if (split_uri (&split, text, error))
    uri = build (&split, text, error);
  g_free (split.ascii);
  return uri;
}

TernUri *
tern_uri_with_host (const TernUri *uri, const char *host)
{
  const gsize host_len = strlen (host) + 1;
  const gsize authority_len = strlen (uri->authority) + 1;
  const gsize target_len = strlen (uri->target) + 1;
  TernUri *other = g_malloc0 (sizeof (TernUri) + host_len + authority_len + target_len);
  char *room = (char *)(other + 1);

  g_atomic_ref_count_init (&other->ref_count);
  other->secure = uri->secure;
  other->port = uri->port;
  other->hash = uri->hash ^ g_str_hash (host);
  other->host = memcpy (room, host, host_len);
  other->authority = memcpy (room + host_len, uri->authority, authority_len);
  other->target = memcpy (room + host_len + authority_len, uri->target, target_len);
  return other;
}

TernUri *
tern_uri_ref (TernUri *uri)
{
  g_atomic_ref_count_inc (&uri->ref_count);
  return uri;
}

void
tern_uri_unref (TernUri *uri)
{
  if (g_atomic_ref_count_dec (&uri->ref_count))
    g_free (uri);
}

gboolean
tern_uri_same_origin (const TernUri *a, const TernUri *b)
{
  return a->hash == b->hash && a->secure == b->secure && a->port == b->port
         && strcmp (a->host, b->host) == 0;
}

gboolean
tern_uri_is (const TernUri *uri, const char *text)
{
  const char *scheme = uri->secure ? "https://" : "http://";
  const gsize scheme_len = strlen (scheme);
  const gsize authority_len = strlen (uri->authority);

  return strncmp (text, scheme, scheme_len) == 0
         && strncmp (text + scheme_len, uri->authority, authority_len) == 0
         && strcmp (text + scheme_len + authority_len, uri->target) == 0;
}

char *
tern_uri_to_string (const TernUri *uri, gboolean with_fragment)
{
  const gboolean fragment = with_fragment && uri->fragment;

  return g_strconcat (uri->secure ? "https://" : "http://", uri->authority, uri->target,
                      fragment ? "#" : NULL, fragment ? uri->fragment : NULL, NULL);
}
