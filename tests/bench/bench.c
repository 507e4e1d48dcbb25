/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the drivers share; see bench.h for what it must never do. */
#include "bench.h"

#include <getopt.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIB (UINT64_C (1) << 30)
#define MIB (UINT64_C (1) << 20)
#define HANG_SECONDS 1.5
/* A prime, so that it leaves out nothing of what comes in tens or powers of two. */
#define CACHE_STRIDE 7919

extern char **environ;

static const BenchWorkload workloads[] = {
  { "seq-small", BENCH_FETCH, PATTERN_BINARY, false, "/small", 20000, 0, false },
  { "par-small", BENCH_PARALLEL, PATTERN_BINARY, false, "/small", 20000, 0, false },
  { "headers100", BENCH_FETCH, PATTERN_BINARY, false, "/headers100", 10000, 0, false },
  { "download", BENCH_STREAM, PATTERN_BINARY, false, "/big?size=%llu", 1, GIB, true },
  { "download-tls", BENCH_STREAM, PATTERN_BINARY, true, "/big?size=%llu", 1, GIB, true },
  { "upload", BENCH_UPLOAD, PATTERN_BINARY, false, "/upload", 1, GIB, true },
  { "chunked-large", BENCH_STREAM, PATTERN_BINARY, false, "/chunked?size=%llu&chunk=16384", 1, GIB,
    true },
  { "chunked-tiny", BENCH_STREAM, PATTERN_BINARY, false, "/chunked?size=%llu&chunk=10", 10, 5 * MIB,
    false },
  { "gzip", BENCH_STREAM, PATTERN_WORDS, false, "/gzip", 5, PATTERN_TEXT, false },
  { "tcp-connect", BENCH_FETCH, PATTERN_BINARY, false, "/close", 1000, 0, false },
  { "tls-connect", BENCH_FETCH, PATTERN_BINARY, true, "/close", 200, 0, false },
  { "tls-connect-new", BENCH_FETCH, PATTERN_BINARY, true, "/close", 200, 0, false, true },
  { "startup", BENCH_STARTUP, PATTERN_BINARY, false, "/small", 20, 0, false },
  { "startup-tls", BENCH_STARTUP, PATTERN_BINARY, true, "/small", 20, 0, false },
  { "cache-fresh", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400", 20000,
    PATTERN_SMALL, false, false, 16 },
  { "cache-fresh-100k", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400", 5000,
    100 * 1024, false, false, 16 },
  { "cache-revalidate", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=0", 5000,
    PATTERN_SMALL, false, false, 16 },
  { "cache-revalidate-100k", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=0", 3000,
    100 * 1024, false, false, 16 },
  { "cache-store", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400", 4000,
    PATTERN_SMALL, false, false, 0 },
  /* One after the other with one store: each process begins with what the one before it left. */
  { "cache-fill", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400", 100000,
    PATTERN_SMALL, false, false, 100000, true },
  { "cache-hit", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400", 20000,
    PATTERN_SMALL, false, false, 100000 },
  { "cache-evict", BENCH_CACHE, PATTERN_BINARY, false, "/cached?size=%llu&age=86400&new", 4000,
    PATTERN_SMALL, false, false, 0 },
  { "hanging", BENCH_HANG, PATTERN_BINARY, false, "/hang", 1000, 0, false },
};

static long hang_before_kib;
static long hang_after_kib;

bool
bench_fail (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);

  return false;
}

bool
bench_check_body (
    const BenchPlan *plan, int status, const void *data, size_t len, BenchTally *tally)
{
  if (status != 200)
    return bench_fail ("status %d instead of 200", status);
  if (len != plan->size
      || (plan->thorough || len <= PATTERN_SMALL
              ? memcmp (data, pattern_tiles, len) != 0
              : !pattern_check (PATTERN_BINARY, data, len, 0)))
    return bench_fail ("%s: a body of %zu bytes is not the agreed one", plan->url, len);
  tally->ops++;
  tally->bytes += len;

  return true;
}

