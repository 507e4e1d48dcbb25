/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decoder of the chunked coding: a table of states for the bytes between chunks, slices for
 * what is in them. It must never take a line end but CR LF, nor grow with what a peer announces. */
#include "http1/tern-http1-chunked.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-escape.h"
#include "base/tern-i18n.h"

/* Where the decoder stands: before the byte that the name tells. */
typedef enum
{
  SIZE,    /* the first digit of a chunk's size */
  DIGITS,  /* its other digits */
  BWS,     /* blanks that only ";" may follow */
  EXT,     /* a chunk extension, skipped */
  SIZE_LF, /* the LF that ends the chunk's line */
  DATA_CR, /* the line end behind its data */
  DATA_LF,
  DATA,    /* from here on not by the table */
  TRAILER,
  DONE,
  FAILED,
} State;

/* The kinds of bytes that the table tells apart. */
enum
{
  CTL,
  HEX,
  BLANK,
  SEMICOLON,
  CR,
  LF,
  TEXT,
};

/* RFC 9112 §7.1: chunk-size [ chunk-ext ] CRLF. SIZE_LF leads to DATA or TRAILER, by the size. */
static const guint8 next_states[DATA][TEXT + 1] = {
  /*             CTL     HEX     BLANK   ;       CR       LF      TEXT */
  [SIZE]    = { FAILED, DIGITS, FAILED, FAILED, FAILED,  FAILED, FAILED },
  [DIGITS]  = { FAILED, DIGITS, BWS,    EXT,    SIZE_LF, FAILED, FAILED },
  [BWS]     = { FAILED, FAILED, BWS,    EXT,    FAILED,  FAILED, FAILED },
  [EXT]     = { FAILED, EXT,    EXT,    EXT,    SIZE_LF, FAILED, EXT },
  [SIZE_LF] = { FAILED, FAILED, FAILED, FAILED, FAILED,  DATA,   FAILED },
  [DATA_CR] = { FAILED, FAILED, FAILED, FAILED, DATA_LF, FAILED, FAILED },
  [DATA_LF] = { FAILED, FAILED, FAILED, FAILED, FAILED,  SIZE,   FAILED },
};

static const guint8 kinds[256] = {
  ['\t'] = BLANK, [' '] = BLANK, ['\r'] = CR, ['\n'] = LF, ['!' ... '/'] = TEXT,
  ['0' ... '9'] = HEX, [':'] = TEXT, [';'] = SEMICOLON, ['<' ... '@'] = TEXT, ['A' ... 'F'] = HEX,
  ['G' ... '`'] = TEXT, ['a' ... 'f'] = HEX, ['g' ... '~'] = TEXT, [0x80 ... 0xFF] = TEXT,
};

/* The value of a digit plus one, 0 for other bytes. */
static const guint8 hex_values[256] = {
  ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
  ['8'] = 9, ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
  ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* No honest server comes near: a chunk's line with its extensions, and what all extensions together
 * may add to the payload (CVE-2023-39326). */
#define MAX_CHUNK_LINE 4096
#define MAX_OVERHEAD (16 * 1024)
/* More digits than 64 bits need are leading zeros, and count as overhead. */
#define MAX_DIGITS 16
/* The fast path reads lines of up to four digits and copies up to so many bytes by a fixed size. */
#define TINY_LINE 8
#define TINY_COPY 16
/* So much of a chunk's line is kept, for the error that it may become. */
#define KEPT_LINE 64

struct _TernHttp1Chunked
{
  State state;
  guint64 left; /* of the chunk: its size while that is read */
  guint64 payload;
  guint64 overhead;
  gsize line; /* bytes of this chunk's line so far */
  gsize max_line;
  char kept[KEPT_LINE];
  guint n_kept;
  TernHttp1Limits limits;
  GByteArray *section; /* a trailer section that is not only an empty line */
  TernHttp1Scan scan;
  TernHeaders *trailers;
};

TernHttp1Chunked *
tern_http1_chunked_new (const TernHttp1Limits *limits)
{
  TernHttp1Chunked *self = g_new0 (TernHttp1Chunked, 1);

  self->limits = *limits;
  self->max_line = MIN (limits->max_line, MAX_CHUNK_LINE);
  return self;
}

void
tern_http1_chunked_free (TernHttp1Chunked *self)
{
  g_clear_pointer (&self->section, g_byte_array_unref);
  g_clear_pointer (&self->trailers, tern_headers_unref);
  g_free (self);
}

/* The line that is read, or the last one that was, is the offending one. */
static gboolean
tell_line (const TernHttp1Chunked *self, GError **error)
{
  g_autofree char *shown = tern_escape (self->kept, self->n_kept);

  tern_error_set_line (error, shown);
  return FALSE;
}

static void
keep (TernHttp1Chunked *self, State where, char byte)
{
  if (where == SIZE)
    self->n_kept = 0;
  if (where <= SIZE_LF && self->n_kept < KEPT_LINE)
    self->kept[self->n_kept++] = byte;
}

static gboolean
fail (TernHttp1Chunked *self, TernError code, const char *message, GError **error)
{
  self->state = FAILED;
  g_set_error_literal (error, TERN_ERROR, code, message);
  return tell_line (self, error);
}

static gboolean
fail_byte (TernHttp1Chunked *self, State where, char byte, GError **error)
{
  g_autofree char *shown = tern_escape (&byte, 1);

  self->state = FAILED;
  if (where == DATA_CR || where == DATA_LF)
    g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                 _ ("A chunk does not end where its size says, but goes on with “%s”"),
                 shown);
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                 _ ("The size line of a chunk has “%s” where it may not be"), shown);
  return tell_line (self, error);
}

