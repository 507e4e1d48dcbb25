/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection's HTTP/1.1 on the benchmark origin; see origin-http.h for what it must never do.
 */
#include "origin-http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <zlib.h>

/* As many fields as a plain static server sends; what a client pays for a head depends on it. */
#define COMMON_FIELDS                                                                              \
  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"                                                        \
  "Server: bench\r\n"                                                                              \
  "Content-Type: application/octet-stream\r\n"                                                     \
  "Cache-Control: no-store\r\n"

#define THOROUGH (4u << 20)

ExchangeStats exchange_stats;

static unsigned char *gzip_body;
static size_t gzip_len;

bool
exchange_prepare (void)
{
  z_stream z = { 0 };
  unsigned char *text = malloc (PATTERN_TEXT);

  pattern_init ();
  if (text == NULL || deflateInit2 (&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;

  for (size_t i = 0; i < PATTERN_TEXT; i++)
    text[i] = pattern_word_at (i);

  gzip_len = deflateBound (&z, PATTERN_TEXT);
  gzip_body = malloc (gzip_len);
  z.next_in = text;
  z.avail_in = PATTERN_TEXT;
  z.next_out = gzip_body;
  z.avail_out = (uInt)gzip_len;
  bool done = gzip_body != NULL && deflate (&z, Z_FINISH) == Z_STREAM_END;
  gzip_len = z.total_out;
  deflateEnd (&z);
  free (text);

  return done;
}

void
exchange_init (Exchange *self)
{
  /* The two buffers stay untouched, so that a hanging connection costs a page or two. */
  memset (self, 0, offsetof (Exchange, in));
}

static uint64_t
query_number (const char *query, const char *name, uint64_t fallback)
{
  const char *found = query != NULL ? strstr (query, name) : NULL;

  return found != NULL ? strtoull (found + strlen (name), NULL, 10) : fallback;
}

static size_t
answer_head (Exchange *self, const char *status, uint64_t length)
{
  int len = snprintf (self->out, EXCHANGE_OUT,
                      "HTTP/1.1 %s\r\n" COMMON_FIELDS "Content-Length: %llu\r\n%s\r\n", status,
                      (unsigned long long)length, self->close_after ? "Connection: close\r\n" : "");

  return (size_t)len;
}

static void
answer_text (Exchange *self, const char *status, const char *text)
{
  size_t len = answer_head (self, status, strlen (text));

  memcpy (self->out + len, text, strlen (text));
  self->span_len = len + strlen (text);
}

static void
answer_small (Exchange *self)
{
  size_t len = answer_head (self, "200 OK", PATTERN_SMALL);

  memcpy (self->out + len, pattern_tiles, PATTERN_SMALL);
  self->span_len = len + PATTERN_SMALL;
}

/* Dated now, or it would be stale when it came. Who asks about it is told that it is the same. */
static void
answer_cached (Exchange *self, uint64_t size, uint64_t max_age)
{
  time_t now = time (NULL);
  char date[40];
  struct tm parts;
  int len;

  strftime (date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r (&now, &parts));
  len = snprintf (self->out, EXCHANGE_OUT,
                  "HTTP/1.1 %s\r\nDate: %s\r\nServer: bench\r\nCache-Control: max-age=%llu\r\n"
                  "ETag: \"size-%llu\"\r\n",
                  self->is_conditional ? "304 Not Modified" : "200 OK", date,
                  (unsigned long long)max_age, (unsigned long long)size);
  if (!self->is_conditional)
    {
      len += snprintf (self->out + len, EXCHANGE_OUT - (size_t)len,
                       "Content-Type: application/octet-stream\r\nContent-Length: %llu\r\n",
                       (unsigned long long)size);
      self->source = SOURCE_LENGTH;
      self->source_size = size;
    }
  len += snprintf (self->out + len, EXCHANGE_OUT - (size_t)len, "\r\n");
  self->span_len = (size_t)len;
  /* A small body goes out with its head. */
  if (self->source == SOURCE_LENGTH && size <= PATTERN_SMALL)
    {
      memcpy (self->out + len, pattern_tiles, size);
      self->span_len += size;
      self->source = SOURCE_NONE;
    }
}

static void
answer_headers100 (Exchange *self)
{
  /* Five fields stand in the common head; 95 more make a hundred. */
  size_t len = answer_head (self, "200 OK", PATTERN_SMALL) - 2;

  for (int i = 5; i < 100; i++)
    len += (size_t)snprintf (self->out + len, EXCHANGE_OUT - len,
                             "X-Field-%02d: value of the field number %d\r\n", i, i);
  len += (size_t)snprintf (self->out + len, EXCHANGE_OUT - len, "\r\n");
  memcpy (self->out + len, pattern_tiles, PATTERN_SMALL);
  self->span_len = len + PATTERN_SMALL;
}

static void
answer_chunked (Exchange *self, uint64_t size, uint64_t chunk)
{
  if (chunk == 0 || chunk > PATTERN_TILE)
    {
      answer_text (self, "400 Bad Request", "chunk must be 1 to 65536\n");
      return;
    }

  self->source = SOURCE_CHUNKED;
  self->source_size = size;
  self->source_chunk = chunk;
  self->span_len
      = (size_t)snprintf (self->out, EXCHANGE_OUT,
                          "HTTP/1.1 200 OK\r\n" COMMON_FIELDS "Transfer-Encoding: chunked\r\n\r\n");
}

static void
answer_gzip (Exchange *self)
{
  self->source = SOURCE_GZIP;
  self->source_size = gzip_len;
  self->span_len = (size_t)snprintf (self->out, EXCHANGE_OUT,
                                     "HTTP/1.1 200 OK\r\n" COMMON_FIELDS
                                     "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                                     gzip_len);
}

static void
answer_stats (Exchange *self)
{
  char text[256];

  snprintf (text, sizeof text,
            "{\"connections\": %lu, \"requests\": %lu, \"handshakes\": %lu, \"resumed\": %lu}\n",
            exchange_stats.connections, exchange_stats.requests, exchange_stats.handshakes,
            exchange_stats.resumed);
  answer_text (self, "200 OK", text);
}

static void
answer (Exchange *self, const char *path, const char *query)
{
  self->phase = EXCHANGE_ANSWER;
  self->source = SOURCE_NONE;
  self->source_offset = 0;
  self->span = (const unsigned char *)self->out;

  if (strcmp (path, "/close") == 0)
    self->close_after = true;

  if (strcmp (path, "/small") == 0 || strcmp (path, "/close") == 0)
    answer_small (self);
  else if (strcmp (path, "/headers100") == 0)
    answer_headers100 (self);
  else if (strcmp (path, "/big") == 0)
    {
      self->source = SOURCE_LENGTH;
      self->source_size = query_number (query, "size=", 1u << 20);
      self->span_len = answer_head (self, "200 OK", self->source_size);
    }
  else if (strcmp (path, "/cached") == 0)
    answer_cached (self, query_number (query, "size=", PATTERN_SMALL),
                   query_number (query, "age=", 0));
  else if (strcmp (path, "/chunked") == 0)
    answer_chunked (self, query_number (query, "size=", 1u << 20),
                    query_number (query, "chunk=", 16384));
  else if (strcmp (path, "/gzip") == 0)
    answer_gzip (self);
  else if (strcmp (path, "/stats") == 0)
    answer_stats (self);
  else if (strcmp (path, "/hang") == 0)
    self->phase = EXCHANGE_HANG;
  else
    answer_text (self, "404 Not Found", "not found\n");
}

static void
answer_upload (Exchange *self)
{
  char text[32];

  self->phase = EXCHANGE_ANSWER;
  self->source = SOURCE_NONE;
  self->span = (const unsigned char *)self->out;
  snprintf (text, sizeof text, "%llu\n", (unsigned long long)self->body_received);
  if (self->body_wrong)
    answer_text (self, "400 Bad Request", "the body is not the agreed pattern\n");
  else
    answer_text (self, "200 OK", text);
}

/* The value of a field in a head that ends with a NUL, or NULL. */
static const char *
field (const char *head, const char *name)
{
  size_t len = strlen (name);

  for (const char *line = strchr (head, '\n'); line != NULL; line = strchr (line, '\n'))
    {
      line++;
      if (strncasecmp (line, name, len) == 0 && line[len] == ':')
        return line + len + 1 + strspn (line + len + 1, " \t");
    }

  return NULL;
}

/* `head` ends with a NUL in place of its last line feed. */
static bool
take_head (Exchange *self, char *head)
{
  char method[16];
  char target[512];

  if (sscanf (head, "%15s %511s", method, target) != 2)
    return false;

  const char *length = field (head, "content-length");
  const char *coding = field (head, "transfer-encoding");
  const char *connection = field (head, "connection");
  const char *expect = field (head, "expect");
  char *query = strchr (target, '?');

  if (query != NULL)
    *query++ = '\0';
  exchange_stats.requests++;
  self->close_after = connection != NULL && strncasecmp (connection, "close", 5) == 0;
  self->body_chunked = coding != NULL && strncasecmp (coding, "chunked", 7) == 0;
  self->body_left = length != NULL && !self->body_chunked ? strtoull (length, NULL, 10) : 0;
  self->is_conditional = field (head, "if-none-match") != NULL;
  self->body_received = 0;
  self->body_wrong = false;
  self->chunk_state = CHUNK_SIZE;

  if (strcmp (target, "/upload") != 0)
    {
      answer (self, target, query);
      return true;
    }

  self->phase = EXCHANGE_BODY;
  if (expect != NULL)
    {
      self->span = (const unsigned char *)"HTTP/1.1 100 Continue\r\n\r\n";
      self->span_len = 25;
    }

  return true;
}

/* Every byte of the beginning, which is all of a warm-up's body; then two of each piece. */
static void
count_body (Exchange *self, const char *data, size_t len)
{
  bool right = self->body_received < THOROUGH
                   ? pattern_check_all (PATTERN_BINARY, data, len, self->body_received)
                   : pattern_check (PATTERN_BINARY, data, len, self->body_received);

  self->body_wrong |= !right;
  self->body_received += len;
  self->body_left -= len;
}

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
    return (c | 0x20) - 'a' + 10;

  return -1;
}

/* One byte outside chunk data; returns true when it ends the body. */
static bool
take_chunk_byte (Exchange *self, char c)
{
  switch (self->chunk_state)
    {
    case CHUNK_SIZE:
      if (hex_digit (c) >= 0)
        {
          self->body_left = self->body_left * 16 + (uint64_t)hex_digit (c);
          return false;
        }
      /* fall through */
    case CHUNK_EXTENSION:
      self->chunk_state = CHUNK_EXTENSION;
      if (c == '\n')
        self->chunk_state = self->body_left > 0 ? CHUNK_DATA : CHUNK_TRAILER_START;
      return false;
    case CHUNK_TRAILER_START:
      if (c == '\n')
        return true;
      if (c != '\r')
        self->chunk_state = CHUNK_TRAILER;
      return false;
    case CHUNK_TRAILER:
      if (c == '\n')
        self->chunk_state = CHUNK_TRAILER_START;
      return false;
    case CHUNK_DATA_END:
    case CHUNK_DATA:
    default:
      if (c == '\n')
        self->chunk_state = CHUNK_SIZE;
      return false;
    }
}

static void
take_chunked (Exchange *self)
{
  while (self->in_pos < self->in_len)
    {
      if (self->chunk_state != CHUNK_DATA)
        {
          if (!take_chunk_byte (self, self->in[self->in_pos++]))
            continue;
          answer_upload (self);
          return;
        }

      size_t len = self->in_len - self->in_pos;

      if (len > self->body_left)
        len = (size_t)self->body_left;
      count_body (self, self->in + self->in_pos, len);
      self->in_pos += len;
      if (self->body_left == 0)
        self->chunk_state = CHUNK_DATA_END;
    }
}

static void
take_body (Exchange *self)
{
  if (self->body_chunked)
    {
      take_chunked (self);
      return;
    }

  size_t len = self->in_len - self->in_pos;

  if (len > self->body_left)
    len = (size_t)self->body_left;
  count_body (self, self->in + self->in_pos, len);
  self->in_pos += len;
  if (self->body_left == 0)
    answer_upload (self);
}

bool
exchange_feed (Exchange *self)
{
  if (self->phase == EXCHANGE_HEAD)
    {
      char *start = self->in + self->in_pos;
      char *end = memmem (start, self->in_len - self->in_pos, "\r\n\r\n", 4);

      if (end != NULL)
        {
          end[3] = '\0';
          self->in_pos = (size_t)(end + 4 - self->in);
          if (!take_head (self, start))
            return false;
        }
    }

  if (self->phase == EXCHANGE_BODY)
    take_body (self);

  memmove (self->in, self->in + self->in_pos, self->in_len - self->in_pos);
  self->in_len -= self->in_pos;
  self->in_pos = 0;

  return self->in_len < EXCHANGE_IN;
}

/* Frames as many chunks as fit into the output buffer. */
static void
fill_chunks (Exchange *self)
{
  size_t len = 0;

  while (self->source_offset < self->source_size)
    {
      uint64_t left = self->source_size - self->source_offset;
      size_t chunk = left < self->source_chunk ? (size_t)left : self->source_chunk;

      if (len + chunk + 32 > EXCHANGE_OUT)
        break;
      if (chunk < 16)
        self->out[len++] = "0123456789abcdef"[chunk];
      else
        len += (size_t)sprintf (self->out + len, "%zx", chunk);
      self->out[len++] = '\r';
      self->out[len++] = '\n';
      memcpy (self->out + len, pattern_tiles + self->source_offset % PATTERN_TILE, chunk);
      len += chunk;
      self->out[len++] = '\r';
      self->out[len++] = '\n';
      self->source_offset += chunk;
    }

  if (self->source_offset == self->source_size)
    {
      memcpy (self->out + len, "0\r\n\r\n", 5);
      len += 5;
      self->source = SOURCE_NONE;
    }
  self->span = (const unsigned char *)self->out;
  self->span_len = len;
}

static void
fill_length (Exchange *self)
{
  size_t start = (size_t)(self->source_offset % PATTERN_TILE);
  size_t len = sizeof pattern_tiles - start;
  uint64_t left = self->source_size - self->source_offset;

  if (left < len)
    len = (size_t)left;
  self->span = pattern_tiles + start;
  self->span_len = len;
  self->source_offset += len;
  if (self->source_offset == self->source_size)
    self->source = SOURCE_NONE;
}

bool
exchange_span (Exchange *self)
{
  if (self->span_len > 0)
    return true;

  switch (self->source)
    {
    case SOURCE_LENGTH:
      fill_length (self);
      break;
    case SOURCE_CHUNKED:
      fill_chunks (self);
      break;
    case SOURCE_GZIP:
      self->span = gzip_body;
      self->span_len = gzip_len;
      self->source = SOURCE_NONE;
      break;
    case SOURCE_NONE:
    default:
      if (self->phase == EXCHANGE_ANSWER)
        self->phase = EXCHANGE_HEAD;
      return false;
    }

  return self->span_len > 0;
}

void
exchange_sent (Exchange *self, size_t len)
{
  self->span += len;
  self->span_len -= len;
}
