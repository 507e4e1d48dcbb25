/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A1, A2 and the response. Names and realms are bytes, as they came; no character is converted. */
#include "digest-answer.h"

#include <string.h>

/* §3.4.2. */
static void
hash_a1 (
    const DigestOptions *options, const DigestUse *use, GBytes *name, GBytes *password, char *hex)
{
  const DigestPiece secret[] = { digest_piece_bytes (name), digest_piece_bytes (options->realm),
                                 digest_piece_bytes (password) };

  digest_hash_joined (options->hash, secret, G_N_ELEMENTS (secret), hex);
  if (options->is_session)
    {
      const DigestPiece session[]
          = { digest_piece (hex), digest_piece_bytes (options->nonce), digest_piece (use->cnonce) };

      digest_hash_joined (options->hash, session, G_N_ELEMENTS (session), hex);
    }
}

/* §3.4.3. */
static void
hash_a2 (const DigestOptions *options, const DigestUse *use, char *hex)
{
  const gboolean with_body = options->qop == DIGEST_QOP_AUTH_INT;
  const DigestPiece pieces[] = { digest_piece (use->method), digest_piece (use->target),
                                 digest_piece (with_body ? use->body_hash : "") };

  digest_hash_joined (options->hash, pieces, with_body ? 3 : 2, hex);
}

void
digest_answer_compute (
    const DigestOptions *options, const DigestUse *use, GBytes *name, GBytes *password, char *hex)
{
  char a1[DIGEST_HEX_SIZE];
  char a2[DIGEST_HEX_SIZE];

  hash_a1 (options, use, name, password, a1);
  hash_a2 (options, use, a2);
  if (options->qop == DIGEST_QOP_NONE)
    {
      const DigestPiece pieces[]
          = { digest_piece (a1), digest_piece_bytes (options->nonce), digest_piece (a2) };

      digest_hash_joined (options->hash, pieces, G_N_ELEMENTS (pieces), hex);
    }
  else
    {
      const char *qop = options->qop == DIGEST_QOP_AUTH ? "auth" : "auth-int";
      const DigestPiece pieces[] = { digest_piece (a1),      digest_piece_bytes (options->nonce),
                                     digest_piece (use->nc), digest_piece (use->cnonce),
                                     digest_piece (qop),     digest_piece (a2) };

      digest_hash_joined (options->hash, pieces, G_N_ELEMENTS (pieces), hex);
    }
  explicit_bzero (a1, sizeof a1);
}
