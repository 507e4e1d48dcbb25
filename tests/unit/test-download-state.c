/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands beside a partial file: it reads back as it was written, and not at all when a single
 * byte of it is another one. And the sums of which it tells. */
#include "download/tern-download-state.h"
#include "download/tern-download-sum.h"

#include <gio/gio.h>
#include <string.h>
#include <tern/tern-error.h>

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static TernDownloadState
make_state (void)
{
  TernDownloadState state = { .uri = g_strdup (DIGEST),
                              .length = 100000,
                              .sum = g_strdup (DIGEST),
                              .name = g_strdup ("a b.txt") };

  tern_download_identity_init_tag (&state.identity, "\"a\"");
  state.identity.total = 300000;
  state.identity.place = g_strdup (DIGEST);
  return state;
}

static void
test_round (void)
{
  TernDownloadState state = make_state ();
  TernDownloadState found;
  g_autofree char *text = tern_download_state_write (&state);

  g_assert_cmpuint (strlen (text), ==, TERN_DOWNLOAD_STATE_SIZE);
  g_assert_true (tern_download_state_read (&found, text, strlen (text)));
  g_assert_cmpstr (found.uri, ==, state.uri);
  g_assert_cmpstr (found.sum, ==, state.sum);
  g_assert_cmpstr (found.name, ==, state.name);
  g_assert_cmpuint (found.length, ==, state.length);
  g_assert_cmpint (found.identity.total, ==, 300000);
  g_assert_true (tern_download_identity_is_same (&found.identity, &state.identity));
  tern_download_state_clear (&state);
  tern_download_state_clear (&found);
}

static gboolean
is_read (const char *text, gsize len)
{
  TernDownloadState found;
  const gboolean result = tern_download_state_read (&found, text, len);

  if (!result)
    g_assert_true (!found.uri && !found.sum && !found.name && found.length == 0);
  tern_download_state_clear (&found);
  return result;
}

static void
test_flips (void)
{
  TernDownloadState state = make_state ();
  g_autofree char *text = tern_download_state_write (&state);
  const gsize used = strlen (g_strchomp (text));

  for (gsize i = 0; i < used; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        text[i] ^= (char)(1 << bit);
        g_assert_false (is_read (text, used));
        text[i] ^= (char)(1 << bit);
      }
  for (gsize len = 0; len < used; len++)
    g_assert_false (is_read (text, len));
  g_assert_true (is_read (text, used));
  tern_download_state_clear (&state);
}

/* What checks itself can still be nonsense: somebody else may have written it. */
static void
assert_unwritten (void (*edit) (TernDownloadState *state))
{
  TernDownloadState state = make_state ();
  g_autofree char *text = NULL;

  edit (&state);
  text = tern_download_state_write (&state);
  g_assert_true (!text || !is_read (text, strlen (text)));
  tern_download_state_clear (&state);
}

static void
no_validator (TernDownloadState *state)
{
  g_clear_pointer (&state->identity.tag, g_free);
}

static void
longer_than_all (TernDownloadState *state)
{
  state->length = 300001;
}

static void
name_with_path (TernDownloadState *state)
{
  g_free (state->name);
  state->name = g_strdup ("../a");
}

static void
no_digest (TernDownloadState *state)
{
  state->sum[3] = 'x';
}

static void
too_large (TernDownloadState *state)
{
  g_free (state->identity.tag);
  state->identity.tag = g_strnfill (3000, '"');
}

static void
test_nonsense (void)
{
  assert_unwritten (no_validator);
  assert_unwritten (longer_than_all);
  assert_unwritten (name_with_path);
  assert_unwritten (no_digest);
  assert_unwritten (too_large);
}

static gboolean
sums_up (const char *wanted, const char *text, int *code)
{
  TernDownloadSum sum = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean right = FALSE;

  if (tern_download_sum_init (&sum, wanted, &error))
    {
      tern_download_sum_add (&sum, "junk", 4);
      tern_download_sum_restart (&sum);
      tern_download_sum_add (&sum, text, strlen (text));
      right = tern_download_sum_check (&sum, "x", &error);
    }
  *code = error ? (int)error->code : -1;
  g_assert_true (right == (error == NULL));
  if (error)
    g_assert_true (error->domain == TERN_ERROR || error->domain == G_IO_ERROR);
  tern_download_sum_clear (&sum);
  return right;
}

static void
test_sums (void)
{
  static const char *const good[]
      = { "sha256:" DIGEST,
          "SHA256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
          "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "md5:d41d8cd98f00b204e9800998ecf8427e",
          "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
          "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" };
  static const char *const bad[] = { "",
                                     "sha256",
                                     "sha256:",
                                     "sha256:e3b0",
                                     DIGEST,
                                     "sha3:00",
                                     ":" DIGEST,
                                     "sha256:" DIGEST "00",
                                     "md5:zz1d8cd98f00b204e9800998ecf8427e" };
  int code;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (sums_up (good[i], "", &code));
      g_assert_false (sums_up (good[i], "x", &code));
      g_assert_cmpint (code, ==, TERN_ERROR_CHECKSUM);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (sums_up (bad[i], "", &code));
      g_assert_cmpint (code, ==, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_true (sums_up (NULL, "x", &code));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/download-state/round", test_round);
  g_test_add_func ("/download-state/flips", test_flips);
  g_test_add_func ("/download-state/nonsense", test_nonsense);
  g_test_add_func ("/download-state/sums", test_sums);
  return g_test_run ();
}
