/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an HMACDigest challenge asks for. */
#pragma once

#include <tern/tern-plugin.h>

typedef struct
{
  GChecksumType algorithm;    /* of the signature */
  GChecksumType pw_algorithm; /* of the key */
  gboolean is_stale;          /* the challenge refuses the nonce or the time, not the password */
  GBytes *realm;
  GBytes *snonce;
  GBytes *salt; /* NULL for none */
} HmacOptions;

/* FALSE: nobody can answer it (TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION). */
gboolean hmac_options_read (HmacOptions *options, TernChallenge *challenge, GError **error);
void hmac_options_clear (HmacOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HmacOptions, hmac_options_clear)
