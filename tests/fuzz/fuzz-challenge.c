/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as challenges: what is found is bounded, is text, and reading ends. */
#include <string.h>
#include <tern/tern-challenge.h>
#include <tern/tern-headers.h>

#include "fuzz.h"
#include "policy/tern-challenge.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("Basic realm=\"me\""),
  FUZZ_SEED (
      "Digest realm=\"a, b\", nonce=\"n\\\"\\\\\", qop=\"auth,auth-int\", algorithm=SHA-256, "
      "Basic realm=x"),
  FUZZ_SEED ("Negotiate dG9rZW4=, NTLM, Bearer error=\"invalid_token\""),
  FUZZ_SEED ("OAuth \"x\" \"y\", Basic"),
  FUZZ_SEED ("WSSE realm=\"\xE9\", profile=\"UsernameToken\""),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED (","),    FUZZ_SEED ("="),      FUZZ_SEED ("\""),    FUZZ_SEED ("\\"),
  FUZZ_SEED (" "),    FUZZ_SEED ("\t"),     FUZZ_SEED ("Basic"), FUZZ_SEED ("realm="),
  FUZZ_SEED ("\\\""), FUZZ_SEED (",,,,"),   FUZZ_SEED ("===="),  FUZZ_SEED ("nonce=\""),
  FUZZ_SEED ("\xFF"), FUZZ_SEED ("token/"), FUZZ_SEED ("; a=b"), { NULL, 0 },
};

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_all (GPtrArray *challenges)
{
  GHashTableIter iter;
  gpointer name, value;

  g_assert_cmpuint (challenges->len, <=, TERN_CHALLENGE_MAX);
  for (guint i = 0; i < challenges->len; i++)
    {
      const TernChallenge *challenge = challenges->pdata[i];

      check_text (tern_challenge_get_scheme (challenge));
      g_assert_cmpint (*tern_challenge_get_scheme (challenge), !=, '\0');
      check_text (tern_challenge_get_token68 (challenge));
      g_assert_cmpuint (g_hash_table_size (tern_challenge_get_params (challenge)), <=,
                        TERN_CHALLENGE_MAX_PARAMS);
      g_hash_table_iter_init (&iter, tern_challenge_get_params (challenge));
      while (g_hash_table_iter_next (&iter, &name, &value))
        {
          g_autoptr (GBytes) bytes = tern_challenge_get_param_bytes (challenge, name);

          check_text (name);
          check_text (value);
          g_assert_nonnull (bytes);
          g_assert_cmpuint (g_bytes_get_size (bytes), <=, TERN_CHALLENGE_MAX_VALUE);
          g_assert_cmpuint (g_bytes_get_size (bytes), <=, strlen (value));
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) parsed = NULL;
  g_autoptr (GError) error = NULL;

  parsed = tern_challenges_parse (text, &error);
  g_assert_true ((parsed == NULL) == (error != NULL));
  fuzz_check_error (error);
  if (parsed)
    check_all (parsed);
  if (!tern_headers_append_bytes (headers, "WWW-Authenticate", bytes))
    return 0;
  found = tern_challenges_from_headers (headers, "WWW-Authenticate", FALSE);
  check_all (found);
  return 0;
}
