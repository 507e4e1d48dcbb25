/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target without libFuzzer: mutations of its seeds from a fixed seed of chance, so that
 * every run is the same one. FUZZ_RUNS and FUZZ_SEED ask for more or others; arguments are files to
 * be fed once. */
#include <string.h>

#include "fuzz.h"

#define RUNS 50000
/* Of tests under memcheck, which takes fifty times as long. */
#define RUNS_MEMCHECK 10000
#define MAX_LEN 600

static gsize
count (const FuzzSeed *pieces)
{
  gsize n = 0;

  while (pieces[n].text)
    n++;
  return n;
}

static void
mutate (GByteArray *input, GRand *chance)
{
  const gsize at = g_rand_int_range (chance, 0, input->len + 1);
  const FuzzSeed *word = &fuzz_words[g_rand_int_range (chance, 0, count (fuzz_words))];
  gsize rest;

  switch (g_rand_int_range (chance, 0, 6))
    {
    case 0: /* one byte becomes another */
      if (at < input->len)
        input->data[at] = g_rand_int_range (chance, 0, 256);
      return;
    case 1: /* one bit */
      if (at < input->len)
        input->data[at] ^= 1 << g_rand_int_range (chance, 0, 8);
      return;
    case 2: /* some bytes are gone */
      rest = input->len - at;
      if (rest > 0)
        g_byte_array_remove_range (input, at, g_rand_int_range (chance, 1, MIN (rest, 9) + 1));
      return;
    case 3: /* the end is gone */
      g_byte_array_set_size (input, at);
      return;
    default: /* a word is put in, or over what was there */
      rest = input->len - at;
      if (g_rand_boolean (chance))
        {
          g_byte_array_append (input, (const guint8 *) word->text, word->len);
          memmove (input->data + at + word->len, input->data + at, rest);
          memcpy (input->data + at, word->text, word->len);
        }
      else
        memcpy (input->data + at, word->text, MIN (rest, word->len));
      return;
    }
}

static void
run (guint n, guint32 seed)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed);
  const gsize n_seeds = count (fuzz_seeds);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();
      const FuzzSeed *from = &fuzz_seeds[i % n_seeds];
      const guint n_mutations = i < n_seeds ? 0 : g_rand_int_range (chance, 1, 6);

      g_byte_array_append (input, (const guint8 *) from->text, from->len);
      for (guint m = 0; m < n_mutations && input->len < MAX_LEN; m++)
        mutate (input, chance);
      LLVMFuzzerTestOneInput (input->data, input->len);
    }
}

static guint
number_of (const char *name, guint otherwise)
{
  const char *text = g_getenv (name);

  return text ? g_ascii_strtoull (text, NULL, 10) : otherwise;
}

void
fuzz_check_error (const GError *error)
{
  if (!error)
    return;
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 600);
  for (const char *at = error->message; *at; at++)
    g_assert_cmpint ((guint8) *at, >=, 0x20);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *data = NULL;
      gsize len;

      if (!g_file_get_contents (argv[i], &data, &len, NULL))
        return 1;
      LLVMFuzzerTestOneInput ((const guint8 *) data, len);
    }
  if (argc == 1)
    run (number_of ("FUZZ_RUNS", g_getenv ("TERN_TEST_MEMCHECK") ? RUNS_MEMCHECK : RUNS),
         number_of ("FUZZ_SEED", 1));
  return 0;
}
