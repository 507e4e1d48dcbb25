/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The length of a response's body, rule by rule as RFC 9112 §6.3 has them. It must never choose
 * between two readings: what two parsers could frame differently is how responses are smuggled. */
#include "http1/tern-http1-framing.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"

/* What the fields say, gathered in one pass. */
typedef struct
{
  const TernField *coding;     /* the first Transfer-Encoding */
  const TernField *bad_coding; /* one that is not the only one, or not "chunked" */
  const TernField *length;     /* the first Content-Length */
  const TernField *bad_length; /* one that is no number, or another number */
  guint64 size;
  gboolean close;
  gboolean keep_alive;
} Found;

static gboolean
is_name (const TernHeaders *headers, const TernField *field, const char *name)
{
  return g_ascii_strncasecmp (tern_headers_name (headers, field), name, field->name_len) == 0;
}

static gboolean
is_word (const char *text, gsize len, const char *word)
{
  return len == strlen (word) && g_ascii_strncasecmp (text, word, len) == 0;
}

/* The next element up to any comma, which may be empty: what is read here has no quoted strings,
 * and a stray quote must not hide what follows it. *at is NULL behind the last one. */
static const char *
next_item (const char **at, const char *end, gsize *len)
{
  const char *item = *at;
  const char *comma = memchr (item, ',', end - item);

  *len = (comma ? comma : end) - item;
  *at = comma ? comma + 1 : NULL;
  tern_field_trim (&item, len);
  return item;
}

static void
note_connection (Found *found, const TernHeaders *headers, const TernField *field)
{
  const char *at = tern_headers_raw (headers, field);
  const char *const end = at + field->raw_len;

  while (at)
    {
      gsize len;
      const char *item = next_item (&at, end, &len);

      found->close |= is_word (item, len, "close");
      found->keep_alive |= is_word (item, len, "keep-alive");
    }
}

/* "chunked" once and alone is the only coding that is taken: not twice, in quotes, with parameters,
 * or with others, for each of which some parser has fallen back to Content-Length. */
static void
note_coding (Found *found, const TernHeaders *headers, const TernField *field)
{
  if (found->coding || !is_word (tern_headers_raw (headers, field), field->raw_len, "chunked"))
    found->bad_coding = field;
  if (!found->coding)
    found->coding = field;
}

/* A list of the same number is that number (RFC 9110 §8.6); an empty element is not a number. */
static void
note_length (Found *found, const TernHeaders *headers, const TernField *field)
{
  const guint64 before = found->size;

  /* RFC 9110 §8.6 lets a recipient take a list of the same number for that number; a field with a
   * list in it is refused here, for parsers that do not agree about it are what smuggling needs. */
  if (!tern_field_parse_uint (tern_headers_raw (headers, field), field->raw_len, &found->size)
      || (found->length && before != found->size))
    found->bad_length = field;
  found->length = field;
}

static void
find (Found *found, const TernHeaders *headers)
{
  memset (found, 0, sizeof *found);
  for (guint i = 0; i < headers->n; i++)
    {
      const TernField *field = &headers->fields[i];

      if (field->name_len == strlen ("Connection") && is_name (headers, field, "Connection"))
        note_connection (found, headers, field);
      else if (field->name_len == strlen ("Content-Length")
               && is_name (headers, field, "Content-Length"))
        note_length (found, headers, field);
      else if (field->name_len == strlen ("Transfer-Encoding")
               && is_name (headers, field, "Transfer-Encoding"))
        note_coding (found, headers, field);
    }
}

static gboolean
fail (const TernHeaders *headers,
      const TernField *field,
      TernError code,
      const char *format,
      GError **error)
{
  g_autofree char *shown = tern_escape (tern_headers_raw (headers, field), field->raw_len);

  g_set_error (error, TERN_ERROR, code, _ (format), shown);
  tern_error_set_line (error, shown);
  return FALSE;
}

/* Rules 1 and 2: whatever the fields say, there is no body. */
static gboolean
has_no_body (const char *method, guint status)
{
  return strcmp (method, "HEAD") == 0 || status < 200 || status == 204 || status == 304
         || (strcmp (method, "CONNECT") == 0 && status < 300);
}

/* Rules 3 to 8. */
static gboolean
decide_body (const Found *found, const TernHeaders *headers, TernFraming *framing, GError **error)
{
  if (found->bad_coding)
    return fail (headers, found->bad_coding, TERN_ERROR_UNKNOWN_TRANSFER_ENCODING,
                 N_ ("The transfer coding of the answer is not supported: “%s”"), error);
  if (found->coding)
    framing->kind = TERN_BODY_CHUNKED;
  else if (found->bad_length)
    return fail (headers, found->bad_length, TERN_ERROR_BAD_FRAMING,
                 N_ ("The Content-Length of the answer is invalid or ambiguous: “%s”"), error);
  else if (found->length)
    {
      framing->kind = TERN_BODY_LENGTH;
      framing->length = found->size;
    }
  else
    {
      framing->kind = TERN_BODY_CLOSE;
      framing->keep = FALSE;
    }
  return TRUE;
}

gboolean
tern_http1_framing_decide (const char *method,
                           guint status,
                           guint version,
                           const TernHeaders *headers,
                           TernFraming *framing,
                           GError **error)
{
  Found found;

  find (&found, headers);
  framing->kind = TERN_BODY_NONE;
  framing->length = 0;
  /* RFC 9112 §9.3: "close" beats all; only HTTP/1.0 has to ask for more. Faulty framing (§6.1) is
   * read in its one safe way, and then the connection is not trusted any further. */
  framing->keep = !found.close && (version >= 11 || found.keep_alive)
                  && !(found.coding && (version < 11 || found.length || found.bad_length));
  return has_no_body (method, status) || decide_body (&found, headers, framing, error);
}
