/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XXH64 as its specification has it. Words are read as little-endian, so that the sum is the same
 * on every machine; it must never read them through a pointer of another type. */
#include "file-hash.h"

#include <string.h>

#include "file-hash-wide.h"

#ifdef HAVE_XXHASH
/* All of it in here: nothing has to be linked, and the compiler uses what the machine has. */
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

/* A shorter block is not worth asking for the processor. */
#define WIDE_MIN 512

#define PRIME_1 G_GUINT64_CONSTANT (0x9E3779B185EBCA87)
#define PRIME_2 G_GUINT64_CONSTANT (0xC2B2AE3D27D4EB4F)
#define PRIME_3 G_GUINT64_CONSTANT (0x165667B19E3779F9)
#define PRIME_4 G_GUINT64_CONSTANT (0x85EBCA77C2B2AE63)
#define PRIME_5 G_GUINT64_CONSTANT (0x27D4EB2F165667C5)

static inline guint64
rotate (guint64 x, guint n)
{
  return x << n | x >> (64 - n);
}

static inline guint64
read_64 (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);
  return GUINT64_FROM_LE (word);
}

static inline guint32
read_32 (const guint8 *at)
{
  guint32 word;

  memcpy (&word, at, sizeof word);
  return GUINT32_FROM_LE (word);
}

static inline guint64
mix (guint64 lane, guint64 word)
{
  return rotate (lane + word * PRIME_2, 31) * PRIME_1;
}

static inline guint64
merge (guint64 hash, guint64 lane)
{
  return (hash ^ mix (0, lane)) * PRIME_1 + PRIME_4;
}

/* Whole stripes of 32 bytes, four lanes at a time. */
static guint64
hash_stripes (const guint8 *at, const guint8 *end, guint64 seed)
{
  guint64 a = seed + PRIME_1 + PRIME_2, b = seed + PRIME_2, c = seed, d = seed - PRIME_1;
  guint64 hash;

  for (; at < end; at += 32)
    {
      a = mix (a, read_64 (at));
      b = mix (b, read_64 (at + 8));
      c = mix (c, read_64 (at + 16));
      d = mix (d, read_64 (at + 24));
    }
  hash = rotate (a, 1) + rotate (b, 7) + rotate (c, 12) + rotate (d, 18);
  return merge (merge (merge (merge (hash, a), b), c), d);
}

guint64
file_hash (const void *data, gsize len, guint64 seed)
{
  const guint8 *at = data;
  gsize left = len % 32;
  guint64 hash = seed + PRIME_5;

  if (len >= 32)
    {
      hash = hash_stripes (at, at + (len - left), seed);
      at += len - left;
    }
  hash += len;
  for (; left >= 8; left -= 8, at += 8)
    hash = rotate (hash ^ mix (0, read_64 (at)), 27) * PRIME_1 + PRIME_4;
  if (left >= 4)
    {
      hash = rotate (hash ^ read_32 (at) * PRIME_1, 23) * PRIME_2 + PRIME_3;
      left -= 4;
      at += 4;
    }
  for (; left > 0; left--, at++)
    hash = rotate (hash ^ *at * PRIME_5, 11) * PRIME_1;
  hash = (hash ^ hash >> 33) * PRIME_2;
  hash = (hash ^ hash >> 29) * PRIME_3;
  return hash ^ hash >> 32;
}

guint64
file_hash_narrow (const void *data, gsize len, guint64 seed)
{
#ifdef HAVE_XXHASH
  return XXH3_64bits_withSeed (data, len, seed);
#else
  return file_hash (data, len, seed);
#endif
}

guint64
file_hash_block (const void *data, gsize len, guint64 seed)
{
#ifdef FILE_HASH_WIDE
  if (len > WIDE_MIN && __builtin_cpu_supports ("avx2"))
    return file_hash_wide (data, len, seed);
#endif
  return file_hash_narrow (data, len, seed);
}
