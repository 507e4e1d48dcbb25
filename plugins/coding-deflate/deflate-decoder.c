/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes the zlib format (RFC 1950), which "deflate" means, and the bare format (RFC 1951), which
 * some servers send (RFC 9110 §8.4.1.2 note). It must never hand out bytes that were not coded,
 * nor finish before the true end. */
#include "deflate-decoder.h"

#include <glib/gi18n-lib.h>
#include <zlib.h>

typedef enum
{
  STATE_HEAD, /* fewer than the two bytes that tell the formats apart */
  STATE_DATA,
  STATE_END,
} State;

struct _TernCodingDeflateDecoder
{
  GObject parent;
  z_stream stream;
  gboolean has_stream;
  State state;
  guint8 head[2];
  guint head_len;  /* read */
  guint head_used; /* given to zlib */
};

static void tern_coding_deflate_decoder_converter_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingDeflateDecoder, tern_coding_deflate_decoder, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER,
                                                      tern_coding_deflate_decoder_converter_init))

GConverter *
tern_coding_deflate_decoder_new (void)
{
  return g_object_new (TERN_TYPE_CODING_DEFLATE_DECODER, NULL);
}

static GConverterResult
fail (GError **error, int code, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, code, message);
  return G_CONVERTER_ERROR;
}

/* RFC 1950 §2.2: method 8, a window of at most 32 KiB, no preset dictionary, the check bits right.
 * A bare stream that starts like this would be a stored block with padding bits set; no encoder
 * makes one. */
static gboolean
is_zlib_head (const guint8 head[2])
{
  return (head[0] & 0x0f) == 8 && (head[0] >> 4) <= 7 && (head[1] & 0x20) == 0
         && (head[0] * 256 + head[1]) % 31 == 0;
}

/* Collects the first two bytes; they may come one by one. */
static int
take_head (TernCodingDeflateDecoder *self, const guint8 **in, gsize *in_left)
{
  int window_bits, result;

  while (self->head_len < G_N_ELEMENTS (self->head) && *in_left > 0)
    {
      self->head[self->head_len++] = *(*in)++;
      (*in_left)--;
    }
  if (self->head_len < G_N_ELEMENTS (self->head))
    return Z_BUF_ERROR;
  window_bits = is_zlib_head (self->head) ? MAX_WBITS : -MAX_WBITS;
  result = self->has_stream ? inflateReset2 (&self->stream, window_bits)
                            : inflateInit2 (&self->stream, window_bits);
  if (result == Z_OK)
    {
      self->has_stream = TRUE;
      self->state = STATE_DATA;
    }
  return result;
}

/* Inflates from one piece of input; zlib counts in 32 bits. */
static int
inflate_piece (TernCodingDeflateDecoder *self, const guint8 **in, gsize *in_left, gsize *out_left)
{
  uInt avail_in = (uInt) MIN (*in_left, G_MAXUINT32);
  uInt avail_out = (uInt) MIN (*out_left, G_MAXUINT32);
  int result;

  self->stream.next_in = (Bytef *) *in;
  self->stream.avail_in = avail_in;
  self->stream.avail_out = avail_out;
  result = inflate (&self->stream, Z_NO_FLUSH);
  *in += avail_in - self->stream.avail_in;
  *in_left -= avail_in - self->stream.avail_in;
  *out_left -= avail_out - self->stream.avail_out;
  if (result == Z_STREAM_END)
    self->state = STATE_END;
  return result;
}

/* The two bytes that were held back come first. */
static int
inflate_head (TernCodingDeflateDecoder *self, gsize *out_left)
{
  const guint8 *head = self->head + self->head_used;
  gsize left = self->head_len - self->head_used;
  int result = inflate_piece (self, &head, &left, out_left);

  self->head_used = self->head_len - left;
  return result;
}

static int
decode (TernCodingDeflateDecoder *self, const guint8 *in, gsize *in_left, gsize *out_left)
{
  int result = Z_OK;

  if (self->state == STATE_HEAD)
    result = take_head (self, &in, in_left);
  while (result == Z_OK && self->state == STATE_DATA)
    {
      gsize in_before = *in_left, out_before = *out_left;
      gboolean in_head = self->head_used < self->head_len;

      result = in_head ? inflate_head (self, out_left)
                       : inflate_piece (self, &in, in_left, out_left);
      if (!in_head && *in_left == in_before && *out_left == out_before)
        break;
    }
  /* The stream may end within the two bytes: 03 00 is an empty one. */
  if (self->state == STATE_END && (*in_left > 0 || self->head_used < self->head_len))
    return Z_DATA_ERROR;
  return result;
}

static GConverterResult
tern_coding_deflate_decoder_convert (GConverter *converter, const void *in, gsize in_size,
                                     void *out, gsize out_size, GConverterFlags flags,
                                     gsize *bytes_read, gsize *bytes_written, GError **error)
{
  TernCodingDeflateDecoder *self = TERN_CODING_DEFLATE_DECODER (converter);
  gboolean at_end = (flags & G_CONVERTER_INPUT_AT_END) != 0;
  gsize in_left = in_size, out_left = out_size;
  int result;

  self->stream.next_out = out;
  result = decode (self, in, &in_left, &out_left);
  *bytes_read = in_size - in_left;
  *bytes_written = out_size - out_left;

  if (result == Z_MEM_ERROR)
    return fail (error, G_IO_ERROR_FAILED, _ ("Not enough memory to decode deflate data"));
  if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
    return fail (error, G_IO_ERROR_INVALID_DATA, _ ("Invalid deflate data"));
  /* No byte at all is an empty body: servers label those as well. */
  if (at_end && (self->state == STATE_END || (self->state == STATE_HEAD && self->head_len == 0)))
    return G_CONVERTER_FINISHED;
  if (*bytes_read > 0 || *bytes_written > 0)
    return G_CONVERTER_CONVERTED;
  if (in_left > 0 || (self->state == STATE_DATA && out_size == 0))
    return fail (error, G_IO_ERROR_NO_SPACE, _ ("No room for decoded data"));
  return fail (error, G_IO_ERROR_PARTIAL_INPUT, _ ("The deflate data ends early"));
}

static void
tern_coding_deflate_decoder_reset (GConverter *converter)
{
  TernCodingDeflateDecoder *self = TERN_CODING_DEFLATE_DECODER (converter);

  self->state = STATE_HEAD;
  self->head_len = self->head_used = 0;
}

static void
tern_coding_deflate_decoder_converter_init (GConverterIface *iface)
{
  iface->convert = tern_coding_deflate_decoder_convert;
  iface->reset = tern_coding_deflate_decoder_reset;
}

static void
tern_coding_deflate_decoder_finalize (GObject *object)
{
  TernCodingDeflateDecoder *self = TERN_CODING_DEFLATE_DECODER (object);

  if (self->has_stream)
    inflateEnd (&self->stream);
  G_OBJECT_CLASS (tern_coding_deflate_decoder_parent_class)->finalize (object);
}

static void
tern_coding_deflate_decoder_class_init (TernCodingDeflateDecoderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_coding_deflate_decoder_finalize;
}

static void
tern_coding_deflate_decoder_init (TernCodingDeflateDecoder *self)
{
}
