/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of questions behind stale answers share: an origin that answers them when it is
 * told to, and waiting for those that are under way. It must never ask by itself. */

#pragma once

#include "page.h"

G_BEGIN_DECLS

#define OLD "Age: 100\r\nCache-Control: max-age=60, stale-while-revalidate=1000\r\n"
#define OLD_ONE OLD "ETag: \"1\"\r\n"
#define NEW_TWO "Cache-Control: max-age=60\r\nETag: \"2\"\r\n"

/* For the route of an origin: without a condition the answer is "one", stale; with one it is "two",
 * once the gate is open. */
typedef struct
{
  GMutex lock;
  GCond opened;
  gboolean open;
} Gate;

void gate_init (Gate *gate);
void gate_open (Gate *gate);
void gate_clear (Gate *gate);
void gate_on_request (TernOriginConn *conn, const TernOriginRequest *request, gpointer gate);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gate, gate_clear)

/* Puts "one" into the cache, stale from the start. */
void behind_fill (Page *p);
/* Asks, and is answered "one" by what is stale. */
void behind_get (Page *p, const char *path);
/* Until nothing is asked any more. */
void behind_wait (void);

/* The last answer was stale, and says so. */
#define behind_assert_stale(p, body) behind_assert_stale_at (G_STRLOC, (p), (body))
void behind_assert_stale_at (const char *where, Page *p, const char *body);

G_END_DECLS
