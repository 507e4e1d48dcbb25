/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashing with nettle. What is hashed may be a password, so nothing of it stays in memory here. */
#include "digest-hash.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <string.h>

typedef union
{
  struct md5_ctx md5;
  struct sha256_ctx sha256;
  struct sha512_ctx sha512;
} Context;

static void
start (DigestHash hash, Context *context)
{
  if (hash == DIGEST_SHA_256)
    sha256_init (&context->sha256);
  else if (hash == DIGEST_SHA_512_256)
    sha512_256_init (&context->sha512);
  else
    md5_init (&context->md5);
}

static void
add (DigestHash hash, Context *context, gconstpointer data, gsize len)
{
  if (len == 0)
    return;
  if (hash == DIGEST_SHA_256)
    sha256_update (&context->sha256, len, data);
  else if (hash == DIGEST_SHA_512_256)
    sha512_update (&context->sha512, len, data);
  else
    md5_update (&context->md5, len, data);
}

static gsize
finish (DigestHash hash, Context *context, guint8 *digest)
{
  if (hash == DIGEST_SHA_256)
    {
      sha256_digest (&context->sha256, SHA256_DIGEST_SIZE, digest);
      return SHA256_DIGEST_SIZE;
    }
  if (hash == DIGEST_SHA_512_256)
    {
      sha512_256_digest (&context->sha512, SHA512_256_DIGEST_SIZE, digest);
      return SHA512_256_DIGEST_SIZE;
    }
  md5_digest (&context->md5, MD5_DIGEST_SIZE, digest);
  return MD5_DIGEST_SIZE;
}

DigestPiece
digest_piece (const char *text)
{
  return (DigestPiece){ text, strlen (text) };
}

DigestPiece
digest_piece_bytes (GBytes *bytes)
{
  DigestPiece piece = { "", 0 };

  if (bytes != NULL)
    piece.data = g_bytes_get_data (bytes, &piece.len);
  return piece;
}

const char *
digest_hash_get_name (DigestHash hash)
{
  static const char *const names[] = { "MD5", "SHA-256", "SHA-512-256" };

  return names[hash];
}

void
digest_hash_joined (DigestHash hash, const DigestPiece *pieces, guint n, char *hex)
{
  static const char digits[] = "0123456789abcdef";
  guint8 digest[SHA256_DIGEST_SIZE];
  Context context;
  gsize size;

  G_STATIC_ASSERT (SHA512_256_DIGEST_SIZE <= SHA256_DIGEST_SIZE);
  start (hash, &context);
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        add (hash, &context, ":", 1);
      add (hash, &context, pieces[i].data, pieces[i].len);
    }
  size = finish (hash, &context, digest);
  for (gsize i = 0; i < size; i++)
    {
      hex[2 * i] = digits[digest[i] >> 4];
      hex[2 * i + 1] = digits[digest[i] & 15];
    }
  hex[2 * size] = '\0';
  explicit_bzero (&context, sizeof context);
}
