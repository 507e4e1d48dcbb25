/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floor: one connection with bare sockets, or bare GnuTLS with 64 KiB of read-ahead and
 * held-back pushes. Must never do more than the job needs; it is what libraries are compared with.
 */
#pragma once

#include "bench.h"

#include <gnutls/gnutls.h>

typedef struct
{
  int fd;
  gnutls_session_t tls;
  size_t wire_pos; /* read ahead: TLS bytes not yet decrypted */
  size_t wire_len;
  size_t held_len; /* held back: TLS bytes not yet sent */
  unsigned char wire[BENCH_BUFFER];
  unsigned char held[BENCH_BUFFER];
} RawConnection;

typedef struct
{
  int status;
  bool chunked;
  bool gzip;
  bool wanted_found;
  uint64_t length;
  size_t head_len;
} RawHead;

bool raw_open (const BenchPlan *plan);
void raw_shut (void);
/* Host and port as the URL has them; raw_path () is the rest. */
int raw_dial (const BenchPlan *plan);
const char *raw_host (const BenchPlan *plan);
const char *raw_path (const BenchPlan *plan);

RawConnection *raw_connection_new (const BenchPlan *plan);
void raw_connection_free (RawConnection *self);
bool raw_connection_send (RawConnection *self, const void *data, size_t len);
/* Bytes received, 0 at the end, negative when broken. */
long raw_connection_receive (RawConnection *self, void *buffer, size_t len);
/* Keeps the session for the next connection. */
void raw_connection_keep_session (RawConnection *self);

/* TRUE when a whole head stands in `data`; looks for the few fields that the job needs. */
bool raw_head_parse (RawHead *head, const char *data, size_t len, const char *wanted);
