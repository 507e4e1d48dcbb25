/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of content codings. It must never decode anything itself. */
#include <tern/plugin/tern-content-coding.h>

/**
 * TernContentCoding:
 *
 * A content coding (RFC 9110 §8.4.1), made by a plugin.
 */
G_DEFINE_INTERFACE (TernContentCoding, tern_content_coding, G_TYPE_OBJECT)

static void
tern_content_coding_default_init (TernContentCodingInterface *iface)
{
}

/**
 * tern_content_coding_create_decoder:
 * @self: a coding
 *
 * Makes a converter that decodes one body.
 *
 * Returns: (transfer full) (nullable): a converter that decodes one body
 */
GConverter *
tern_content_coding_create_decoder (TernContentCoding *self)
{
  TernContentCodingInterface *iface;

  g_return_val_if_fail (TERN_IS_CONTENT_CODING (self), NULL);

  iface = TERN_CONTENT_CODING_GET_IFACE (self);
  return iface->create_decoder != NULL ? iface->create_decoder (self) : NULL;
}

/**
 * tern_content_coding_create_encoder:
 * @self: a coding
 *
 * Makes a converter that encodes one body.
 *
 * Returns: (transfer full) (nullable): a converter that encodes one body; %NULL if the plugin only
 *   decodes
 */
GConverter *
tern_content_coding_create_encoder (TernContentCoding *self)
{
  TernContentCodingInterface *iface;

  g_return_val_if_fail (TERN_IS_CONTENT_CODING (self), NULL);

  iface = TERN_CONTENT_CODING_GET_IFACE (self);
  return iface->create_encoder != NULL ? iface->create_encoder (self) : NULL;
}
