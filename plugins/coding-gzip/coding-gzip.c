/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gzip content coding (RFC 9110 §8.4.1.3). It only makes converters. */
#include <tern/tern-plugin.h>

#include "gzip-decoder.h"

#define TERN_TYPE_CODING_GZIP (tern_coding_gzip_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingGzip, tern_coding_gzip, TERN, CODING_GZIP, GObject)

struct _TernCodingGzip
{
  GObject parent;
};

static void tern_coding_gzip_coding_init (TernContentCodingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingGzip, tern_coding_gzip, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CONTENT_CODING,
                                                      tern_coding_gzip_coding_init))

static GConverter *
tern_coding_gzip_create_decoder (TernContentCoding *coding)
{
  return tern_coding_gzip_decoder_new ();
}

static GConverter *
tern_coding_gzip_create_encoder (TernContentCoding *coding)
{
  return G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
}

static void
tern_coding_gzip_coding_init (TernContentCodingInterface *iface)
{
  iface->create_decoder = tern_coding_gzip_create_decoder;
  iface->create_encoder = tern_coding_gzip_create_encoder;
}

static void
tern_coding_gzip_class_init (TernCodingGzipClass *klass)
{
}

static void
tern_coding_gzip_init (TernCodingGzip *self)
{
}

TERN_PLUGIN_DEFINE (coding_gzip, TERN_PLUGIN_CONTENT_CODING, TernContentCodingInterface,
                    "gzip;x-gzip", tern_coding_gzip_get_type)
