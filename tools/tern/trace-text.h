/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was told of one fetch, and how it is written down. */
#pragma once

#include "fetch.h"

typedef struct
{
  gint64 when; /* microseconds since the beginning */
  const char *nick;
  char *text;
} TraceEvent;

typedef struct
{
  gint64 began;
  GArray *events;    /* of TraceEvent */
  GPtrArray *stages; /* "v redirect" and so on */
} Trace;

Trace *trace_new (void);
void trace_free (Trace *self);

/* @event is a TernLogEvent. */
void trace_add (Trace *self, int event, const char *text);

/* For people, to be written to @fd. */
void trace_append (GString *out, int fd, const Fetch *fetch, const Trace *trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trace, trace_free)
