/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One blocking call of a program's stream, made on the worker pool. The job owns what it works on,
 * so who asked may leave; what was read meanwhile stays in it. */
#pragma once

#include <gio/gio.h>
#include <sys/uio.h>

#include "io/tern-step.h"

/* A stream that several jobs may use: the last to let go closes it. */
typedef struct
{
  GIOStream *stream;
} TernStreamHold;

/* Takes a reference. */
TernStreamHold *tern_stream_hold_new (GIOStream *stream);
TernStreamHold *tern_stream_hold_ref (TernStreamHold *self);
void tern_stream_hold_unref (TernStreamHold *self);

/* Closes the stream (a reference that it takes over) without letting the caller wait: in place
 * where its ends are descriptors, else on the worker pool. */
void tern_stream_close_soon (GIOStream *stream);

/* The descriptor behind a pollable stream, or -1 where only blocking calls serve. */
int tern_stream_find_input_fd (GIOStream *stream);
int tern_stream_find_output_fd (GIOStream *stream);

typedef struct _TernStreamJob TernStreamJob;

typedef enum
{
  TERN_STREAM_READ,
  TERN_STREAM_READ_LINE, /* ends behind the first LF */
  TERN_STREAM_WRITE,     /* all of it, and flushes */
} TernStreamJobKind;

/* Reads up to @len bytes, never more than one call of the stream brings. */
TernStreamJob *tern_stream_job_read (TernStreamHold *hold, TernStreamJobKind kind, gsize len);
/* Copies at most as much as one job takes; tern_stream_job_take() tells how much. */
TernStreamJob *tern_stream_job_write (TernStreamHold *hold, const struct iovec *parts, int n_parts);

/* A last write that nobody waits for; how many bytes it has taken. */
gsize tern_stream_job_farewell (TernStreamHold *hold, const struct iovec *parts, int n_parts);

/* TRUE when it is over. Else who waits is woken when it is, and nobody who waited before. */
gboolean tern_stream_job_wait (TernStreamJob *self, TernWait *wait);
/* The same without waiting. */
gboolean tern_stream_job_is_done (TernStreamJob *self);

/* Once it is over. Of a read: up to @len of its bytes, 0 for the end. Of a write: how many went
 * out. FAILED comes after the bytes that there were. */
TernStep
tern_stream_job_take (TernStreamJob *self, void *buffer, gsize len, gsize *n, GError **error);
/* How far the next LF is in what was read, with it; 0 without one. */
gsize tern_stream_job_find_line (TernStreamJob *self);
/* Whether all that it has to tell was taken. */
gboolean tern_stream_job_is_empty (TernStreamJob *self);

/* Nobody asks any more: a call that still runs is cancelled. */
void tern_stream_job_free (TernStreamJob *self);
