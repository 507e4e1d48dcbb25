/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of a content coding (RFC 9110 §8.4): it makes converters, nothing else. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_CONTENT_CODING (tern_content_coding_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TernContentCoding, tern_content_coding, TERN, CONTENT_CODING, GObject)

/**
 * TernContentCodingInterface:
 * @g_iface: the parent
 * @create_decoder: a new #GConverter that decodes one body; it must fail with
 *   %G_IO_ERROR_INVALID_DATA on corrupt input and with %G_IO_ERROR_PARTIAL_INPUT when the input
 * ends early, and return %G_CONVERTER_FINISHED only at the true end
 * @create_encoder: (nullable): a new #GConverter that encodes one body
 *
 * The core guards the size of what comes out.
 */
struct _TernContentCodingInterface
{
  GTypeInterface g_iface;

  GConverter *(*create_decoder) (TernContentCoding *self);
  GConverter *(*create_encoder) (TernContentCoding *self);
};

TERN_AVAILABLE_IN_ALL
GConverter *tern_content_coding_create_decoder (TernContentCoding *self);
TERN_AVAILABLE_IN_ALL
GConverter *tern_content_coding_create_encoder (TernContentCoding *self);

G_END_DECLS
