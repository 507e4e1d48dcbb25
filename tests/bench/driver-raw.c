/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark driver without a library: the least work that does each job. Must never become a
 * client: it knows only the origin of this folder. */
#include "raw-connection.h"
#include "raw-folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#define SMALL_SLICE 512u

/* Where the bytes of a streamed body go: straight to the check, or through inflate first. */
typedef struct
{
  const BenchPlan *plan;
  uint64_t offset;
  bool gzip;
  bool gzip_ended;
  z_stream z;
} Sink;

/* RFC 9112 §7.1, as little of it as the origin uses. */
typedef struct
{
  uint64_t left;
  int state; /* 0 size, 1 data, 2 the line end behind data, 3 the line end behind the last chunk */
  bool ended;
} Chunks;

typedef struct
{
  int fd;
  size_t len;
  char data[2048];
} Slot;

static RawConnection *connection;
static char buffer[BENCH_BUFFER];
static unsigned char decoded[BENCH_BUFFER];

static const char *
version (void)
{
  return gnutls_check_version (NULL);
}

static void
shut (void)
{
  if (connection != NULL)
    raw_connection_free (connection);
  connection = NULL;
  raw_shut ();
  raw_folder_close ();
}

static bool
open_raw (const BenchPlan *plan)
{
  return raw_open (plan) && (plan->store == NULL || raw_folder_open (plan->store));
}

static int
format_get (const BenchPlan *plan, char *request, size_t size)
{
  const char *host = raw_host (plan);
  const char *path = raw_path (plan);

  return snprintf (request, size,
                   "GET %s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: raw\r\nAccept: */*\r\n"
                   "Accept-Encoding: gzip\r\n\r\n",
                   path, (int)(path - host), host);
}

static bool
send_get (const BenchPlan *plan)
{
  char request[512];
  int len = format_get (plan, request, sizeof request);

  if (connection == NULL)
    connection = raw_connection_new (plan);

  return connection != NULL && raw_connection_send (connection, request, (size_t)len);
}

/* Reads until a whole head stands in `buffer`; `*got` is what was read in all. */
static bool
receive_head (const BenchPlan *plan, RawHead *head, size_t *got)
{
  *got = 0;
  do
    {
      long n = raw_connection_receive (connection, buffer + *got, sizeof buffer - *got);

      if (n <= 0)
        return bench_fail ("%s: no response", plan->url);
      *got += (size_t)n;
    }
  while (!raw_head_parse (head, buffer, *got, plan->wanted_header));

  if (plan->wanted_header != NULL && !head->wanted_found)
    return bench_fail ("%s is missing", plan->wanted_header);

  return true;
}

/* Reads a short body behind the head, whole into `buffer`. */
static bool
receive_rest (const BenchPlan *plan, const RawHead *head, size_t got)
{
  while (got < head->head_len + head->length)
    {
      long n = raw_connection_receive (connection, buffer + got, sizeof buffer - got);

      if (n <= 0)
        return bench_fail ("%s: the body ends early", plan->url);
      got += (size_t)n;
    }

  return true;
}

static bool
fetch (const BenchPlan *plan, BenchTally *tally)
{
  RawHead head;
  size_t got;

  if (!send_get (plan) || !receive_head (plan, &head, &got) || !receive_rest (plan, &head, got))
    return false;

  if (strcmp (raw_path (plan), "/close") == 0)
    {
      if (!plan->workload->fresh)
        raw_connection_keep_session (connection);
      raw_connection_free (connection);
      connection = NULL;
    }

  return bench_check_body (plan, head.status, buffer + head.head_len, head.length, tally);
}

static bool
sink_write (Sink *sink, const void *data, size_t len)
{
  if (!sink->gzip)
    {
      bool ok = bench_check_slice (sink->plan, data, len, sink->offset);

      sink->offset += len;
      return ok;
    }

  sink->z.next_in = (unsigned char *)data;
  sink->z.avail_in = (uInt)len;
  while (sink->z.avail_in > 0 && !sink->gzip_ended)
    {
      sink->z.next_out = decoded;
      sink->z.avail_out = sizeof decoded;

      int rc = inflate (&sink->z, Z_NO_FLUSH);
      size_t out = sizeof decoded - sink->z.avail_out;

      if ((rc != Z_OK && rc != Z_STREAM_END)
          || !bench_check_slice (sink->plan, decoded, out, sink->offset))
        return bench_fail ("inflate: %d", rc);
      sink->offset += out;
      sink->gzip_ended = rc == Z_STREAM_END;
    }

  return true;
}

