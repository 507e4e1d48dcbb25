/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes and knows names. What a program's function makes is checked here: it must never lead out
 * of the folder, nor look like a file that is being written. */
#include "file-names.h"

#include <glib/gi18n-lib.h>
#include <nettle/sha2.h>
#include <string.h>

void
file_names_clear (FileNames *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  *self = (FileNames){ FILE_NAMES_HASH };
}

static gboolean
is_fit (const char *name)
{
  gsize len = name != NULL ? strlen (name) : 0;

  return len > 0 && len < FILE_NAMES_SIZE && strchr (name, '/') == NULL && !g_str_equal (name, ".")
         && !g_str_equal (name, "..") && !g_str_has_prefix (name, FILE_NAMES_TEMP_PREFIX);
}

/* A key is a URI and more; its hash is what a file system takes, and tells nobody who lists the
 * folder where somebody has been. GLib's SHA-256 takes ten times as long, of each operation. */
static void
make_hash (const char *key, char name[FILE_NAMES_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  struct sha256_ctx context;
  guint8 digest[SHA256_DIGEST_SIZE];

  sha256_init (&context);
  sha256_update (&context, strlen (key), (const guint8 *)key);
  sha256_digest (&context, sizeof digest, digest);
  for (guint i = 0; i < sizeof digest; i++)
    {
      name[2 * i] = digits[digest[i] >> 4];
      name[2 * i + 1] = digits[digest[i] & 0xf];
    }
  memcpy (name + 2 * sizeof digest, FILE_NAMES_SUFFIX, sizeof FILE_NAMES_SUFFIX);
}

gboolean
file_names_make (const FileNames *self, const char *key, char name[FILE_NAMES_SIZE], GError **error)
{
  g_autofree char *made = NULL;

  if (self->kind == FILE_NAMES_HASH)
    {
      make_hash (key, name);
      return TRUE;
    }
  made = self->func != NULL ? self->func (key, self->user_data) : tern_cache_safe_name (key);
  if (self->kind == FILE_NAMES_FUNC && !is_fit (made))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                   _ ("“%s” cannot be the name of a file in the cache"), made != NULL ? made : "");
      return FALSE;
    }
  g_strlcpy (name, made, FILE_NAMES_SIZE);
  return TRUE;
}

gboolean
file_names_is_temp (const char *name)
{
  return g_str_has_prefix (name, FILE_NAMES_TEMP_PREFIX)
         && g_str_has_suffix (name, FILE_NAMES_SUFFIX);
}

gboolean
file_names_may_be (const FileNames *self, const char *name)
{
  if (self->kind == FILE_NAMES_HASH)
    return strspn (name, "0123456789abcdef") == 64 && g_str_equal (name + 64, FILE_NAMES_SUFFIX);
  return !file_names_is_temp (name) && !g_str_equal (name, ".") && !g_str_equal (name, "..");
}

gboolean
file_names_tell (const FileNames *self)
{
  return self->kind == FILE_NAMES_HASH;
}
