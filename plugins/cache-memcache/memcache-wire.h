/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocol of memcached: bytes in, words out. Two dialects: meta commands, whose answers name
 * the key and a number of ours, and the classic text commands. Pure; it must never believe a length
 * that was not asked for, nor take an answer that was meant for another question. */
#pragma once

#include <glib.h>

/* No line that answers us is longer; the longest name of an item is 250 bytes. */
#define MEMCACHE_WIRE_MAX_LINE 512

typedef enum
{
  MEMCACHE_META,
  MEMCACHE_CLASSIC,
} MemcacheDialect;

typedef enum
{
  MEMCACHE_GET,
  MEMCACHE_SET,
  MEMCACHE_DELETE,
} MemcacheVerb;

/* A question, and so all that its answer may be. */
typedef struct
{
  MemcacheDialect dialect;
  MemcacheVerb verb;
  const char *name;
  guint32 opaque; /* comes back with the answer; not in the classic dialect */
  gsize most;     /* bytes that a GET wants */
} MemcacheQuestion;

typedef enum
{
  MEMCACHE_MORE,    /* the answer is not all there */
  MEMCACHE_FOUND,   /* of a GET: here is the item */
  MEMCACHE_MISSING, /* of a GET */
  MEMCACHE_EXCESS,  /* of a GET: an item larger than wanted; it is not to be read */
  MEMCACHE_DONE,    /* of a SET or DELETE; also of a DELETE of what is not there */
  MEMCACHE_REFUSED, /* in due form: too large, no memory */
  MEMCACHE_BAD,     /* no answer to that question; what follows on the connection is anything */
} MemcacheWord;

typedef struct
{
  gsize need;     /* bytes of the whole answer; 0 where that is not known yet */
  gsize data_at;  /* FOUND: where the item begins in it */
  gsize data_len; /* FOUND */
} MemcacheAnswer;

/* Appends the question. A SET is followed by @size bytes and CRLF. */
void
memcache_wire_write (GString *line, const MemcacheQuestion *question, gsize size, guint32 expiry);

/* Reads what has come so far. An answer is all that has come, or it is BAD: nothing was asked that
 * could be answered after it. */
MemcacheWord memcache_wire_read (MemcacheAnswer *answer,
                                 const MemcacheQuestion *question,
                                 const guint8 *bytes,
                                 gsize len);

/* The first words on a connection, and which dialect the answer to them means. DONE, MORE, BAD. */
#define MEMCACHE_WIRE_GREETING "mn\r\nversion\r\n"

MemcacheWord memcache_wire_read_greeting (MemcacheDialect *dialect, const guint8 *bytes, gsize len);