static const char *
take_size (Chunks *chunks, const char *data, const char *end)
{
  while (data < end && *data != '\n')
    {
      if (*data != '\r')
        chunks->left = chunks->left * 16
                       + (uint64_t)(*data <= '9' ? *data - '0' : (*data | 0x20) - 'a' + 10);
      data++;
    }
  if (data == end)
    return data;
  chunks->state = chunks->left > 0 ? 1 : 3;

  return data + 1;
}

/* What is left of a chunk in the buffer. Large slices go to the sink as they lie; small ones are
 * moved together first, so that the sink sees a buffer full of body and not ten bytes. */
static const char *
take_data (Chunks *chunks, Sink *sink, char **out, char *start, const char *data, const char *end)
{
  size_t slice = (size_t)(end - data);

  if (slice > chunks->left)
    slice = (size_t)chunks->left;
  if (slice <= SMALL_SLICE)
    {
      memmove (*out, data, slice);
      *out += slice;
    }
  else
    {
      if (!sink_write (sink, start, (size_t)(*out - start)) || !sink_write (sink, data, slice))
        return NULL;
      *out = start;
    }
  chunks->left -= slice;
  if (chunks->left == 0)
    chunks->state = 2;

  return data + slice;
}

/* Unframes in place: the body never overtakes its framing. */
static bool
take_chunks (Chunks *chunks, Sink *sink, char *start, size_t len)
{
  const char *data = start;
  const char *end = start + len;
  char *out = start;

  while (data != NULL && data < end)
    {
      if (chunks->state == 0)
        data = take_size (chunks, data, end);
      else if (chunks->state == 1)
        data = take_data (chunks, sink, &out, start, data, end);
      else if (*data++ == '\n')
        {
          chunks->ended = chunks->state == 3;
          chunks->state = 0;
        }
    }

  return data != NULL && sink_write (sink, start, (size_t)(out - start));
}

static bool
receive_chunked (const BenchPlan *plan, Sink *sink, char *data, size_t len)
{
  Chunks chunks = { 0 };

  if (!take_chunks (&chunks, sink, data, len))
    return false;
  while (!chunks.ended)
    {
      long n = raw_connection_receive (connection, buffer, sizeof buffer);

      if (n <= 0)
        return bench_fail ("%s: the body ends early", plan->url);
      if (!take_chunks (&chunks, sink, buffer, (size_t)n))
        return false;
    }

  return true;
}

static bool
receive_length (const BenchPlan *plan, Sink *sink, const char *data, size_t len, uint64_t left)
{
  if (!sink_write (sink, data, len))
    return false;
  left -= len;
  while (left > 0)
    {
      long n = raw_connection_receive (connection, buffer,
                                       left < sizeof buffer ? (size_t)left : sizeof buffer);

      if (n <= 0)
        return bench_fail ("%s: the body ends early", plan->url);
      if (!sink_write (sink, buffer, (size_t)n))
        return false;
      left -= (uint64_t)n;
    }

  return true;
}

static bool
stream (const BenchPlan *plan, BenchTally *tally)
{
  Sink sink = { .plan = plan };
  RawHead head;
  size_t got;

  if (!send_get (plan) || !receive_head (plan, &head, &got))
    return false;

  char *data = buffer + head.head_len;
  size_t len = got - head.head_len;

  sink.gzip = head.gzip;
  if (sink.gzip && inflateInit2 (&sink.z, 15 + 16) != Z_OK)
    return bench_fail ("zlib has no memory");

  bool ok = head.chunked ? receive_chunked (plan, &sink, data, len)
                         : receive_length (plan, &sink, data, len, head.length);

  if (sink.gzip)
    inflateEnd (&sink.z);

  return ok && bench_check_stream (plan, head.status, sink.offset, tally);
}

