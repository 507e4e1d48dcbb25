/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums up words of eight bytes, in four sums side by side, none of which waits for another: a
 * record is summed up twice in each revalidation. Every step can be undone, so no change of one
 * word can be lost before the sums are folded. It must never be changed without the version of the
 * form of records. */
#include "policy/tern-cache-sum.h"

#include <string.h>

#define LANES 4
#define ODD G_GUINT64_CONSTANT (0x9E3779B97F4A7C15)

static inline guint64
add (guint64 sum, guint64 word)
{
  sum = (sum ^ word) * ODD;
  return sum ^ sum >> 29;
}

static inline guint64
read_word (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);
  return GUINT64_FROM_LE (word);
}

guint32
tern_cache_sum (const void *data, gsize len)
{
  const guint8 *at = data;
  guint64 sums[LANES] = { len, 1, 2, 3 }, sum = 0, word = 0;

  for (; len >= LANES * 8; at += LANES * 8, len -= LANES * 8)
    for (guint i = 0; i < LANES; i++)
      sums[i] = add (sums[i], read_word (at + 8 * i));
  for (; len >= 8; at += 8, len -= 8)
    sums[0] = add (sums[0], read_word (at));
  for (; len > 0; at++, len--)
    word = word << 8 | *at;
  sums[0] = add (sums[0], word);
  for (guint i = 0; i < LANES; i++)
    sum = add (sum, sums[i]);
  return (guint32)(sum ^ sum >> 32);
}
