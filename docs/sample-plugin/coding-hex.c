/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole plugin, but for the work that it does (hex-converter.c): a type, the interface of its
 * kind, and the one constant at the end. */
#include <tern/tern-plugin.h>

#include "hex-converter.h"

#define TERN_TYPE_CODING_HEX (tern_coding_hex_get_type ())
G_DECLARE_FINAL_TYPE (TernCodingHex, tern_coding_hex, TERN, CODING_HEX, GObject)

struct _TernCodingHex
{
  GObject parent;
};

static GConverter *
create_decoder (TernContentCoding *coding)
{
  return hex_decoder_new ();
}

static GConverter *
create_encoder (TernContentCoding *coding)
{
  return hex_encoder_new ();
}

static void
coding_init (TernContentCodingInterface *iface)
{
  iface->create_decoder = create_decoder;
  iface->create_encoder = create_encoder;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCodingHex, tern_coding_hex, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CONTENT_CODING, coding_init))

static void
tern_coding_hex_class_init (TernCodingHexClass *klass)
{
}

static void
tern_coding_hex_init (TernCodingHex *self)
{
}

/* The one symbol that the module exports. It is named after the descriptor and says the same: kind
 * and names are checked before the type is made. */
TERN_PLUGIN_DEFINE (coding_hex, TERN_PLUGIN_CONTENT_CODING, TernContentCodingInterface, "x-hex",
                    tern_coding_hex_get_type)
