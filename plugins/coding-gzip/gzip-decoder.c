/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes gzip (RFC 1952): any number of members, each with its check sum and length, and nothing
 * behind the last. It must never hand out bytes that were not coded, nor finish before the true
 * end. */
#include "gzip-decoder.h"

#include <glib/gi18n-lib.h>
#include <zlib.h>

struct _TernCodingGzipDecoder
{
  GObject parent;
  z_stream stream;
  gboolean in_member; /* the first byte of a member was seen, its last was not */
};

static void tern_coding_gzip_decoder_converter_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingGzipDecoder, tern_coding_gzip_decoder, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER,
                                                      tern_coding_gzip_decoder_converter_init))

/* 15 is the largest window, 16 asks for the gzip format and no other. */
#define GZIP_ONLY (15 + 16)
#define GZIP_FIRST_BYTE 0x1f

GConverter *
tern_coding_gzip_decoder_new (void)
{
  return g_object_new (TERN_TYPE_CODING_GZIP_DECODER, NULL);
}

static GConverterResult
fail (GError **error, int code, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, code, message);
  return G_CONVERTER_ERROR;
}

/* Inflates until the input, the output or the data ends. zlib counts in 32 bits; what is larger
 * comes in several rounds. */
static int
inflate_some (TernCodingGzipDecoder *self, gsize *in_left, gsize *out_left)
{
  uInt avail_in = (uInt) MIN (*in_left, G_MAXUINT32);
  uInt avail_out = (uInt) MIN (*out_left, G_MAXUINT32);
  int result;

  self->stream.avail_in = avail_in;
  self->stream.avail_out = avail_out;
  result = inflate (&self->stream, Z_NO_FLUSH);
  *in_left -= avail_in - self->stream.avail_in;
  *out_left -= avail_out - self->stream.avail_out;
  if (avail_in != self->stream.avail_in)
    self->in_member = TRUE;
  return result;
}

/* Member after member while something moves. */
static int
decode (TernCodingGzipDecoder *self, gsize *in_left, gsize *out_left)
{
  int result = Z_OK;

  while (*in_left > 0 || self->in_member)
    {
      gsize in_before = *in_left, out_before = *out_left;

      /* zlib looks at two bytes at once and would take a single stray one for a truncated
       * member. */
      if (!self->in_member && *self->stream.next_in != GZIP_FIRST_BYTE)
        return Z_DATA_ERROR;
      result = inflate_some (self, in_left, out_left);
      if (result == Z_STREAM_END)
        {
          self->in_member = FALSE;
          inflateReset (&self->stream);
          result = Z_OK;
        }
      else if (result != Z_OK || (*in_left == in_before && *out_left == out_before))
        break;
    }
  return result;
}

static GConverterResult
tern_coding_gzip_decoder_convert (GConverter *converter, const void *in, gsize in_size, void *out,
                                  gsize out_size, GConverterFlags flags, gsize *bytes_read,
                                  gsize *bytes_written, GError **error)
{
  TernCodingGzipDecoder *self = TERN_CODING_GZIP_DECODER (converter);
  gsize in_left = in_size, out_left = out_size;
  int result;

  self->stream.next_in = (Bytef *) in;
  self->stream.next_out = out;
  result = decode (self, &in_left, &out_left);
  *bytes_read = in_size - in_left;
  *bytes_written = out_size - out_left;

  if (result == Z_MEM_ERROR)
    return fail (error, G_IO_ERROR_FAILED, _ ("Not enough memory to decode gzip data"));
  /* BUF_ERROR says that nothing moved; what it lacks is told below. */
  if (result != Z_OK && result != Z_BUF_ERROR)
    return fail (error, G_IO_ERROR_INVALID_DATA, _ ("Invalid gzip data"));
  if (!self->in_member && in_left == 0 && (flags & G_CONVERTER_INPUT_AT_END))
    return G_CONVERTER_FINISHED;
  if (*bytes_read > 0 || *bytes_written > 0)
    return G_CONVERTER_CONVERTED;
  if (in_left > 0 || (self->in_member && out_size == 0))
    return fail (error, G_IO_ERROR_NO_SPACE, _ ("No room for decoded data"));
  return fail (error, G_IO_ERROR_PARTIAL_INPUT, _ ("The gzip data ends early"));
}

static void
tern_coding_gzip_decoder_reset (GConverter *converter)
{
  TernCodingGzipDecoder *self = TERN_CODING_GZIP_DECODER (converter);

  inflateReset (&self->stream);
  self->in_member = FALSE;
}

static void
tern_coding_gzip_decoder_converter_init (GConverterIface *iface)
{
  iface->convert = tern_coding_gzip_decoder_convert;
  iface->reset = tern_coding_gzip_decoder_reset;
}

static void
tern_coding_gzip_decoder_finalize (GObject *object)
{
  inflateEnd (&TERN_CODING_GZIP_DECODER (object)->stream);
  G_OBJECT_CLASS (tern_coding_gzip_decoder_parent_class)->finalize (object);
}

static void
tern_coding_gzip_decoder_class_init (TernCodingGzipDecoderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_coding_gzip_decoder_finalize;
}

static void
tern_coding_gzip_decoder_init (TernCodingGzipDecoder *self)
{
  /* Only without memory; then each inflate () says Z_STREAM_ERROR, which is an error like
   * another. */
  inflateInit2 (&self->stream, GZIP_ONLY);
}
