/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A converter takes what it can, says how much that was, and says FINISHED at the true end only. */
#include "hex-converter.h"

/* Type names are shared by the whole process, so they carry the plugin's name. */
#define TERN_TYPE_CODING_HEX_CONVERTER (tern_coding_hex_converter_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingHexConverter, tern_coding_hex_converter, TERN, CODING_HEX_CONVERTER,
                      GObject)

struct _TernCodingHexConverter
{
  GObject parent;
  gboolean encodes;
  gboolean has_ended; /* the full stop was read, or written */
  gboolean has_begun;
  int high; /* the first digit of a byte, -1 while there is none */
};

static void converter_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingHexConverter, tern_coding_hex_converter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_init))

GConverter *
hex_decoder_new (void)
{
  return g_object_new (TERN_TYPE_CODING_HEX_CONVERTER, NULL);
}

GConverter *
hex_encoder_new (void)
{
  TernCodingHexConverter *self = g_object_new (TERN_TYPE_CODING_HEX_CONVERTER, NULL);

  self->encodes = TRUE;
  return G_CONVERTER (self);
}

/* FALSE for a byte that has no place there; nothing is behind the end. */
static gboolean
decode_byte (TernCodingHexConverter *self, guint8 byte, guint8 **out)
{
  int digit = g_ascii_xdigit_value (byte);

  if (self->has_ended || (digit < 0 && (byte != '.' || self->high >= 0)))
    return FALSE;
  if (digit < 0)
    self->has_ended = TRUE;
  else if (self->high < 0)
    self->high = digit;
  else
    {
      *(*out)++ = (guint8) (self->high << 4 | digit);
      self->high = -1;
    }
  return TRUE;
}

static gboolean
decode (TernCodingHexConverter *self, const guint8 **in, const guint8 *in_end, guint8 **out,
        const guint8 *out_end)
{
  while (*in < in_end && *out < out_end)
    if (!decode_byte (self, *(*in)++, out))
      return FALSE;
  return TRUE;
}

static void
encode (TernCodingHexConverter *self, const guint8 **in, const guint8 *in_end, guint8 **out,
        const guint8 *out_end, gboolean at_end)
{
  static const char digits[] = "0123456789abcdef";

  /* A byte whose second digit finds no room waits in high. */
  while (*out < out_end && (self->high >= 0 || *in < in_end))
    if (self->high >= 0)
      {
        *(*out)++ = digits[self->high];
        self->high = -1;
      }
    else
      {
        *(*out)++ = digits[**in >> 4];
        self->high = *(*in)++ & 15;
      }
  if (at_end && *in == in_end && self->high < 0 && *out < out_end && !self->has_ended)
    {
      *(*out)++ = '.';
      self->has_ended = TRUE;
    }
}

static GConverterResult
fail (GError **error, int code, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, code, message);
  return G_CONVERTER_ERROR;
}

static GConverterResult
convert (GConverter *converter, const void *in, gsize in_size, void *out, gsize out_size,
         GConverterFlags flags, gsize *bytes_read, gsize *bytes_written, GError **error)
{
  TernCodingHexConverter *self = TERN_CODING_HEX_CONVERTER (converter);
  const guint8 *in_at = in, *in_end = in_at + in_size;
  guint8 *out_at = out, *out_end = out_at + out_size;
  gboolean at_end = (flags & G_CONVERTER_INPUT_AT_END) != 0;

  if (self->encodes)
    encode (self, &in_at, in_end, &out_at, out_end, at_end);
  else if (!decode (self, &in_at, in_end, &out_at, out_end))
    return fail (error, G_IO_ERROR_INVALID_DATA, "not hexadecimal");
  *bytes_read = in_at - (const guint8 *) in;
  *bytes_written = out_at - (guint8 *) out;
  self->has_begun = self->has_begun || in_size > 0;

  /* Servers label empty bodies, too: no byte at all is one. */
  if (at_end && in_at == in_end && (self->has_ended || (!self->encodes && !self->has_begun)))
    return G_CONVERTER_FINISHED;
  if (*bytes_read > 0 || *bytes_written > 0)
    return G_CONVERTER_CONVERTED;
  if (out_size == 0)
    return fail (error, G_IO_ERROR_NO_SPACE, "no room for the output");
  return fail (error, G_IO_ERROR_PARTIAL_INPUT, "the input ends early");
}

static void
reset (GConverter *converter)
{
  TernCodingHexConverter *self = TERN_CODING_HEX_CONVERTER (converter);

  self->has_begun = self->has_ended = FALSE;
  self->high = -1;
}

static void
converter_init (GConverterIface *iface)
{
  iface->convert = convert;
  iface->reset = reset;
}

static void
tern_coding_hex_converter_class_init (TernCodingHexConverterClass *klass)
{
}

static void
tern_coding_hex_converter_init (TernCodingHexConverter *self)
{
  self->high = -1;
}
