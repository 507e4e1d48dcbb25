/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the parameters of a challenge. What is unknown is refused and never taken for something
 * else: an unknown algorithm answered with MD5 would be a gift to whoever made it up (RFC 7616
 * §3.3). */
#include "digest-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
digest_options_clear (DigestOptions *options)
{
  g_clear_pointer (&options->realm, g_bytes_unref);
  g_clear_pointer (&options->nonce, g_bytes_unref);
  g_clear_pointer (&options->opaque, g_bytes_unref);
}

char *
digest_options_name_algorithm (const DigestOptions *options)
{
  return g_strconcat (digest_hash_get_name (options->hash), options->is_session ? "-sess" : NULL,
                      NULL);
}

/* Messages tell what was asked for, at a length that fits into one. */
static gboolean
refuse (GError **error, const char *what, const char *value)
{
  g_autofree char *quoted = g_strescape (value, NULL);

  g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION,
               _ ("Digest authentication: cannot answer %s “%.60s”"), what, quoted);
  return FALSE;
}

static gboolean
read_algorithm (DigestOptions *options, TernChallenge *challenge, GError **error)
{
  const char *name = tern_challenge_get_param (challenge, "algorithm");

  if (name == NULL)
    name = "MD5";
  for (guint i = 0; i < DIGEST_N_HASHES; i++)
    {
      const char *known = digest_hash_get_name (i);
      const gsize len = strlen (known);

      if (g_ascii_strncasecmp (name, known, len) != 0)
        continue;
      options->hash = i;
      options->is_session = g_ascii_strcasecmp (name + len, "-sess") == 0;
      if (options->is_session || name[len] == '\0')
        return TRUE;
    }
  return refuse (error, "algorithm", name);
}

/* A list, and servers that forget its commas. The weaker one is taken where both are offered, as
 * everybody does: it needs no second reading of the body. */
static gboolean
read_qop (DigestOptions *options, TernChallenge *challenge, GError **error)
{
  const char *text = tern_challenge_get_param (challenge, "qop");
  g_auto (GStrv) items = g_strsplit_set (text != NULL ? text : "", ", \t", -1);
  gboolean is_empty = TRUE;

  options->qop = DIGEST_QOP_NONE;
  for (guint i = 0; items[i] != NULL; i++)
    {
      is_empty &= *items[i] == '\0';
      if (g_ascii_strcasecmp (items[i], "auth") == 0)
        options->qop = DIGEST_QOP_AUTH;
      else if (options->qop == DIGEST_QOP_NONE && g_ascii_strcasecmp (items[i], "auth-int") == 0)
        options->qop = DIGEST_QOP_AUTH_INT;
    }
  if (options->qop == DIGEST_QOP_NONE && !is_empty)
    return refuse (error, "qop", text);
  /* The session's key is made of a cnonce, which such an answer has no place for. */
  if (options->qop == DIGEST_QOP_NONE && options->is_session)
    return refuse (error, "algorithm", "-sess");
  return TRUE;
}

static gboolean
is_true (TernChallenge *challenge, const char *name)
{
  const char *value = tern_challenge_get_param (challenge, name);

  return value != NULL && g_ascii_strcasecmp (value, "true") == 0;
}

gboolean
digest_options_read (DigestOptions *options, TernChallenge *challenge, GError **error)
{
  const char *charset = tern_challenge_get_param (challenge, "charset");
  const char *nonce = tern_challenge_get_param (challenge, "nonce");

  *options = (DigestOptions){ 0 };
  if (tern_challenge_get_realm (challenge) == NULL || nonce == NULL || *nonce == '\0')
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION,
                           _ ("Digest authentication: the challenge has no realm or no nonce"));
      return FALSE;
    }
  if (!read_algorithm (options, challenge, error) || !read_qop (options, challenge, error))
    return FALSE;
  options->has_userhash = is_true (challenge, "userhash");
  options->is_stale = is_true (challenge, "stale");
  options->is_utf8 = charset != NULL && g_ascii_strcasecmp (charset, "UTF-8") == 0;
  options->realm = tern_challenge_get_param_bytes (challenge, "realm");
  options->nonce = tern_challenge_get_param_bytes (challenge, "nonce");
  options->opaque = tern_challenge_get_param_bytes (challenge, "opaque");
  return TRUE;
}
