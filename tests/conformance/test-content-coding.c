/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of content codings, for any plugin: test-content-coding NAME. */
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "converting.h"
#include "tern-test-util.h"

static const char *coding_name;

static TernContentCoding *
make_coding (void)
{
  g_autoptr (GError) error = NULL;
  GObject *coding = tern_plugins_create (TERN_PLUGIN_CONTENT_CODING, coding_name, &error);

  g_assert_no_error (error);
  g_assert_true (TERN_IS_CONTENT_CODING (coding));
  return TERN_CONTENT_CODING (coding);
}

static GConverter *
make_decoder (void)
{
  g_autoptr (TernContentCoding) coding = make_coding ();
  GConverter *decoder = tern_content_coding_create_decoder (coding);

  g_assert_true (G_IS_CONVERTER (decoder));
  return decoder;
}

/* NULL, and the test is skipped, where the plugin only decodes. */
static GByteArray *
encode (GBytes *plain)
{
  g_autoptr (TernContentCoding) coding = make_coding ();
  g_autoptr (GConverter) encoder = tern_content_coding_create_encoder (coding);
  gsize len;
  const void *data = g_bytes_get_data (plain, &len);

  if (encoder == NULL)
    {
      g_test_skip ("the plugin does not encode");
      return NULL;
    }
  return convert_or_abort (encoder, data, len, (Pieces) { 65536, 65536 });
}

static void
assert_plain (GByteArray *out, GBytes *plain)
{
  gsize len;
  const void *data = g_bytes_get_data (plain, &len);

  g_assert_cmpmem (out->data, out->len, data, len);
}

static void
test_empty (void)
{
  g_autoptr (GConverter) decoder = make_decoder ();
  g_autoptr (GByteArray) out = convert_or_abort (decoder, "", 0, (Pieces) { 16, 16 });

  g_assert_cmpuint (out->len, ==, 0);
}

static void
test_round_trip (void)
{
  const gsize sizes[] = { 0, 1, 2, 100, 5000, 70000, 1 << 20 };
  const Pieces pieces[] = { { 1, 1 }, { 1, 4096 }, { 4096, 1 }, { 3, 7 }, { 65536, 65536 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) plain = make_text (sizes[i]);
      g_autoptr (GByteArray) coded = encode (plain);

      if (coded == NULL)
        return;
      for (guint j = sizes[i] > 100000 ? 4 : 0; j < G_N_ELEMENTS (pieces); j++)
        {
          g_autoptr (GConverter) decoder = make_decoder ();
          g_autoptr (GByteArray) out
              = convert_or_abort (decoder, coded->data, coded->len, pieces[j]);

          assert_plain (out, plain);
        }
    }
}

/* Ten MiB of nothing from a few KiB: it must come in pieces, however small the input. */
static void
test_expands (void)
{
  g_autoptr (GBytes) plain = g_bytes_new_take (g_malloc0 (10 << 20), 10 << 20);
  g_autoptr (GByteArray) coded = encode (plain);
  g_autoptr (GConverter) decoder = make_decoder ();
  g_autoptr (GByteArray) out = NULL;

  if (coded == NULL)
    return;
  out = convert_or_abort (decoder, coded->data, coded->len, (Pieces) { 4096, 16384 });
  assert_plain (out, plain);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) plain = make_text (600);
  g_autoptr (GByteArray) coded = encode (plain);
  gsize plain_len;
  const void *plain_data = g_bytes_get_data (plain, &plain_len);

  if (coded == NULL)
    return;
  for (gsize len = 1; len < coded->len; len++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (convert_all (decoder, coded->data, len, (Pieces) { 64, 64 }, out, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
      g_assert_cmpuint (out->len, <=, plain_len);
      g_assert_cmpmem (out->data, out->len, plain_data, out->len);
    }
}

/* Whether a coding notices depends on its check sums; that it comes to an end does not. */
static void
test_corrupt (void)
{
  g_autoptr (GBytes) plain = make_text (300);
  g_autoptr (GByteArray) coded = encode (plain);

  if (coded == NULL)
    return;
  for (gsize bit = 0; bit < coded->len * 8; bit++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      coded->data[bit / 8] ^= 1 << bit % 8;
      if (!convert_all (decoder, coded->data, coded->len, (Pieces) { 64, 4096 }, out, &error))
        g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)
                       || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT));
      coded->data[bit / 8] ^= 1 << bit % 8;
    }
}

static void
test_garbage_behind (void)
{
  g_autoptr (GBytes) plain = make_text (300);
  g_autoptr (GByteArray) coded = encode (plain);

  if (coded == NULL)
    return;
  g_byte_array_append (coded, (const guint8 *) "x", 1);
  for (gsize piece = 1; piece < 512; piece *= 2)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (
          convert_all (decoder, coded->data, coded->len, (Pieces) { piece, 64 }, out, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* A body that is labelled but not coded is an error; it is never let through as it is. */
static void
test_plain (void)
{
  const char *const texts[]
      = { "<!DOCTYPE html><p>Hello", "{\"a\": 1, \"b\": [2, 3]}", "Hello, world\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (
          convert_all (decoder, texts[i], strlen (texts[i]), (Pieces) { 4, 64 }, out, &error));
      g_assert_nonnull (error);
      /* Text may begin like something coded, and a few bytes of nonsense come out before it does
       * not. */
      g_assert_cmpuint (out->len, <, strlen (texts[i]));
    }
}

static void
test_reset (void)
{
  g_autoptr (GBytes) plain = make_text (5000);
  g_autoptr (GByteArray) coded = encode (plain);
  g_autoptr (GConverter) decoder = make_decoder ();

  if (coded == NULL)
    return;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GByteArray) half = g_byte_array_new ();
      g_autoptr (GByteArray) out = NULL;

      g_assert_false (
          convert_all (decoder, coded->data, coded->len / 2, (Pieces) { 99, 99 }, half, NULL));
      g_converter_reset (decoder);
      out = convert_or_abort (decoder, coded->data, coded->len, (Pieces) { 99, 99 });
      assert_plain (out, plain);
      g_converter_reset (decoder);
    }
}

static void
decode_in_thread (guint number, gpointer data)
{
  g_autoptr (GBytes) plain = make_text (20000 + number);
  g_autoptr (GByteArray) coded = encode (plain);

  for (guint i = 0; coded != NULL && i < 20; i++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out
          = convert_or_abort (decoder, coded->data, coded->len, (Pieces) { 512, 512 });

      assert_plain (out, plain);
    }
}

static void
test_threads (void)
{
  tern_test_run_threads (4, decode_in_thread, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: test-content-coding NAME");
  coding_name = argv[1];
  g_test_add_func ("/content-coding/empty", test_empty);
  g_test_add_func ("/content-coding/round-trip", test_round_trip);
  g_test_add_func ("/content-coding/expands", test_expands);
  g_test_add_func ("/content-coding/truncated", test_truncated);
  g_test_add_func ("/content-coding/corrupt", test_corrupt);
  g_test_add_func ("/content-coding/garbage-behind", test_garbage_behind);
  g_test_add_func ("/content-coding/plain", test_plain);
  g_test_add_func ("/content-coding/reset", test_reset);
  g_test_add_func ("/content-coding/threads", test_threads);
  return g_test_run ();
}
