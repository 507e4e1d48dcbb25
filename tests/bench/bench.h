/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the drivers share: the workloads, the warm-up, the measuring and the line of JSON. It exists
 * so that every library is measured by the same code. Must never do work of a library's own inside
 * the measured section. */
#pragma once

#include "pattern.h"

#define BENCH_BUFFER 65536u

typedef enum
{
  BENCH_FETCH,    /* one GET after the other, each body whole in memory */
  BENCH_STREAM,   /* GETs, the body read through a buffer of BENCH_BUFFER bytes */
  BENCH_UPLOAD,   /* PUTs of a body with a known length, made as it is sent */
  BENCH_PARALLEL, /* GETs, `width` of them at any time, one thread */
  BENCH_CACHE,    /* GETs through a cache, `range` URLs in turn */
  BENCH_HANG,     /* requests that are never answered: memory, not time */
  BENCH_STARTUP   /* a process with one GET */
} BenchKind;

typedef struct
{
  const char *name;
  BenchKind kind;
  PatternKind pattern;
  bool tls;
  const char *path; /* may hold %llu: the size of the body */
  long n;           /* operations unless -n says otherwise */
  uint64_t size;    /* bytes of a body unless --size says otherwise; 0 is PATTERN_SMALL */
  bool scales;      /* the body may be made smaller */
  bool fresh;       /* TLS with an origin that lets nobody resume a session */
  long range;       /* of BENCH_CACHE: how many URLs unless --entries says otherwise; 0 is no end */
  bool cold;        /* not warmed up but by one operation */
} BenchWorkload;

typedef struct
{
  const BenchWorkload *workload;
  const char *ca_file;
  const char *url;
  const char *wanted_header; /* looked up in every response when not NULL */
  long n;
  uint64_t size; /* of a body, decoded */
  bool thorough; /* the warm-up: every byte of a streamed body is checked, not two of a slice */
  unsigned width;
  const char *store; /* of a cache: a folder, or for libtern a URI */
  long range;
} BenchPlan;

typedef struct
{
  uint64_t ops;
  uint64_t bytes;
} BenchTally;

/* One library. Every function reports what went wrong by bench_fail () and returns FALSE; what it
 * keeps between calls (client, connection, session) lives in the driver. */
typedef struct
{
  const char *library;
  const char *(*version) (void);
  bool (*open) (const BenchPlan *plan);
  bool (*fetch) (const BenchPlan *plan, BenchTally *tally);
  bool (*stream) (const BenchPlan *plan, BenchTally *tally);
  bool (*upload) (const BenchPlan *plan, BenchTally *tally);
  bool (*parallel) (const BenchPlan *plan, BenchTally *tally);
  /* Starts plan->n requests, gives them `seconds`, calls bench_hang_measure () and drops them. */
  bool (*hang) (const BenchPlan *plan, double seconds);
  void (*close) (void);
  /* One GET through the cache at plan->store; NULL where the library has none. */
  bool (*cached) (const BenchPlan *plan, BenchTally *tally);
} BenchDriver;

int bench_main (int argc, char **argv, const BenchDriver *driver);

bool bench_fail (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* Checks a status and a whole body, and counts it. */
bool bench_check_body (
    const BenchPlan *plan, int status, const void *data, size_t len, BenchTally *tally);
/* Checks the answer to an upload: the number of bytes that the origin counted. */
bool bench_check_upload (
    const BenchPlan *plan, int status, const void *data, size_t len, BenchTally *tally);
/* Checks a slice at `offset` of a body that is streamed. */
static inline bool
bench_check_slice (const BenchPlan *plan, const void *data, size_t len, uint64_t offset)
{
  PatternKind kind = plan->workload->pattern;
  bool right = plan->thorough ? pattern_check_all (kind, data, len, offset)
                              : pattern_check (kind, data, len, offset);

  return right
         || bench_fail ("a byte of the body is wrong near offset %llu", (unsigned long long)offset);
}
/* Checks the length of a body that was streamed, and counts it. */
bool bench_check_stream (const BenchPlan *plan, int status, uint64_t len, BenchTally *tally);

void bench_hang_measure (void);
