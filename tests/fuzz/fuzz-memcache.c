/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a memcached server's answer to every question: an item lies within them and is no
 * larger than asked for, and what is an answer was none before its last byte. */
#include <string.h>

#include "fuzz.h"
#include "memcache-record.h"
#include "memcache-wire.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("VA 4 kname O7\r\nterndata\r\n"),
  FUZZ_SEED ("VA 0 kname O7\r\n\r\n"),
  FUZZ_SEED ("EN kname O7\r\n"),
  FUZZ_SEED ("HD kname O7\r\n"),
  FUZZ_SEED ("NF kname O7\r\n"),
  FUZZ_SEED ("VALUE name 0 8\r\nterndata\r\nEND\r\n"),
  FUZZ_SEED ("END\r\n"),
  FUZZ_SEED ("SERVER_ERROR object too large for cache\r\n"),
  FUZZ_SEED ("MN\r\nVERSION 1.6.18\r\n"),
  FUZZ_SEED ("ERROR\r\nVERSION 1.4.39\r\n"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("VA "),
  FUZZ_SEED (" kname"),
  FUZZ_SEED (" O7"),
  FUZZ_SEED ("\r\n"),
  FUZZ_SEED ("END\r\n"),
  FUZZ_SEED ("VALUE name 0 "),
  FUZZ_SEED ("-1"),
  FUZZ_SEED ("4294967296"),
  FUZZ_SEED ("18446744073709551616"),
  FUZZ_SEED (" "),
  FUZZ_SEED ("0"),
  FUZZ_SEED ("8"),
  FUZZ_SEED ("STORED\r\n"),
  FUZZ_SEED ("DELETED\r\n"),
  FUZZ_SEED ("VERSION "),
  FUZZ_SEED ("tern\1"),
  { NULL, 0 },
};

#define MOST 100

static void
check_found (const MemcacheQuestion *question, const MemcacheAnswer *answer, const guint8 *data)
{
  MemcacheRecord record;
  MemcacheKey key;

  g_assert_cmpint (question->verb, ==, MEMCACHE_GET);
  g_assert_cmpuint (answer->data_len, <=, MOST);
  g_assert_cmpuint (answer->data_at + answer->data_len + 2, <=, answer->need);
  g_assert_nonnull (g_strstr_len ((const char *)data, answer->data_at, "name"));
  memcache_key_make (&key, "", "key");
  if (memcache_record_read (&record, &key, data + answer->data_at, answer->data_len))
    g_assert_cmpuint (answer->data_len, >=, MEMCACHE_RECORD_SIZE);
}

static void
read_answer (const MemcacheQuestion *question, const guint8 *data, gsize size)
{
  MemcacheWord word = MEMCACHE_MORE;
  MemcacheAnswer answer;

  /* As it comes from the network; of exactly that size, so that a sanitizer sees what is read
   * beyond it. */
  for (gsize len = 0; len <= size && word == MEMCACHE_MORE; len += 1 + len / 8)
    {
      g_autofree guint8 *exact = g_memdup2 (data, len);

      word = memcache_wire_read (&answer, question, exact, len);
      g_assert_cmpuint (answer.need, <=, MEMCACHE_WIRE_MAX_LINE + MOST + 9);
      if (word == MEMCACHE_FOUND)
        check_found (question, &answer, exact);
      if (word != MEMCACHE_MORE && word != MEMCACHE_BAD && word != MEMCACHE_EXCESS)
        g_assert_cmpuint (answer.need, ==, len);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const MemcacheDialect dialects[] = { MEMCACHE_META, MEMCACHE_CLASSIC };
  static const MemcacheVerb verbs[] = { MEMCACHE_GET, MEMCACHE_SET, MEMCACHE_DELETE };
  g_autofree guint8 *exact = g_memdup2 (data, size);
  MemcacheDialect dialect;

  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    for (guint j = 0; j < G_N_ELEMENTS (verbs); j++)
      {
        const MemcacheQuestion question = { dialects[i], verbs[j], "name", 7, MOST };
        MemcacheAnswer answer;

        read_answer (&question, data, size);
        if (memcache_wire_read (&answer, &question, exact, size) == MEMCACHE_FOUND)
          check_found (&question, &answer, exact);
      }
  memcache_wire_read_greeting (&dialect, exact, size);
  return 0;
}
