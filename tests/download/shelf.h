/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One resource on a scripted origin, which answers ranges as it should, or as a test wants: the
 * next requests, one after the other, get the answers that were put in a row. It must never judge a
 * request: the test reads the log. */
#pragma once

#include "tern-origin.h"

#include <pthread.h>

G_BEGIN_DECLS

#define SHELF_DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define SHELF_TIME 784111777

typedef struct _Shelf Shelf;

/* What is left of a request once it was read: the range that holds, the whole else. */
typedef struct
{
  gsize first;
  gsize end;
  gboolean ranged;
} ShelfWish;

typedef void (*ShelfAnswer) (TernOriginConn *conn,
                             const Shelf *shelf,
                             const ShelfWish *wish,
                             gsize number);

typedef struct
{
  ShelfAnswer answer;
  gsize number;
} ShelfTurn;

struct _Shelf
{
  TernOrigin *origin;
  pthread_mutex_t lock; /* for what follows */
  gsize size;
  guint seed;   /* of the bytes */
  char *etag;   /* NULL is none */
  char *fields; /* further ones, each with its line end */
  ShelfTurn turns[16];
  guint n_turns;
  guint at;
};

void shelf_init (Shelf *self, gsize size);
void shelf_clear (Shelf *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shelf, shelf_clear)

/* Another content under the same URI. */
void shelf_change (Shelf *self, gsize size, const char *etag);
void shelf_set_fields (Shelf *self, const char *fields);
/* What the next request that has no answer yet gets. */
void shelf_put (Shelf *self, ShelfAnswer answer, gsize number);

guint8 shelf_byte (const Shelf *self, gsize offset);
/* The SHA-256 of it all, in hexadecimal digits. */
char *shelf_sum (const Shelf *self, GChecksumType type);

/* The answers. */
/* As a server should. */
void shelf_right (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* The same, but the connection closes after @number bytes of the body. */
void shelf_break (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* The same, and then nothing comes any more. */
void shelf_stall (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* A part of @number bytes at most, properly. */
void
shelf_short_part (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* The whole, whatever was asked for; breaks after @number bytes where that is not 0. */
void shelf_whole (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* The whole in chunks, with no length. */
void shelf_chunks (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* The status @number with the shelf's further fields. */
void shelf_status (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* 206 with the right bytes behind a Content-Range that is wrong in the way of @number. */
void shelf_lie (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* How many ways there are. */
#define SHELF_N_LIES 9
/* 206 with a total of "*". */
void shelf_unknown (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* 206 multipart/byteranges (RFC 9110 §14.6). */
void
shelf_multipart (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);
/* 416 with a length of @number; without Content-Range where that is G_MAXSIZE. */
void
shelf_unsatisfiable (TernOriginConn *conn, const Shelf *shelf, const ShelfWish *wish, gsize number);

G_END_DECLS
