/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Field lines into TernHeaders: the section is copied once, names and values are offsets into the
 * copy, NULs are written over the colons and line ends. It must never skip a line that it cannot
 * read: what one parser drops, another obeys. Only a line without a name, which nobody can obey, is
 * skipped, and that only where httplib's manners are asked for. */
#include "http1/tern-http1-fields.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"

/* Bytes behind the copy that may be read but hold NULs, so that words can be read at its end. */
#define PADDING 8

typedef struct
{
  const char *data; /* the section as it came, for messages */
  const TernHttp1Limits *limits;
  gboolean exact;
  gboolean eight_bit; /* some value has a byte above 0x7F */
  char *block;
  char *end;
  TernField *fields;
  guint n;
  guint n_alloc;
} Section;

char *
tern_http1_show_line (const char *line, gsize len)
{
  const char *end = len > 0 ? memchr (line, '\n', len) : NULL;

  if (end)
    len = end - line;
  if (len > 0 && line[len - 1] == '\r')
    len--;
  return tern_escape (line, len);
}

static gboolean
fail (const Section *self, const char *line, TernError code, const char *format, GError **error)
{
  g_autofree char *shown
      = tern_http1_show_line (self->data + (line - self->block), self->end - line);

  g_set_error (error, TERN_ERROR, code, _ (format), shown);
  tern_error_set_line (error, shown);
  return FALSE;
}

/* The first byte from @at on that may not stand in a value; it always exists, the padding is NUL.
 * Eight bytes at a time: the three terms set the top bit of a byte that is below 0x20, is 0x7F, or
 * is above it; the lowest such bit is exact. */
static char *
skip_text (char *at, gboolean *eight_bit)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);

  for (;;)
    {
      guint64 word;
      guint64 hits;

      memcpy (&word, at, 8);
      word = GUINT64_FROM_LE (word);
      hits = (((word - ones * 0x20) & ~word) | ((word ^ ones * 0x7F) - ones) | word) & ones * 0x80;
      if (!hits)
        {
          at += 8;
          continue;
        }
      at += __builtin_ctzll (hits) / 8;
      if (!(tern_field_classes[(guint8) *at] & 2))
        return at;
      *eight_bit |= (guint8) *at >= 0x80;
      at++;
    }
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* Whether @at is a line end; *next is then behind it. Sets no error where it is another control
 * byte. */
static gboolean
read_line_end (const Section *self, const char *line, char *at, char **next, GError **error)
{
  if (at[0] == '\r' && at[1] == '\n' && at + 2 <= self->end)
    {
      *next = at + 2;
      return TRUE;
    }
  if (at[0] == '\n' && at < self->end)
    {
      *next = at + 1;
      /* RFC 9112 §2.2 lets a recipient take a bare LF for a line end; never inside a coding. */
      return !self->exact
             || fail (self, line, TERN_ERROR_BAD_FRAMING,
                      N_ ("A line of the trailers does not end with CR LF: “%s”"), error);
    }
  return fail (self, line, TERN_ERROR_INVALID_HEADER,
               N_ ("A header line has a control character: “%s”"), error);
}

/* Reads the rest of a value from @at; *end is behind its last byte that is no blank. */
static gboolean
read_text (Section *self, const char *line, char **at, char **text, char **end, GError **error)
{
  char *stop;
  char *next = NULL;

  while (is_blank (**at))
    (*at)++;
  *text = *at;
  stop = skip_text (*at, &self->eight_bit);
  if (!read_line_end (self, line, stop, &next, error))
    return FALSE;
  while (stop > *text && is_blank (stop[-1]))
    stop--;
  *end = stop;
  *at = next;
  return TRUE;
}

/* Reads a value and the lines that continue it: a fold becomes one SP (RFC 9112 §5.2). */
static gboolean
read_value (Section *self, const char *line, char **at, TernField *field, GError **error)
{
  char *value;
  char *out;

  if (!read_text (self, line, at, &value, &out, error))
    return FALSE;
  while (*at < self->end && is_blank (**at))
    {
      char *text;
      char *end;

      if (!read_text (self, line, at, &text, &end, error))
        return FALSE;
      if (end == text)
        continue;
      if (out > value)
        *out++ = ' ';
      memmove (out, text, end - text);
      out += end - text;
    }
  *out = '\0';
  field->value = field->raw = value - self->block;
  field->value_len = field->raw_len = out - value;
  return TRUE;
}

