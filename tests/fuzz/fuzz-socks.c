/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the answers of a SOCKS proxy, in every kind of talk: it ends, within the bytes that
 * a reply can have, and asks for no more than it says. */
#include <string.h>

#include "fuzz.h"
#include "net/tern-socks.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("\5\0\5\0\0\1\x7F\0\0\1\x10\0"),
  FUZZ_SEED ("\5\2\1\0\5\0\0\3\4host\1\2"),
  FUZZ_SEED ("\5\0\5\0\0\4"
             "0123456789abcdef"
             "\1\2rest"),
  FUZZ_SEED ("\0\x5A\0\0\0\0\0\0"),
  FUZZ_SEED ("\5\xFF"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("\5"),     FUZZ_SEED ("\0"),   FUZZ_SEED ("\1"),
  FUZZ_SEED ("\3\xFF"), FUZZ_SEED ("\4"),   FUZZ_SEED ("\x5A"),
  FUZZ_SEED ("\5\0"),   FUZZ_SEED ("\1\0"), { NULL, 0 },
};

static void
talk (const guint8 *data, gsize size, guint version, const char *host, gboolean named)
{
  g_autoptr (GBytes) user = named ? g_bytes_new_static ("user", 4) : NULL;
  g_autoptr (GBytes) password = named ? g_bytes_new_static ("secret", 6) : NULL;
  const TernSocksPlan plan = { version, host, 443, user, password };
  g_autoptr (GError) error = NULL;
  g_autoptr (TernSocks) socks = tern_socks_new (&plan, &error);
  gsize at = 0;
  gsize need;

  g_assert_no_error (error);
  while (!error && (need = tern_socks_get_need (socks)) > 0 && need <= size - at)
    {
      /* Of exactly that size, so that a sanitizer sees what is read beyond it. */
      g_autofree guint8 *exact = g_memdup2 (data + at, need);

      g_assert_cmpuint (need, <=, TERN_SOCKS_MAX_NEED);
      g_assert_true (tern_socks_eat (socks, exact, &error) == (error == NULL));
      at += need;
      /* METHOD, AUTH, REPLY, ADDRESS and the longest REST. */
      g_assert_cmpuint (at, <=, 2 + 2 + 2 + 3 + TERN_SOCKS_MAX_NEED);
    }
  fuzz_check_error (error);
  if (error)
    g_assert_null (strstr (error->message, "secret"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  for (guint version = 4; version <= 5; version++)
    {
      talk (data, size, version, "origin.example", FALSE);
      talk (data, size, version, "192.0.2.7", TRUE);
    }
  talk (data, size, 5, "2001:db8::7", TRUE);
  return 0;
}
