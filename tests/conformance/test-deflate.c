/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What deflate promises beyond the contract: both formats that the word is used for. */
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "converting.h"

static const char text[] = "a text that is long enough to be compressed, compressed, compressed";

static GConverter *
make_decoder (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) coding = tern_plugins_create (TERN_PLUGIN_CONTENT_CODING, "deflate", &error);

  g_assert_no_error (error);
  return tern_content_coding_create_decoder (TERN_CONTENT_CODING (coding));
}

static GByteArray *
encode (GZlibCompressorFormat format, int level)
{
  g_autoptr (GConverter) encoder = G_CONVERTER (g_zlib_compressor_new (format, level));

  return convert_or_abort (encoder, text, strlen (text), (Pieces) { 4096, 4096 });
}

static const GZlibCompressorFormat formats[]
    = { G_ZLIB_COMPRESSOR_FORMAT_ZLIB, G_ZLIB_COMPRESSOR_FORMAT_RAW };

static void
test_formats (void)
{
  const Pieces pieces[] = { { 1, 1 }, { 1, 100 }, { 100, 1 }, { 4096, 4096 } };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (int level = 0; level <= 9; level++)
      {
        g_autoptr (GByteArray) coded = encode (formats[i], level);

        for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
          {
            g_autoptr (GConverter) decoder = make_decoder ();
            g_autoptr (GByteArray) out
                = convert_or_abort (decoder, coded->data, coded->len, pieces[j]);

            g_assert_cmpmem (out->data, out->len, text, strlen (text));
          }
      }
}

static void
assert_fails (const void *data, gsize len, int code)
{
  for (gsize piece = 1; piece <= 64; piece *= 4)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (convert_all (decoder, data, len, (Pieces) { piece, 64 }, out, &error));
      g_assert_error (error, G_IO_ERROR, code);
    }
}

static void
test_truncated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GByteArray) coded = encode (formats[i], 9);

      for (gsize len = 1; len < coded->len; len++)
        assert_fails (coded->data, len, G_IO_ERROR_PARTIAL_INPUT);
    }
}

static void
test_garbage (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GByteArray) coded = encode (formats[i], 9);

      g_byte_array_append (coded, (const guint8 *) "", 1);
      assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
    }
}

/* The wrapped format has a check sum over everything: other bytes never come out as finished. */
static void
test_bit_flips (void)
{
  g_autoptr (GByteArray) coded = encode (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);

  for (gsize bit = 0; bit < coded->len * 8; bit++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = g_byte_array_new ();

      coded->data[bit / 8] ^= 1 << bit % 8;
      if (convert_all (decoder, coded->data, coded->len, (Pieces) { 64, 64 }, out, NULL))
        g_assert_cmpmem (out->data, out->len, text, strlen (text));
      coded->data[bit / 8] ^= 1 << bit % 8;
    }
}

/* The shortest streams: the two bytes that tell the formats apart are all there is. */
static void
test_shortest (void)
{
  static const guint8 empty[] = { 0x03, 0x00 };
  static const guint8 tail[] = { 0x03, 0x00, 0x00 };
  g_autoptr (GConverter) decoder = make_decoder ();
  g_autoptr (GByteArray) out = convert_or_abort (decoder, empty, sizeof empty, (Pieces) { 1, 1 });

  g_assert_cmpuint (out->len, ==, 0);
  assert_fails (empty, 1, G_IO_ERROR_PARTIAL_INPUT);
  assert_fails (tail, sizeof tail, G_IO_ERROR_INVALID_DATA);
}

/* A preset dictionary (RFC 1950 §2.2 FDICT) cannot be known here. */
static void
test_dictionary (void)
{
  g_autoptr (GByteArray) coded = encode (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);

  coded->data[1] = 0x20 | (coded->data[1] & 0xc0);
  coded->data[1] += 31 - (coded->data[0] * 256 + coded->data[1]) % 31;
  assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
}

static void
test_gzip (void)
{
  g_autoptr (GByteArray) coded = encode (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);

  assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/formats", test_formats);
  g_test_add_func ("/deflate/truncated", test_truncated);
  g_test_add_func ("/deflate/garbage", test_garbage);
  g_test_add_func ("/deflate/bit-flips", test_bit_flips);
  g_test_add_func ("/deflate/shortest", test_shortest);
  g_test_add_func ("/deflate/dictionary", test_dictionary);
  g_test_add_func ("/deflate/gzip", test_gzip);
  return g_test_run ();
}
