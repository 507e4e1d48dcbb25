/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the parameters of a challenge. An option that is not known is refused, never guessed. */
#include "hmac-options.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name;
  GChecksumType type;
} Algorithm;

void
hmac_options_clear (HmacOptions *options)
{
  g_clear_pointer (&options->realm, g_bytes_unref);
  g_clear_pointer (&options->snonce, g_bytes_unref);
  g_clear_pointer (&options->salt, g_bytes_unref);
}

/* The first of the two known ones is what an absent parameter means. */
static gboolean
pick (const Algorithm known[2],
      TernChallenge *challenge,
      const char *param,
      GChecksumType *type,
      GError **error)
{
  const char *value = tern_challenge_get_param (challenge, param);
  g_autofree char *quoted = NULL;

  *type = known[0].type;
  if (value == NULL || g_ascii_strcasecmp (value, known[0].name) == 0)
    return TRUE;
  *type = known[1].type;
  if (g_ascii_strcasecmp (value, known[1].name) == 0)
    return TRUE;
  quoted = g_strescape (value, NULL);
  g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION,
               _ ("HMACDigest authentication: cannot answer %s “%.60s”"), param, quoted);
  return FALSE;
}

gboolean
hmac_options_read (HmacOptions *options, TernChallenge *challenge, GError **error)
{
  static const Algorithm algorithms[]
      = { { "HMAC-SHA-1", G_CHECKSUM_SHA1 }, { "HMAC-MD5", G_CHECKSUM_MD5 } };
  static const Algorithm pw_algorithms[]
      = { { "SHA-1", G_CHECKSUM_SHA1 }, { "MD5", G_CHECKSUM_MD5 } };
  const char *snonce = tern_challenge_get_param (challenge, "snonce");
  const char *reason = tern_challenge_get_param (challenge, "reason");

  *options = (HmacOptions){ 0 };
  if (tern_challenge_get_realm (challenge) == NULL || snonce == NULL || *snonce == '\0')
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION,
                           _ ("HMACDigest authentication: the challenge has no realm or no server "
                              "nonce"));
      return FALSE;
    }
  if (!pick (algorithms, challenge, "algorithm", &options->algorithm, error)
      || !pick (pw_algorithms, challenge, "pw-algorithm", &options->pw_algorithm, error))
    return FALSE;
  options->is_stale = reason != NULL
                      && (g_ascii_strcasecmp (reason, "integrity") == 0
                          || g_ascii_strcasecmp (reason, "stale") == 0);
  options->realm = tern_challenge_get_param_bytes (challenge, "realm");
  options->snonce = tern_challenge_get_param_bytes (challenge, "snonce");
  options->salt = tern_challenge_get_param_bytes (challenge, "salt");
  return TRUE;
}
