/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes one request: the head and the first of the body in one packet, then the rest of the body,
 * whole, chunked or not at all. It never reads the answer. */
#pragma once

#include "io/tern-reader.h"
#include "net/tern-transport.h"

/* The length of a body that is sent as it is until it ends. */
#define TERN_SEND_RAW (-2)

typedef struct
{
  TernTransport *transport; /* borrowed */
  GByteArray *head;
  GBytes *bytes;      /* a body that lies in memory whole */
  TernReader *reader; /* any other body */
  gint64 length;      /* of the body; -1 is chunked, or TERN_SEND_RAW */
  guint64 body_sent;  /* payload bytes handed to the transport */
  gsize at;           /* how much of head and bytes, or of head and block, was written */
  char *block;        /* what was read of the reader, in its chunk framing */
  gsize block_start;
  gsize block_len;
  gboolean body_allowed; /* FALSE while 100 (Continue) is waited for */
  gboolean body_ended;
  gboolean started; /* a byte was written */
  gboolean starved_for_good; /* the body itself failed, not the network */
  gboolean moved;   /* the same, since the caller last took it back */
  gboolean starved; /* it waits for the program's stream, not for the network */
} TernSend;

/* Takes @head and @reader. */
void tern_send_init (TernSend *self,
                     TernTransport *transport,
                     GByteArray *head,
                     GBytes *bytes,
                     TernReader *reader,
                     gint64 length,
                     gboolean body_allowed);
void tern_send_clear (TernSend *self);

/* DONE: everything that is allowed was written. */
TernStep tern_send_step (TernSend *self, TernWait *wait, GError **error);

/* Whether the whole request was written. */
gboolean tern_send_is_complete (const TernSend *self);
