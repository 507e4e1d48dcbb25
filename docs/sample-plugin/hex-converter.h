/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both directions of a coding that is easy to follow: two hexadecimal digits a byte, and a full
 * stop at the end, so that a truncated body is told from a whole one. */
#pragma once

#include <gio/gio.h>

GConverter *hex_decoder_new (void);
GConverter *hex_encoder_new (void);