static gboolean
add_digit (TernHttp1Chunked *self, guint8 byte, GError **error)
{
  if (self->left > G_MAXUINT64 >> 4)
    return fail (self, TERN_ERROR_BAD_FRAMING, _ ("The size of a chunk is too large"), error);
  self->left = self->left << 4 | (hex_values[byte] - 1);
  return TRUE;
}

/* One byte between chunks. */
static gboolean
step (TernHttp1Chunked *self, guint8 byte, GError **error)
{
  const State before = self->state;

  keep (self, before, (char) byte);
  self->state = next_states[before][kinds[byte]];
  if (self->state == FAILED)
    return fail_byte (self, before, byte, error);
  if (before == SIZE)
    self->line = self->left = 0;
  if (before <= EXT && self->state <= EXT)
    {
      if (++self->line > self->max_line)
        return fail (self, TERN_ERROR_LINE_TOO_LONG, _ ("The size line of a chunk is too long"),
                     error);
      self->overhead += self->state != DIGITS || self->line > MAX_DIGITS;
      if (self->overhead > MAX_OVERHEAD && self->overhead - MAX_OVERHEAD > self->payload)
        return fail (self, TERN_ERROR_BAD_FRAMING,
                     _ ("The chunks of the answer have more extensions than payload"), error);
      return self->state != DIGITS || add_digit (self, byte, error);
    }
  if (before == SIZE_LF && self->left == 0)
    self->state = TRAILER;
  return TRUE;
}

/* Collects the trailer section (RFC 9112 §7.1.2), whose end may be anywhere in what comes. */
static gboolean
eat_trailers (TernHttp1Chunked *self, const char *data, gsize len, gsize *consumed, GError **error)
{
  const gsize before = self->section ? self->section->len : 0;
  TernParse parse;
  gsize end = 0;

  if (!self->section && len >= 2 && data[0] == '\r' && data[1] == '\n')
    {
      *consumed = 2;
      self->state = DONE;
      return TRUE;
    }
  if (!self->section)
    self->section = g_byte_array_new ();
  g_byte_array_append (self->section, (const guint8 *) data, len);
  parse = tern_http1_trailers_find_end (&self->scan, (const char *) self->section->data,
                                        self->section->len, &self->limits, &end, error);
  *consumed = parse == TERN_PARSE_DONE ? end - before : len;
  if (parse == TERN_PARSE_DONE)
    {
      self->trailers = tern_http1_trailers_parse ((const char *) self->section->data, end,
                                                  &self->limits, error);
      self->state = self->trailers ? DONE : FAILED;
    }
  else if (parse == TERN_PARSE_FAILED)
    self->state = FAILED;
  return self->state != FAILED;
}

/* Notes that @n bytes of the chunk's data were taken. */
static void
take (TernHttp1Chunked *self, guint64 n)
{
  self->left -= n;
  self->payload += n;
  if (self->left == 0)
    self->state = DATA_CR;
}

