/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests by GnuTLS, which uses what the processor has for them. */
#include "download/tern-download-sum.h"

#include <gio/gio.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"

static const struct
{
  const char *name;
  gnutls_digest_algorithm_t algorithm;
} algorithms[] = {
  { "sha256", GNUTLS_DIG_SHA256 },
  { "sha512", GNUTLS_DIG_SHA512 },
  { "sha1", GNUTLS_DIG_SHA1 },
  { "md5", GNUTLS_DIG_MD5 },
};

static char *
to_hex (const guint8 *bytes, gsize len)
{
  char *text = g_malloc (2 * len + 1);

  for (gsize i = 0; i < len; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  text[2 * len] = '\0';
  return text;
}

static gboolean
parse_wanted (TernDownloadSum *self, const char *wanted)
{
  const char *colon = strchr (wanted, ':');
  const char *digits = colon ? colon + 1 : "";
  const gsize n_digits = strlen (digits);

  for (gsize i = 0; colon && i < G_N_ELEMENTS (algorithms); i++)
    {
      const gsize len = strlen (algorithms[i].name);

      if (len != (gsize)(colon - wanted) || g_ascii_strncasecmp (wanted, algorithms[i].name, len))
        continue;
      self->algorithm = algorithms[i].algorithm;
      self->name = algorithms[i].name;
      self->wanted = g_ascii_strdown (digits, -1);
      return n_digits == 2 * gnutls_hash_get_len (self->algorithm)
             && strspn (self->wanted, "0123456789abcdef") == n_digits;
    }
  return FALSE;
}

gboolean
tern_download_sum_init (TernDownloadSum *self, const char *wanted, GError **error)
{
  g_autofree char *shown = NULL;
  int result = gnutls_hash_init (&self->sha256, GNUTLS_DIG_SHA256);

  if (wanted && !parse_wanted (self, wanted))
    {
      shown = tern_escape (wanted, strlen (wanted));
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is not a checksum, like “sha256:” and 64 hexadecimal digits"), shown);
      return FALSE;
    }
  if (result == 0 && wanted && self->algorithm != GNUTLS_DIG_SHA256)
    result = gnutls_hash_init (&self->other, self->algorithm);
  if (result == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Cannot compute the checksum: %s"),
               gnutls_strerror (result));
  return FALSE;
}

void
tern_download_sum_clear (TernDownloadSum *self)
{
  if (self->sha256)
    gnutls_hash_deinit (self->sha256, NULL);
  if (self->other)
    gnutls_hash_deinit (self->other, NULL);
  self->sha256 = self->other = NULL;
  g_clear_pointer (&self->wanted, g_free);
}

void
tern_download_sum_restart (TernDownloadSum *self)
{
  guint8 ignored[64];

  /* Handing out the digest is what sets it back. */
  gnutls_hash_output (self->sha256, ignored);
  if (self->other)
    gnutls_hash_output (self->other, ignored);
}

void
tern_download_sum_add (TernDownloadSum *self, gconstpointer data, gsize len)
{
  gnutls_hash (self->sha256, data, len);
  if (self->other)
    gnutls_hash (self->other, data, len);
}

char *
tern_download_sum_peek (const TernDownloadSum *self)
{
  gnutls_hash_hd_t copy = gnutls_hash_copy (self->sha256);
  guint8 digest[32];

  if (!copy)
    return NULL;
  gnutls_hash_deinit (copy, digest);
  return to_hex (digest, sizeof digest);
}

gboolean
tern_download_sum_check (TernDownloadSum *self, const char *name, GError **error)
{
  guint8 digest[64];
  g_autofree char *found = NULL;

  if (!self->wanted)
    return TRUE;
  if (self->other)
    {
      gnutls_hash_output (self->other, digest);
      found = to_hex (digest, gnutls_hash_get_len (self->algorithm));
    }
  else
    found = tern_download_sum_peek (self);
  if (g_strcmp0 (found, self->wanted) == 0)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_CHECKSUM,
               _ ("%s is not what it should be: its %s checksum is %s, not %s"), name, self->name,
               found ? found : "?", self->wanted);
  return FALSE;
}
