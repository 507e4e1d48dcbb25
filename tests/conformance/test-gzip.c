/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What gzip promises beyond the contract (RFC 1952): members, check sums, header fields. */
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "converting.h"

static GConverter *
make_decoder (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) coding = tern_plugins_create (TERN_PLUGIN_CONTENT_CODING, "x-gzip", &error);

  g_assert_no_error (error);
  return tern_content_coding_create_decoder (TERN_CONTENT_CODING (coding));
}

/* GLib's compressor, so that the plugin is not judged by itself. */
static void
append_member (GByteArray *coded, const char *text)
{
  g_autoptr (GConverter) encoder
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GByteArray) member
      = convert_or_abort (encoder, text, strlen (text), (Pieces) { 4096, 4096 });

  g_byte_array_append (coded, member->data, member->len);
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
test_members (void)
{
  const Pieces pieces[] = { { 1, 1 }, { 1, 100 }, { 7, 3 }, { 4096, 4096 } };
  g_autoptr (GByteArray) coded = g_byte_array_new ();

  append_member (coded, "one ");
  append_member (coded, "");
  append_member (coded, "two ");
  append_member (coded, "three");
  append_member (coded, "");
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GConverter) decoder = make_decoder ();
      g_autoptr (GByteArray) out = convert_or_abort (decoder, coded->data, coded->len, pieces[i]);

      g_assert_cmpmem (out->data, out->len, "one two three", 13);
    }
}

/* 20,000 members of nothing are 400 KB that decode to nothing; that must not take long. */
static void
test_many_empty_members (void)
{
  g_autoptr (GByteArray) one = g_byte_array_new ();
  g_autoptr (GByteArray) coded = g_byte_array_new ();
  g_autoptr (GConverter) decoder = make_decoder ();
  g_autoptr (GByteArray) out = NULL;

  append_member (one, "");
  for (guint i = 0; i < 20000; i++)
    g_byte_array_append (coded, one->data, one->len);
  out = convert_or_abort (decoder, coded->data, coded->len, (Pieces) { 4096, 4096 });
  g_assert_cmpuint (out->len, ==, 0);
}

static void
test_second_member_truncated (void)
{
  g_autoptr (GByteArray) coded = g_byte_array_new ();
  gsize first;

  append_member (coded, "one");
  first = coded->len;
  append_member (coded, "two");
  for (gsize len = first + 1; len < coded->len; len++)
    assert_fails (coded->data, len, G_IO_ERROR_PARTIAL_INPUT);
}

static void
test_garbage (void)
{
  const char *const tails[] = { "x", "\037x", "garbage behind the member", "<html>" };

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autoptr (GByteArray) coded = g_byte_array_new ();

      append_member (coded, "text");
      g_byte_array_append (coded, (const guint8 *) tails[i], strlen (tails[i]));
      assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
    }
}

static void
test_zero_padding (void)
{
  g_autoptr (GByteArray) coded = g_byte_array_new ();

  append_member (coded, "text");
  g_byte_array_append (coded, (const guint8 *) "\0\0\0\0", 4);
  assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
}

/* Each bit of the last eight bytes: CRC32 and length. */
static void
test_check_sums (void)
{
  g_autoptr (GByteArray) coded = g_byte_array_new ();

  append_member (coded, "a text that is long enough to be compressed, compressed, compressed");
  for (gsize bit = (coded->len - 8) * 8; bit < coded->len * 8; bit++)
    {
      coded->data[bit / 8] ^= 1 << bit % 8;
      assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
      coded->data[bit / 8] ^= 1 << bit % 8;
    }
}

/* Any bit anywhere: the same bytes come out (a time stamp changed) or an error, never others. */
static void
test_bit_flips (void)
{
  const char *text = "a text that is long enough to be compressed, compressed, compressed";
  g_autoptr (GByteArray) coded = g_byte_array_new ();

  append_member (coded, text);
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

/* Extra field, name, comment and header check sum (RFC 1952 §2.3), in pieces. */
static void
test_header_fields (void)
{
  static const guint8 head[] = { 0x1f, 0x8b, 8, 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 2, 0, 'e', 'x',
                                 'n',  'a',  0, 'c', 0 };
  g_autoptr (GByteArray) member = g_byte_array_new ();
  g_autoptr (GByteArray) coded = g_byte_array_new ();
  g_autoptr (GConverter) decoder = make_decoder ();
  g_autoptr (GByteArray) out = NULL;

  append_member (member, "text");
  g_byte_array_append (coded, head, sizeof head);
  g_byte_array_append (coded, member->data + 10, member->len - 10);
  out = convert_or_abort (decoder, coded->data, coded->len, (Pieces) { 1, 64 });
  g_assert_cmpmem (out->data, out->len, "text", 4);
}

static void
test_other_formats (void)
{
  const GZlibCompressorFormat formats[]
      = { G_ZLIB_COMPRESSOR_FORMAT_ZLIB, G_ZLIB_COMPRESSOR_FORMAT_RAW };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GConverter) encoder = G_CONVERTER (g_zlib_compressor_new (formats[i], 9));
      g_autoptr (GByteArray) coded
          = convert_or_abort (encoder, "some text", 9, (Pieces) { 4096, 4096 });

      assert_fails (coded->data, coded->len, G_IO_ERROR_INVALID_DATA);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gzip/members", test_members);
  g_test_add_func ("/gzip/many-empty-members", test_many_empty_members);
  g_test_add_func ("/gzip/second-member-truncated", test_second_member_truncated);
  g_test_add_func ("/gzip/garbage", test_garbage);
  g_test_add_func ("/gzip/zero-padding", test_zero_padding);
  g_test_add_func ("/gzip/check-sums", test_check_sums);
  g_test_add_func ("/gzip/bit-flips", test_bit_flips);
  g_test_add_func ("/gzip/header-fields", test_header_fields);
  g_test_add_func ("/gzip/other-formats", test_other_formats);
  return g_test_run ();
}
