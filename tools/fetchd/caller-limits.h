/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one caller may take, and all of them together. The numbers stand here, and in
 * the table of options, and nowhere else. */
#pragma once

#include <glib.h>

typedef struct
{
  guint jobs;       /* jobs of one caller, those that ended and were not removed included */
  guint detached;   /* detached jobs of all callers */
  guint streams;    /* bodies that one caller has open */
  guint64 memory;   /* bytes that one caller's jobs and streams hold here */
  guint rate;       /* calls a second that begin something, over time */
  guint burst;      /* and at once */
  guint active;     /* jobs of all callers that run at once; those that stall do not count */
  guint active_one; /* jobs of one caller that run at once */
  guint threads;    /* transfers of all kinds, those that stall included */
} Limits;

/* Those that no option sets; the others are options (settings.c). */
#define LIMITS_OF_ALL                                                                              \
  {                                                                                                \
    .detached = 5000, .active = 32, .active_one = 6, .threads = 512                                \
  }

/* Of the arguments of one call. */
#define LIMIT_URI 65536
#define LIMIT_TOKEN_MIN 16
#define LIMIT_TOKEN_MAX 128
#define LIMIT_HEADERS 200
#define LIMIT_HEADER_BYTES 65536
#define LIMIT_SECRETS 65536
#define LIMIT_PRIORITY 100
#define LIMIT_SECONDS 86400.0

/* What one of a kind is counted with: the buffer and thread of a transfer, the record of a job. */
#define LIMIT_CHARGE_STREAM (128 << 10)
#define LIMIT_CHARGE_JOB (4 << 10)
