/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the head of the final response, interim ones on the way (RFC 9110 §15.2). */
#pragma once

#include "exchange/tern-receive.h"
#include "http1/tern-http1-head.h"

#define TERN_MAX_INTERIM 16

typedef struct
{
  TernReceive receive;
  TernHttp1Scan scan;
  TernHttp1Limits limits;
  TernHttp1Head head; /* the last one that was parsed */
  guint n_interim;
  gboolean started; /* a byte came */
  gboolean moved;   /* the same, since the caller last took it back */
  gboolean upgrade; /* the request asked for 101 */
  /* What does not begin with "HTTP/" is an answer of HTTP/0.9: version 9, status 200, no fields,
   * and all that was received belongs to its body. */
  gboolean simple;
} TernHeadReader;

/* DONE: @head is an interim or the final response. The caller owns the clocks; @host is who
 * answers, for messages. */
TernStep tern_head_reader_step (TernHeadReader *self, TernTransport *transport, const char *host,
                                TernWait *wait, GError **error);
void tern_head_reader_clear (TernHeadReader *self);
