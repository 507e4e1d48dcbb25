/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a Digest challenge asks for (RFC 7616 §3.3). */
#pragma once

#include <tern/tern-plugin.h>

#include "digest-hash.h"

typedef enum
{
  DIGEST_QOP_NONE, /* RFC 2069 */
  DIGEST_QOP_AUTH,
  DIGEST_QOP_AUTH_INT,
} DigestQop;

typedef struct
{
  DigestHash hash;
  gboolean is_session; /* the algorithm's -sess form */
  DigestQop qop;       /* the one that is answered with */
  gboolean has_userhash;
  gboolean is_utf8;
  gboolean is_stale;
  GBytes *realm;
  GBytes *nonce;
  GBytes *opaque; /* NULL for none */
} DigestOptions;

/* FALSE: nobody can answer it (TERN_ERROR_UNSUPPORTED_DIGEST_OPTION). */
gboolean digest_options_read (DigestOptions *options, TernChallenge *challenge, GError **error);
void digest_options_clear (DigestOptions *options);

/* "MD5-sess" and the like. */
char *digest_options_name_algorithm (const DigestOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DigestOptions, digest_options_clear)
