/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes that benchmark bodies are made of; see pattern.h for what they must never cost. */
#include "pattern.h"

unsigned char pattern_tiles[PATTERN_TILE * PATTERN_TILES];

/* The finisher of MurmurHash3: every bit of the input moves every bit of the output. */
static uint64_t
mix (uint64_t x)
{
  x ^= x >> 33;
  x *= UINT64_C (0xff51afd7ed558ccd);
  x ^= x >> 33;
  x *= UINT64_C (0xc4ceb9fe1a85ec53);

  return x ^ (x >> 33);
}

void
pattern_init (void)
{
  for (size_t i = 0; i < sizeof pattern_tiles; i += 8)
    {
      uint64_t word = mix (i % PATTERN_TILE + 1);

      for (size_t j = 0; j < 8; j++)
        pattern_tiles[i + j] = (unsigned char)(word >> (8 * j));
    }
}

/* A vocabulary of 2,048 words: gzip makes about a quarter of it. */
unsigned char
pattern_word_at (uint64_t offset)
{
  uint64_t word = mix (offset / 8 + 1) & 2047;

  if (offset % 8 == 7)
    return ' ';

  return (unsigned char)('a' + ((mix (word + 7919) >> (8 * (offset % 8))) & 0xff) % 26);
}

bool
pattern_check_all (PatternKind kind, const void *data, size_t len, uint64_t offset)
{
  const unsigned char *bytes = data;

  for (size_t i = 0; i < len; i++)
    if (bytes[i] != pattern_at (kind, offset + i))
      return false;

  return true;
}