static bool
upload (const BenchPlan *plan, BenchTally *tally)
{
  char request[512];
  RawHead head;
  size_t got;
  const char *host = raw_host (plan);
  int len = snprintf (request, sizeof request,
                      "PUT /upload HTTP/1.1\r\nHost: %.*s\r\nContent-Length: %llu\r\n\r\n",
                      (int)(raw_path (plan) - host), host, (unsigned long long)plan->size);

  if (connection == NULL)
    connection = raw_connection_new (plan);
  if (connection == NULL || !raw_connection_send (connection, request, (size_t)len))
    return false;
  for (uint64_t left = plan->size; left > 0;)
    {
      size_t piece = left < BENCH_BUFFER ? (size_t)left : BENCH_BUFFER;

      if (!raw_connection_send (connection, pattern_tiles, piece))
        return bench_fail ("upload: the connection broke");
      left -= piece;
    }

  return receive_head (plan, &head, &got) && receive_rest (plan, &head, got)
         && bench_check_upload (plan, head.status, buffer + head.head_len, head.length, tally);
}

/* Reads what is there for one of the parallel connections; `*done` when the response is whole. */
static bool
advance (const BenchPlan *plan, Slot *slot, BenchTally *tally, bool *done)
{
  RawHead head;
  ssize_t n = recv (slot->fd, slot->data + slot->len, sizeof slot->data - slot->len, 0);

  if (n <= 0)
    return bench_fail ("%s: no response", plan->url);
  slot->len += (size_t)n;
  *done = raw_head_parse (&head, slot->data, slot->len, NULL)
          && slot->len >= head.head_len + head.length;
  if (!*done)
    return true;
  slot->len = 0;

  return bench_check_body (plan, head.status, slot->data + head.head_len, head.length, tally);
}

static bool
pump (const BenchPlan *plan,
      int poll,
      const char *request,
      size_t len,
      long started,
      BenchTally *tally)
{
  struct epoll_event events[64];
  uint64_t target = tally->ops + (uint64_t)plan->n;

  while (tally->ops < target)
    {
      int n = epoll_wait (poll, events, 64, -1);

      for (int i = 0; i < n; i++)
        {
          Slot *slot = events[i].data.ptr;
          bool done = false;

          if (!advance (plan, slot, tally, &done))
            return false;
          if (!done || started == plan->n)
            continue;
          if (send (slot->fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
            return bench_fail ("send: short");
          started++;
        }
    }

  return true;
}

/* The connections outlive one call: the warm-up opens them. */
static bool
parallel (const BenchPlan *plan, BenchTally *tally)
{
  static Slot *slots;
  static int poll = -1;
  char request[512];
  size_t len = (size_t)format_get (plan, request, sizeof request);
  long started = 0;

  if (slots == NULL)
    {
      slots = calloc (plan->width, sizeof *slots);
      poll = epoll_create1 (EPOLL_CLOEXEC);
      for (unsigned i = 0; i < plan->width; i++)
        {
          struct epoll_event event = { .events = EPOLLIN, .data.ptr = &slots[i] };

          slots[i].fd = raw_dial (plan);
          if (slots[i].fd < 0 || epoll_ctl (poll, EPOLL_CTL_ADD, slots[i].fd, &event) != 0)
            return false;
        }
    }

  for (unsigned i = 0; i < plan->width && started < plan->n; i++, started++)
    if (send (slots[i].fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
      return bench_fail ("send: short");

  return pump (plan, poll, request, len, started, tally);
}

static bool
hang (const BenchPlan *plan, double seconds)
{
  int *fds = calloc ((size_t)plan->n, sizeof *fds);
  char request[512];
  size_t len = (size_t)format_get (plan, request, sizeof request);
  bool ok = fds != NULL;

  for (long i = 0; ok && i < plan->n; i++)
    {
      fds[i] = raw_dial (plan);
      ok = fds[i] >= 0 && send (fds[i], request, len, MSG_NOSIGNAL) == (ssize_t)len;
    }
  usleep ((useconds_t)(seconds * 1e6));
  bench_hang_measure ();
  free (fds);

  return ok;
}

int
main (int argc, char **argv)
{
  static const BenchDriver driver
      = { "raw", version, open_raw, fetch, stream, upload, parallel, hang, shut, raw_folder_read };

  return bench_main (argc, argv, &driver);
}