/* Tells why there is no ":" behind a name at @at. */
static gboolean
fail_name (const Section *self, const char *line, const char *at, GError **error)
{
  if (at == line && is_blank (*at))
    return fail (self, line, TERN_ERROR_INVALID_HEADER,
                 N_ ("The first header line starts with white space: “%s”"), error);
  if (at > line && is_blank (*at))
    return fail (self, line, TERN_ERROR_INVALID_HEADER,
                 N_ ("A header line has white space in or behind its name: “%s”"), error);
  if (at == line && *at == ':')
    return fail (self, line, TERN_ERROR_INVALID_HEADER,
                 N_ ("A header line has an empty name: “%s”"), error);
  if (*at == '\n' || (*at == '\r' && at[1] == '\n'))
    return fail (self, line, TERN_ERROR_INVALID_HEADER,
                 N_ ("A header line has no colon: “%s”"), error);
  return fail (self, line, TERN_ERROR_INVALID_HEADER,
               N_ ("A header line has an invalid character in its name: “%s”"), error);
}

static TernField *
next_field (Section *self)
{
  if (self->n == self->n_alloc)
    {
      self->n_alloc *= 2;
      self->fields = g_renew (TernField, self->fields, self->n_alloc);
    }
  return &self->fields[self->n++];
}

/* RFC 9110 §5.1 knows no field without a name. */
static gboolean
skip_unnamed (Section *self, char **at, GError **error)
{
  const char *line = *at;
  TernField unnamed;

  (*at)++;
  return read_value (self, line, at, &unnamed, error);
}

static gboolean
read_field (Section *self, char **at, GError **error)
{
  const char *line = *at;
  char *colon = *at;
  TernField *field;

  while (tern_field_is_token_char (*colon))
    colon++;
  if (*colon == ':' && colon == line && self->limits->skip_unnamed)
    return skip_unnamed (self, at, error);
  if (*colon != ':' || colon == line)
    return fail_name (self, line, colon, error);
  if (self->n >= self->limits->max_count)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS,
                   _ ("The head of the answer has more than %u fields"), self->limits->max_count);
      return FALSE;
    }
  *colon = '\0';
  field = next_field (self);
  field->name = line - self->block;
  field->name_len = colon - line;
  *at = colon + 1;
  if (!read_value (self, line, at, field, error))
    return FALSE;
  if ((gsize) (*at - line - 1) > self->limits->max_line)
    return fail (self, line, TERN_ERROR_LINE_TOO_LONG,
                 N_ ("A header line of the answer is too long: “%s”"), error);
  return TRUE;
}

/* Reads all fields up to the empty line, which must be the end. */
static gboolean
read_section (Section *self, GError **error)
{
  char *at = self->block;

  while (at < self->end && *at != '\n' && *at != '\r')
    if (!read_field (self, &at, error))
      return FALSE;
  if (at == self->end)
    return fail (self, at, TERN_ERROR_INCOMPLETE_READ,
                 N_ ("The header lines end without an empty line: “%s”"), error);
  if (!read_line_end (self, at, at, &at, error))
    return FALSE;
  return at == self->end
         || fail (self, at, TERN_ERROR_INVALID_HEADER,
                  N_ ("There is something behind the empty line: “%s”"), error);
}

TernHeaders *
tern_http1_fields_parse (const char *data, gsize len, const TernHttp1Limits *limits, gboolean exact,
                         GError **error)
{
  Section self = { .data = len > 0 ? data : "", .limits = limits, .exact = exact };
  TernHeaders *headers;

  /* Offsets have 32 bits, and values that are not UTF-8 take twice their bytes again. */
  if (len > limits->max_size || len > G_MAXINT32 / 4)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS,
                   _ ("The head of the answer is larger than %zu bytes"),
                   limits->max_size);
      return NULL;
    }
  self.block = g_malloc (len + PADDING);
  memcpy (self.block, self.data, len);
  memset (self.block + len, 0, PADDING);
  self.end = self.block + len;
  /* A guess that most heads meet: the block and the fields are then all that is allocated. */
  self.n_alloc = 8 + len / 32;
  self.fields = g_new (TernField, self.n_alloc);
  if (!read_section (&self, error))
    {
      g_free (self.block);
      g_free (self.fields);
      return NULL;
    }
  headers = tern_headers_new_take (self.block, len, len + PADDING, self.fields, self.n,
                                   self.n_alloc);
  for (guint i = 0; self.eight_bit && i < headers->n; i++)
    tern_headers_fix_utf8 (headers, i);
  return headers;
}
