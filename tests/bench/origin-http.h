/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection's HTTP/1.1 on the benchmark origin: bytes in, spans of bytes out. Must never touch
 * a socket; origin.c moves the bytes. It trusts its clients: this is no example of a strict server.
 */
#pragma once

#include "pattern.h"

#define EXCHANGE_IN 65536u
#define EXCHANGE_OUT 163840u

typedef enum
{
  EXCHANGE_HEAD,   /* a request head is being collected */
  EXCHANGE_BODY,   /* its body is being counted */
  EXCHANGE_ANSWER, /* the answer is on its way */
  EXCHANGE_HANG    /* /hang: never answered */
} ExchangePhase;

typedef enum
{
  SOURCE_NONE,
  SOURCE_LENGTH,
  SOURCE_CHUNKED,
  SOURCE_GZIP
} ExchangeSource;

typedef enum
{
  CHUNK_SIZE,
  CHUNK_EXTENSION,
  CHUNK_DATA,
  CHUNK_DATA_END,
  CHUNK_TRAILER_START,
  CHUNK_TRAILER
} ChunkState;

/* What the origin counted since it started; /stats shows it. */
typedef struct
{
  unsigned long connections;
  unsigned long requests;
  unsigned long handshakes;
  unsigned long resumed;
} ExchangeStats;

typedef struct
{
  ExchangePhase phase;
  bool close_after;
  bool body_wrong;
  bool body_chunked;
  bool is_conditional; /* If-None-Match; every tag is the right one */
  ChunkState chunk_state;
  uint64_t body_left;
  uint64_t body_received;

  ExchangeSource source;
  uint64_t source_offset;
  uint64_t source_size;
  size_t source_chunk;
  const unsigned char *span;
  size_t span_len;

  size_t in_len;
  size_t in_pos;
  char in[EXCHANGE_IN];
  char out[EXCHANGE_OUT];
} Exchange;

extern ExchangeStats exchange_stats;

bool exchange_prepare (void);
void exchange_init (Exchange *self);

/* Consumes what stands in self->in; FALSE means that the connection must be closed. */
bool exchange_feed (Exchange *self);

/* The next bytes to send; FALSE when the answer is complete or there is none. */
bool exchange_span (Exchange *self);
void exchange_sent (Exchange *self, size_t len);
