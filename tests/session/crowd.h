/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many who ask for the same at the same time, and an origin that answers when it is told to. It
 * must never let anybody wait for a time: what is waited for is a state. */

#pragma once

#include "session.h"

G_BEGIN_DECLS

/* ---- the origin's side ---- */

typedef struct
{
  GMutex lock; /* for all of it */
  GCond changed;
  guint n_asked;
  guint n_conditional; /* with If-None-Match */
  guint heads;         /* so many may have their heads, */
  guint tails;         /* and so many what follows the first piece of the body */
  guint status;
  const char *fields;
  gsize size;  /* of the body */
  gsize first; /* of its first piece */
  gboolean chunked;
  guint n_dying; /* so many are closed in place of a head, */
  guint n_cut;   /* and so many behind the first piece */
} Gate;

/* Serves everything below /gate of that origin, open for everybody. */
void gate_init (Gate *self, TernOrigin *origin);
void gate_clear (Gate *self);
void gate_open (Gate *self, guint heads, guint tails);
guint gate_get_n_asked (Gate *self);
guint gate_get_n_conditional (Gate *self);
void gate_wait_asked (Gate *self, guint n);
/* The byte of the body at that place. */
guint8 gate_byte (guint64 at);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gate, gate_clear)

/* ---- those who ask ---- */

typedef enum
{
  VISITOR_READS,  /* to the end */
  VISITOR_PAUSES, /* behind @some bytes until it is told to go on */
  VISITOR_CLOSES, /* the stream behind @some bytes, with the response in hand */
  VISITOR_DROPS,  /* the response behind @some bytes */
  VISITOR_POLLS,  /* reads without blocking and waits by a source */
} VisitorManner;

typedef struct
{
  /* What to do. */
  TernClient *client;
  char *uri;
  gboolean async; /* in a main context of its own, else blocking; always in a thread of its own */
  VisitorManner manner;
  gsize some;
  double timeout;           /* 0 is the client's */
  const char *name, *value; /* one more field */

  GThread *thread;
  GCancellable *cancellable;
  GMutex lock; /* for what follows */
  GCond changed;
  gboolean has_head;
  gboolean paused;
  gboolean go_on;
  gboolean done;

  /* What came of it, after visitor_join (). */
  guint status;
  gboolean from_cache;
  char *cache_status;
  GByteArray *body;
  GError *error;
} Visitor;

Visitor *visitor_new (TernClient *client, TernOrigin *origin, const char *path, gboolean async);
void visitor_free (Visitor *self);
void visitor_start (Visitor *self);
void visitor_wait_head (Visitor *self);
void visitor_wait_paused (Visitor *self);
void visitor_go_on (Visitor *self);
void visitor_join (Visitor *self);
/* It has got the whole body of the gate. */
#define visitor_assert_whole(self, size) visitor_assert_whole_at (G_STRLOC, (self), (size))
void visitor_assert_whole_at (const char *where, Visitor *self, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visitor, visitor_free)

/* Until so many wait for what others bring. */
void crowd_wait_waiting (guint n);

G_END_DECLS
