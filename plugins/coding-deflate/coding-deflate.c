/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The deflate content coding (RFC 9110 §8.4.1.2; the zlib format, as the RFC wants). It only makes
 * converters. */
#include <tern/tern-plugin.h>

#include "deflate-decoder.h"

#define TERN_TYPE_CODING_DEFLATE (tern_coding_deflate_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingDeflate, tern_coding_deflate, TERN, CODING_DEFLATE, GObject)

struct _TernCodingDeflate
{
  GObject parent;
};

static void tern_coding_deflate_coding_init (TernContentCodingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingDeflate, tern_coding_deflate, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CONTENT_CODING,
                                                      tern_coding_deflate_coding_init))

static GConverter *
tern_coding_deflate_create_decoder (TernContentCoding *coding)
{
  return tern_coding_deflate_decoder_new ();
}

static GConverter *
tern_coding_deflate_create_encoder (TernContentCoding *coding)
{
  return G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1));
}

static void
tern_coding_deflate_coding_init (TernContentCodingInterface *iface)
{
  iface->create_decoder = tern_coding_deflate_create_decoder;
  iface->create_encoder = tern_coding_deflate_create_encoder;
}

static void
tern_coding_deflate_class_init (TernCodingDeflateClass *klass)
{
}

static void
tern_coding_deflate_init (TernCodingDeflate *self)
{
}

TERN_PLUGIN_DEFINE (coding_deflate, TERN_PLUGIN_CONTENT_CODING, TernContentCodingInterface,
                    "deflate", tern_coding_deflate_get_type)