/* Eats up to the next byte of payload, or only to the start of the next chunk; *at moves on. */
static TernParse
eat_coding (TernHttp1Chunked *self, const char **at, const char *end, gboolean to_size,
            GError **error)
{
  while (*at < end && self->state < DATA)
    {
      if (!step (self, *(*at)++, error))
        return TERN_PARSE_FAILED;
      if (to_size && self->state == SIZE)
        return TERN_PARSE_MORE;
    }
  if (self->state == TRAILER && *at < end)
    {
      gsize consumed = 0;
      const gboolean good = eat_trailers (self, *at, end - *at, &consumed, error);

      *at += consumed;
      if (!good)
        return TERN_PARSE_FAILED;
    }
  if (self->state == FAILED)
    {
      /* Asked again after the error: the coding is as broken as it was. */
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                           _ ("The chunks of the answer could not be read"));
      return TERN_PARSE_FAILED;
    }
  return self->state == DONE ? TERN_PARSE_DONE : TERN_PARSE_MORE;
}

TernParse
tern_http1_chunked_eat (TernHttp1Chunked *self, const char *data, gsize len, gsize *consumed,
                        const char **payload, gsize *payload_len, GError **error)
{
  const char *at = data;
  const char *const end = data + len;
  TernParse parse;

  *payload = NULL;
  *payload_len = 0;
  parse = eat_coding (self, &at, end, FALSE, error);
  if (parse == TERN_PARSE_MORE && self->state == DATA && at < end)
    {
      *payload = at;
      *payload_len = MIN (self->left, (gsize) (end - at));
      at += *payload_len;
      take (self, *payload_len);
    }
  *consumed = at - data;
  return parse;
}

/* Copies whole small chunks while line, data and line end lie in the input and the output has room:
 * the table costs too much where a chunk has ten bytes. Anything else is left for the table to
 * judge. Up to TINY_COPY bytes behind the payload may be written, within the room. */
static const char *
copy_tiny (TernHttp1Chunked *self, const char *at, const char *end, char **out, char *out_end)
{
  char *to = *out;

  while (end - at >= TINY_LINE)
    {
      const char *data = at + 1;
      gsize size = hex_values[(guint8) at[0]];

      if (size <= 1)
        break;
      size--;
      for (guint8 digit; data < at + 4 && (digit = hex_values[(guint8) *data]) != 0; data++)
        size = size << 4 | (digit - 1);
      if (data[0] != '\r' || data[1] != '\n')
        break;
      data += 2;
      if ((gsize) (end - data) < size + 2 || (gsize) (out_end - to) < size || data[size] != '\r'
          || data[size + 1] != '\n')
        break;
      if (size <= TINY_COPY && end - data >= TINY_COPY && out_end - to >= TINY_COPY)
        memcpy (to, data, TINY_COPY);
      else
        memcpy (to, data, size);
      to += size;
      at = data + size + 2;
    }
  self->payload += to - *out;
  *out = to;
  return at;
}

TernParse
tern_http1_chunked_copy (TernHttp1Chunked *self, const char *data, gsize len, gsize *consumed,
                         char *out, gsize out_len, gsize *written, GError **error)
{
  const char *at = data;
  const char *const end = data + len;
  char *to = out;
  TernParse parse;

  for (;;)
    {
      gsize n;

      if (self->state == SIZE && self->max_line >= TINY_LINE)
        at = copy_tiny (self, at, end, &to, out + out_len);
      parse = eat_coding (self, &at, end, TRUE, error);
      if (parse == TERN_PARSE_MORE && self->state == SIZE && at < end)
        continue;
      if (parse != TERN_PARSE_MORE || self->state != DATA)
        break;
      n = MIN (self->left, MIN ((gsize) (end - at), (gsize) (out + out_len - to)));
      if (n == 0)
        break;
      memcpy (to, at, n);
      to += n;
      at += n;
      take (self, n);
    }
  *consumed = at - data;
  *written = to - out;
  return parse;
}

guint64
tern_http1_chunked_get_left (TernHttp1Chunked *self)
{
  return self->state == DATA ? self->left : 0;
}

void
tern_http1_chunked_skip (TernHttp1Chunked *self, gsize n)
{
  if (n > 0 && self->state == DATA && n <= self->left)
    take (self, n);
}

TernHeaders *
tern_http1_chunked_get_trailers (TernHttp1Chunked *self)
{
  return self->trailers;
}
