/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One transfer as progress knows it, and the ways to write it down. */
#pragma once

#include <glib.h>

typedef enum
{
  PROGRESS_QUEUED,   /* others come first */
  PROGRESS_START,    /* nothing is known yet */
  PROGRESS_RESOLVE,  /* looking up the name */
  PROGRESS_CONNECT,
  PROGRESS_TLS,      /* the handshake */
  PROGRESS_SEND,     /* the request */
  PROGRESS_WAIT,     /* for the answer */
  PROGRESS_REDIRECT, /* a redirect is being followed */
  PROGRESS_LOGIN,    /* a challenge is being answered */
  PROGRESS_RETRY,    /* it failed and is tried again */
  PROGRESS_RESUME,   /* it goes on where it stopped */
  PROGRESS_RECEIVE,  /* the body */
  PROGRESS_VERIFY,   /* the checksum */
  PROGRESS_DONE,
  PROGRESS_FAILED,
} ProgressPhase;

typedef struct
{
  char *name; /* harmless on a terminal, one line */
  ProgressPhase phase;
  guint64 skipped; /* what was there before: of no account for the speed */
  guint64 done;
  gint64 total;       /* -1 where it is not known */
  guint64 sent;       /* of the request's body */
  gint64 to_send;     /* how long that is, -1 where it is not known */
  gboolean uploads;   /* done, total and speed are those of the request's body just now */
  gint64 started;     /* monotonic, microseconds; 0 while it is queued */
  gint64 phase_since; /* when the phase began */
  gint64 ended;       /* 0 while it lasts */
  double speed;       /* bytes a second, of late */
  gint64 measured_at; /* what the speed was measured by */
  guint64 measured_done;
} ProgressLine;

/* Nothing is known of it but its name (taken). */
void progress_line_init (ProgressLine *self, char *name);

void progress_line_enter (ProgressLine *self, ProgressPhase phase, gint64 now);

/* So much of the request's body went out. */
void progress_line_send (ProgressLine *self, guint64 sent, gint64 now);

/* To be called now and then: measures the speed. */
void progress_line_measure (ProgressLine *self, gint64 now);

/* The words alone: "1.2 MB of 4.8 MB (25%), 300 kB/s, 0:12 left" or "connecting, 0:03". */
char *progress_line_describe (const ProgressLine *self, gint64 now);

/* Columns of a text on a terminal. */
guint progress_line_columns (const char *text);

/* A line of at most @width columns: the name in @name_width of them, which may be none, and a bar
 * where there is room and the size is known. */
char *progress_line_draw (const ProgressLine *self, guint name_width, guint width, gint64 now);

/* One JSON object with a newline after it. */
char *progress_line_to_json (const ProgressLine *self, gint64 now);