bool
bench_check_upload (
    const BenchPlan *plan, int status, const void *data, size_t len, BenchTally *tally)
{
  char text[32];
  int want = snprintf (text, sizeof text, "%llu\n", (unsigned long long)plan->size);

  if (status != 200 || len != (size_t)want || memcmp (data, text, len) != 0)
    return bench_fail ("upload: status %d, answer \"%.*s\"", status, (int)len, (const char *)data);
  tally->ops++;
  tally->bytes += plan->size;

  return true;
}

bool
bench_check_stream (const BenchPlan *plan, int status, uint64_t len, BenchTally *tally)
{
  if (status != 200 || len != plan->size)
    return bench_fail ("%s: status %d, %llu bytes", plan->url, status, (unsigned long long)len);
  tally->ops++;
  tally->bytes += len;

  return true;
}

static long
memory_kib (const char *field)
{
  char line[256];
  long kib = -1;
  FILE *file = fopen ("/proc/self/status", "r");

  if (file == NULL)
    return -1;
  while (kib < 0 && fgets (line, sizeof line, file) != NULL)
    if (strncmp (line, field, strlen (field)) == 0)
      kib = strtol (line + strlen (field), NULL, 10);
  fclose (file);

  return kib;
}

void
bench_hang_measure (void)
{
  hang_after_kib = memory_kib ("VmRSS:");
}

