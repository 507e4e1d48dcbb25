/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the tests of content codings drive a converter: as a GConverterInputStream does, in pieces of
 * chosen sizes, with an end to endless loops. */
#pragma once

#include <gio/gio.h>
#include <string.h>

typedef struct
{
  gsize in_piece;
  gsize out_piece;
} Pieces;

/* Converts all of @data; what came out before an error is in @out, too. */
static inline gboolean
convert_all (GConverter *converter, const void *data, gsize len, Pieces pieces, GByteArray *out,
             GError **error)
{
  g_autofree guint8 *buffer = g_malloc (pieces.out_piece);
  gsize at = 0, piece = pieces.in_piece;

  for (guint64 rounds = 0; rounds < 64 * 1024 * 1024; rounds++)
    {
      g_autoptr (GError) inner = NULL;
      gsize in_size = MIN (piece, len - at), n_read = 0, n_written = 0;
      gboolean at_end = at + in_size == len;
      /* A copy of the exact size, so that a sanitizer sees reads behind its end. */
      g_autofree guint8 *in = g_memdup2 ((const guint8 *) data + at, in_size);
      GConverterResult result = g_converter_convert (
          converter, in != NULL ? in : (const guint8 *) "", in_size, buffer, pieces.out_piece,
          at_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &n_read, &n_written, &inner);

      if (result == G_CONVERTER_ERROR)
        {
          g_assert_nonnull (inner);
          /* More input may help as long as there is some. */
          if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) && !at_end)
            {
              piece *= 2;
              continue;
            }
          g_propagate_error (error, g_steal_pointer (&inner));
          return FALSE;
        }
      g_assert_cmpuint (n_read, <=, in_size);
      g_assert_cmpuint (n_written, <=, pieces.out_piece);
      g_byte_array_append (out, buffer, (guint) n_written);
      at += n_read;
      piece = pieces.in_piece;
      if (result == G_CONVERTER_FINISHED)
        {
          g_assert_cmpuint (at, ==, len);
          return TRUE;
        }
      g_assert_true (n_read > 0 || n_written > 0);
    }
  g_assert_not_reached ();
}

static inline GByteArray *
convert_or_abort (GConverter *converter, const void *data, gsize len, Pieces pieces)
{
  g_autoptr (GError) error = NULL;
  GByteArray *out = g_byte_array_new ();

  convert_all (converter, data, len, pieces, out, &error);
  g_assert_no_error (error);
  return out;
}

/* Bytes that compress a little, the same on every run. */
static inline GBytes *
make_text (gsize len)
{
  guint8 *data = g_malloc (len + 1);
  guint32 state = 0x2545f491;

  for (gsize i = 0; i < len; i++)
    {
      state = state * 1664525 + 1013904223;
      data[i] = "etaoinshrdlu \n.,"[state >> 28];
    }
  return g_bytes_new_take (data, len);
}
