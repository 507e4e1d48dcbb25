/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark driver for libcurl: one easy handle for what is sequential, a multi handle for the
 * rest. Must never be tuned against libcurl: it uses the API as its own examples do. */
#include "bench.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct
{
  const BenchPlan *plan;
  CURL *easy;
  bool ok;
  uint64_t offset; /* streamed or uploaded so far */
  size_t len;
  char data[4096]; /* a body that is wanted whole */
} Transfer;

static Transfer single;
static CURLM *multi;
static Transfer *transfers;

static const char *
version (void)
{
  return curl_version_info (CURLVERSION_NOW)->version;
}

static size_t
collect (char *data, size_t size, size_t n, void *user)
{
  Transfer *self = user;

  if (size * n > sizeof self->data - self->len)
    return 0;
  memcpy (self->data + self->len, data, size * n);
  self->len += size * n;

  return size * n;
}

static size_t
check (char *data, size_t size, size_t n, void *user)
{
  Transfer *self = user;

  if (!bench_check_slice (self->plan, data, size * n, self->offset))
    return 0;
  self->offset += size * n;

  return size * n;
}

static size_t
produce (char *data, size_t size, size_t n, void *user)
{
  Transfer *self = user;
  size_t tile = self->offset % PATTERN_TILE;
  size_t len = size * n;

  if (len > sizeof pattern_tiles - tile)
    len = sizeof pattern_tiles - tile;
  if (len > self->plan->size - self->offset)
    len = (size_t)(self->plan->size - self->offset);
  memcpy (data, pattern_tiles + tile, len);
  self->offset += len;

  return len;
}

static CURL *
easy_new (const BenchPlan *plan, Transfer *transfer)
{
  CURL *easy = curl_easy_init ();

  transfer->easy = easy;
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, (long)BENCH_BUFFER);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "curl");
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_PRIVATE, transfer);
  if (plan->workload->tls)
    {
      /* Debian's default folder would be read besides the file, at every connection. */
      curl_easy_setopt (easy, CURLOPT_CAINFO, plan->ca_file);
      curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
    }

  return easy;
}

static bool
open_client (const BenchPlan *plan)
{
  if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return bench_fail ("curl_global_init failed");

  return easy_new (plan, &single) != NULL;
}

static void
close_client (void)
{
  curl_easy_cleanup (single.easy);
  if (multi != NULL)
    curl_multi_cleanup (multi);
  curl_global_cleanup ();
}

static bool
perform (const BenchPlan *plan, long *status)
{
  single.plan = plan;
  single.offset = 0;
  single.len = 0;
  curl_easy_setopt (single.easy, CURLOPT_URL, plan->url);

  CURLcode rc = curl_easy_perform (single.easy);

  if (rc != CURLE_OK)
    return bench_fail ("%s: %s", plan->url, curl_easy_strerror (rc));
  curl_easy_getinfo (single.easy, CURLINFO_RESPONSE_CODE, status);

  return true;
}

static bool
fetch (const BenchPlan *plan, BenchTally *tally)
{
  struct curl_header *header;
  long status;

  if (!perform (plan, &status))
    return false;
  if (plan->wanted_header != NULL
      && curl_easy_header (single.easy, plan->wanted_header, 0, CURLH_HEADER, -1, &header)
             != CURLHE_OK)
    return bench_fail ("%s is missing", plan->wanted_header);

  return bench_check_body (plan, (int)status, single.data, single.len, tally);
}

static bool
stream (const BenchPlan *plan, BenchTally *tally)
{
  long status;

  curl_easy_setopt (single.easy, CURLOPT_WRITEFUNCTION, check);
  if (!perform (plan, &status))
    return false;

  return bench_check_stream (plan, (int)status, single.offset, tally);
}

static bool
upload (const BenchPlan *plan, BenchTally *tally)
{
  /* libcurl would wait for a 100 before a body above 1 MiB; no other driver does. */
  struct curl_slist *headers = curl_slist_append (NULL, "Expect:");
  long status;

  curl_easy_setopt (single.easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (single.easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)BENCH_BUFFER);
  curl_easy_setopt (single.easy, CURLOPT_READFUNCTION, produce);
  curl_easy_setopt (single.easy, CURLOPT_READDATA, &single);
  curl_easy_setopt (single.easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)plan->size);
  curl_easy_setopt (single.easy, CURLOPT_HTTPHEADER, headers);
  bool ok = perform (plan, &status);

  curl_slist_free_all (headers);

  return ok && bench_check_upload (plan, (int)status, single.data, single.len, tally);
}

static void
multi_open (const BenchPlan *plan, unsigned width)
{
  multi = curl_multi_init ();
  curl_multi_setopt (multi, CURLMOPT_MAXCONNECTS, (long)width);
  transfers = calloc (width, sizeof *transfers);
  for (unsigned i = 0; i < width; i++)
    easy_new (plan, &transfers[i]);
}

static void
multi_start (const BenchPlan *plan, Transfer *transfer)
{
  transfer->plan = plan;
  transfer->len = 0;
  curl_easy_setopt (transfer->easy, CURLOPT_URL, plan->url);
  curl_multi_add_handle (multi, transfer->easy);
}

static bool
multi_finish (const CURLMsg *message, BenchTally *tally, Transfer **transfer)
{
  CURL *easy = message->easy_handle;
  CURLcode rc = message->data.result;
  long status;

  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)transfer);
  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle (multi, easy);
  if (rc != CURLE_OK)
    return bench_fail ("%s", curl_easy_strerror (rc));

  return bench_check_body ((*transfer)->plan, (int)status, (*transfer)->data, (*transfer)->len,
                           tally);
}

static bool
parallel (const BenchPlan *plan, BenchTally *tally)
{
  uint64_t target = tally->ops + (uint64_t)plan->n;
  CURLMsg *message;
  Transfer *transfer;
  long started = 0;
  int running;
  int queued;

  if (multi == NULL)
    multi_open (plan, plan->width);
  for (unsigned i = 0; i < plan->width && started < plan->n; i++, started++)
    multi_start (plan, &transfers[i]);

  while (tally->ops < target)
    {
      if (curl_multi_perform (multi, &running) != CURLM_OK)
        return bench_fail ("curl_multi_perform failed");

      bool any = false;

      while ((message = curl_multi_info_read (multi, &queued)) != NULL)
        {
          if (message->msg != CURLMSG_DONE)
            continue;
          any = true;
          if (!multi_finish (message, tally, &transfer))
            return false;
          if (started == plan->n)
            continue;
          multi_start (plan, transfer);
          started++;
        }
      if (!any && tally->ops < target)
        curl_multi_poll (multi, NULL, 0, 1000, NULL);
    }

  return true;
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool
hang (const BenchPlan *plan, double seconds)
{
  double end = now () + seconds;
  int running;

  multi_open (plan, (unsigned)plan->n);
  for (long i = 0; i < plan->n; i++)
    multi_start (plan, &transfers[i]);
  while (now () < end)
    {
      if (curl_multi_perform (multi, &running) != CURLM_OK || running != plan->n)
        return bench_fail ("%d of %ld requests hang", running, plan->n);
      curl_multi_poll (multi, NULL, 0, 100, NULL);
    }
  bench_hang_measure ();

  return true;
}

int
main (int argc, char **argv)
{
  static const BenchDriver driver
      = { "curl", version, open_client, fetch, stream, upload, parallel, hang, close_client };

  return bench_main (argc, argv, &driver);
}
