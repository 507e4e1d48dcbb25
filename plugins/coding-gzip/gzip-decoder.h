/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GConverter from gzip to plain bytes. GZlibDecompressor will not do: it drops all members but
 * the first without a word. */
#pragma once

#include <gio/gio.h>

#define TERN_TYPE_CODING_GZIP_DECODER (tern_coding_gzip_decoder_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingGzipDecoder, tern_coding_gzip_decoder, TERN, CODING_GZIP_DECODER,
                      GObject)

GConverter *tern_coding_gzip_decoder_new (void);