static double
seconds_of (struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double
cpu_between (const struct rusage *before, const struct rusage *after)
{
  return seconds_of (after->ru_utime) - seconds_of (before->ru_utime)
         + seconds_of (after->ru_stime) - seconds_of (before->ru_stime);
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* URLs in an order without neighbours, each as often as the others; it goes on from one call to the
 * next. */
static bool
cache (const BenchDriver *driver, const BenchPlan *plan, BenchTally *tally)
{
  static long next;
  BenchPlan one = *plan;
  char url[512];
  int len = snprintf (url, sizeof url, "%s&n=", plan->url);
  bool ok = true;

  one.url = url;
  for (long i = 0; ok && i < plan->n; i++, next++)
    {
      snprintf (url + len, sizeof url - (size_t)len, "%ld",
                plan->range > 0 ? next * CACHE_STRIDE % plan->range : next);
      ok = driver->cached (&one, tally);
    }

  return ok;
}

/* The operations of one kind; the same code warms up and is measured. */
static bool
operate (const BenchDriver *driver, const BenchPlan *plan, BenchTally *tally)
{
  bool ok = true;

  if (plan->workload->kind == BENCH_PARALLEL)
    return driver->parallel (plan, tally);
  if (plan->workload->kind == BENCH_CACHE)
    return cache (driver, plan, tally);

  for (long i = 0; ok && i < plan->n; i++)
    {
      if (plan->workload->kind == BENCH_UPLOAD)
        ok = driver->upload (plan, tally);
      else if (plan->workload->kind == BENCH_STREAM)
        ok = driver->stream (plan, tally);
      else
        ok = driver->fetch (plan, tally);
    }

  return ok;
}

static char *
make_url (const BenchWorkload *workload, const char *base, uint64_t size)
{
  char *url = NULL;
  char path[256];
  const char *gap = strstr (workload->path, "%llu");

  if (gap != NULL)
    snprintf (path, sizeof path, "%.*s%llu%s", (int)(gap - workload->path), workload->path,
              (unsigned long long)size, gap + 4);
  else
    snprintf (path, sizeof path, "%s", workload->path);
  if (asprintf (&url, "%s%s", base, path) < 0)
    return NULL;

  return url;
}

/* Warm: the connection stands, the allocator has its arenas, the TLS session can be resumed. Here
 * every byte of a streamed body is checked, which would show in the measured section. */
static bool
warm_up (const BenchDriver *driver, const BenchPlan *plan, const char *base)
{
  BenchPlan warm = *plan;
  BenchTally tally = { 0 };

  warm.thorough = true;
  warm.n = plan->n / 20;
  if (plan->workload->kind == BENCH_PARALLEL && warm.n < 4 * (long)plan->width)
    warm.n = 4 * (long)plan->width;
  if (plan->workload->kind == BENCH_CACHE && plan->workload->range > 0 && warm.n < 2 * plan->range
      && plan->range < 1000)
    warm.n = 2 * plan->range;
  if (warm.n < 1 || plan->workload->cold)
    warm.n = 1;
  if (plan->workload->scales && warm.size > 4 * MIB)
    warm.size = 4 * MIB;

  char *url = make_url (plan->workload, base, warm.size);

  warm.url = url;
  bool ok = operate (driver, &warm, &tally);

  free (url);

  return ok;
}

static double opening; /* seconds of CPU */

static void
report (const BenchDriver *driver,
        const BenchPlan *plan,
        const BenchTally *tally,
        double user,
        double system,
        double wall,
        long peak_kib)
{
  printf ("{\"library\": \"%s\", \"version\": \"%s\", \"workload\": \"%s\", \"user\": %.6f, "
          "\"sys\": %.6f, \"wall\": %.6f, \"peak_kib\": %ld, \"ops\": %llu, \"bytes\": %llu",
          driver->library, driver->version (), plan->workload->name, user, system, wall, peak_kib,
          (unsigned long long)tally->ops, (unsigned long long)tally->bytes);
  if (plan->workload->kind == BENCH_HANG)
    printf (", \"kib_per_request\": %.3f",
            (double)(hang_after_kib - hang_before_kib) / (double)plan->n);
  if (plan->workload->kind == BENCH_CACHE)
    printf (", \"opening\": %.6f", opening);
  printf ("}\n");
}

static int
run_measured (const BenchDriver *driver, const BenchPlan *plan, const char *base)
{
  struct rusage before;
  struct rusage after;
  BenchTally tally = { 0 };

  getrusage (RUSAGE_SELF, &before);
  if (!driver->open (plan))
    return 1;
  getrusage (RUSAGE_SELF, &after);
  opening = cpu_between (&before, &after);
  if (plan->workload->kind != BENCH_HANG && !warm_up (driver, plan, base))
    return 1;

  hang_before_kib = memory_kib ("VmRSS:");
  getrusage (RUSAGE_SELF, &before);
  double start = now ();
  bool ok = plan->workload->kind == BENCH_HANG ? driver->hang (plan, HANG_SECONDS)
                                               : operate (driver, plan, &tally);
  double wall = now () - start;

  getrusage (RUSAGE_SELF, &after);
  if (!ok)
    return 1;
  report (driver, plan, &tally, seconds_of (after.ru_utime) - seconds_of (before.ru_utime),
          seconds_of (after.ru_stime) - seconds_of (before.ru_stime), wall, memory_kib ("VmHWM:"));
  driver->close ();

  return 0;
}

/* The process that --once makes: no warm-up, no report. */
static int
run_once (const BenchDriver *driver, const BenchPlan *plan)
{
  BenchTally tally = { 0 };
  bool ok = driver->open (plan) && driver->fetch (plan, &tally);

  driver->close ();

  return ok ? 0 : 1;
}

/* Spawned from here and not from the script, whose own work before exec would count. */
static int
run_startup (const BenchDriver *driver, const BenchPlan *plan, char **argv)
{
  struct rusage usage;
  BenchTally tally = { 0 };
  double user = 0;
  double system = 0;
  long peak = 0;
  double start = now ();

  for (long i = 0; i < plan->n; i++)
    {
      pid_t pid;
      int status;

      if (posix_spawn (&pid, "/proc/self/exe", NULL, NULL, argv, environ) != 0
          || wait4 (pid, &status, 0, &usage) != pid || status != 0)
        {
          bench_fail ("a process with one GET failed");
          return 1;
        }
      user += seconds_of (usage.ru_utime);
      system += seconds_of (usage.ru_stime);
      if (usage.ru_maxrss > peak)
        peak = usage.ru_maxrss;
      tally.ops++;
      tally.bytes += PATTERN_SMALL;
    }
  report (driver, plan, &tally, user, system, now () - start, peak);

  return 0;
}

static int
run_plan (const BenchDriver *driver, BenchPlan *plan, const char *base, bool once, char **argv)
{
  struct rlimit limit;
  char *url = make_url (plan->workload, base, plan->size);
  int rc;

  pattern_init ();
  plan->url = url;
  if (plan->workload->kind == BENCH_HANG && getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }

  if (once)
    rc = run_once (driver, plan);
  else if (plan->workload->kind == BENCH_STARTUP)
    rc = run_startup (driver, plan, argv);
  else
    rc = run_measured (driver, plan, base);
  free (url);

  return rc;
}

static const BenchWorkload *
find_workload (const char *name)
{
  for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++)
    if (strcmp (workloads[i].name, name) == 0)
      return &workloads[i];

  return NULL;
}

typedef struct
{
  BenchPlan plan;
  const char *plain;
  const char *tls;
  const char *fresh;
  bool once;
} Arguments;

/* FALSE where there is one that is not known. */
static bool
parse_options (int argc, char **argv, Arguments *self)
{
  static const struct option options[] = { { "url-plain", required_argument, NULL, 'p' },
                                           { "url-tls", required_argument, NULL, 't' },
                                           { "url-fresh", required_argument, NULL, 'f' },
                                           { "ca", required_argument, NULL, 'c' },
                                           { "size", required_argument, NULL, 's' },
                                           { "width", required_argument, NULL, 'w' },
                                           { "store", required_argument, NULL, 'S' },
                                           { "entries", required_argument, NULL, 'e' },
                                           { "once", no_argument, NULL, 'o' },
                                           { NULL, 0, NULL, 0 } };
  BenchPlan *plan = &self->plan;
  int option;

  while ((option = getopt_long (argc, argv, "n:", options, NULL)) != -1)
    switch (option)
      {
      case 'n':
        plan->n = strtol (optarg, NULL, 10);
        break;
      case 's':
        plan->size = plan->workload->scales ? strtoull (optarg, NULL, 10) : plan->size;
        break;
      case 'w':
        plan->width = (unsigned)strtoul (optarg, NULL, 10);
        break;
      case 'p':
        self->plain = optarg;
        break;
      case 't':
        self->tls = optarg;
        break;
      case 'f':
        self->fresh = optarg;
        break;
      case 'c':
        plan->ca_file = optarg;
        break;
      case 'S':
        plan->store = optarg;
        break;
      case 'e':
        plan->range = strtol (optarg, NULL, 10);
        break;
      case 'o':
        self->once = true;
        break;
      default:
        return false;
      }

  return true;
}

int
bench_main (int argc, char **argv, const BenchDriver *driver)
{
  const BenchWorkload *workload = argc > 1 ? find_workload (argv[1]) : NULL;

  if (workload == NULL)
    {
      fprintf (stderr,
               "usage: %s WORKLOAD --url-plain URL --url-tls URL --url-fresh URL --ca FILE "
               "[-n N] [--size BYTES] [--width N] [--store WHERE] [--entries N]\n",
               argv[0]);
      return 2;
    }

  Arguments arguments = { .plan = { .workload = workload,
                                    .n = workload->n,
                                    .size = workload->size > 0 ? workload->size : PATTERN_SMALL,
                                    .width = 64,
                                    .range = workload->range } };
  BenchPlan *plan = &arguments.plan;

  if (strcmp (workload->name, "headers100") == 0)
    plan->wanted_header = "X-Field-99";
  if (!parse_options (argc, argv, &arguments))
    return 2;

  const char *base = workload->fresh ? arguments.fresh
                     : workload->tls ? arguments.tls
                                     : arguments.plain;

  if (workload->kind == BENCH_CACHE && (driver->cached == NULL || plan->store == NULL))
    return bench_fail ("%s needs a cache, and --store", workload->name) ? 0 : 2;
  if (base == NULL || plan->n < 1 || plan->width < 1)
    return bench_fail ("a URL is missing or a number is not positive") ? 0 : 2;

  char *again[] = { argv[0],
                    (char *)workload->name,
                    (char *)"--once",
                    (char *)"--url-plain",
                    (char *)arguments.plain,
                    (char *)"--url-tls",
                    (char *)arguments.tls,
                    plan->ca_file ? (char *)"--ca" : NULL,
                    (char *)plan->ca_file,
                    NULL };

  return run_plan (driver, plan, base, arguments.once, again);
}
