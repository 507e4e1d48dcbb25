/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GConverter from deflate to plain bytes, for both of the formats that servers mean by that
 * word. */
#pragma once

#include <gio/gio.h>

#define TERN_TYPE_CODING_DEFLATE_DECODER (tern_coding_deflate_decoder_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingDeflateDecoder, tern_coding_deflate_decoder, TERN,
                      CODING_DEFLATE_DECODER, GObject)

GConverter *tern_coding_deflate_decoder_new (void);
