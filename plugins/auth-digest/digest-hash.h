/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hash functions of RFC 7616 §3.4.3 over several pieces, as lower-case hexadecimal digits. */
#pragma once

#include <glib.h>

typedef enum
{
  DIGEST_MD5,
  DIGEST_SHA_256,
  DIGEST_SHA_512_256,
  DIGEST_N_HASHES,
} DigestHash;

/* Room for the longest one, with its NUL. */
#define DIGEST_HEX_SIZE 65

typedef struct
{
  gconstpointer data;
  gsize len;
} DigestPiece;

/* A piece that is a text. */
DigestPiece digest_piece (const char *text);
/* NULL is nothing. */
DigestPiece digest_piece_bytes (GBytes *bytes);

/* "MD5", "SHA-256" or "SHA-512-256". */
const char *digest_hash_get_name (DigestHash hash);

/* H(piece ":" piece …) into @hex. */
void digest_hash_joined (DigestHash hash, const DigestPiece *pieces, guint n, char *hex);
