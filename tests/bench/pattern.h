/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes that benchmark bodies are made of: any byte can be computed from its offset, so a
 * client checks what it received without keeping a copy. Must never cost enough to show in a
 * figure: a check looks at the first and the last byte of a slice, and at every byte only of bodies
 * of 1 KiB. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_TILE 65536u
#define PATTERN_TILES 4u
#define PATTERN_SMALL 1024u
#define PATTERN_TEXT (10u << 20)

typedef enum
{
  PATTERN_BINARY, /* repeats every 64 KiB: can be sent from one static block */
  PATTERN_WORDS   /* words of seven letters: compresses like prose */
} PatternKind;

/* PATTERN_TILES tiles of the binary pattern, filled by pattern_init (). */
extern unsigned char pattern_tiles[PATTERN_TILE * PATTERN_TILES];

void pattern_init (void);
unsigned char pattern_word_at (uint64_t offset);
bool pattern_check_all (PatternKind kind, const void *data, size_t len, uint64_t offset);

static inline unsigned char
pattern_at (PatternKind kind, uint64_t offset)
{
  if (kind == PATTERN_WORDS)
    return pattern_word_at (offset);

  return pattern_tiles[offset & (PATTERN_TILE - 1)];
}

static inline bool
pattern_check (PatternKind kind, const void *data, size_t len, uint64_t offset)
{
  const unsigned char *bytes = data;

  if (len == 0)
    return true;

  return bytes[0] == pattern_at (kind, offset)
         && bytes[len - 1] == pattern_at (kind, offset + len - 1);
}
