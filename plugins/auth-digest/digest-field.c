/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the answer as a field. Quotes and backslashes are escaped and control bytes never come
 * out, or a name or a server's realm could add parameters of its own. */
#include "digest-field.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

static void
add_quoted (GString *field, const char *name, DigestPiece value)
{
  const char *text = value.data;

  g_string_append_printf (field, "%s%s=\"", field->len > strlen ("Digest ") ? ", " : "", name);
  for (gsize i = 0; i < value.len; i++)
    {
      if (text[i] == '"' || text[i] == '\\')
        g_string_append_c (field, '\\');
      g_string_append_c (field, text[i]);
    }
  g_string_append_c (field, '"');
}

/* Control bytes have no place in a quoted string (RFC 9110 §5.6.4). */
static gboolean
can_be_quoted (DigestPiece value)
{
  const guint8 *text = value.data;

  for (gsize i = 0; i < value.len; i++)
    if ((text[i] < ' ' && text[i] != '\t') || text[i] == 0x7F)
      return FALSE;
  return TRUE;
}

static gboolean
is_ascii (DigestPiece value)
{
  const guint8 *text = value.data;

  for (gsize i = 0; i < value.len; i++)
    if (text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* RFC 8187 §3.2.1. */
static void
add_extended (GString *field, DigestPiece value)
{
  const guint8 *text = value.data;

  g_string_append (field, "username*=UTF-8''");
  for (gsize i = 0; i < value.len; i++)
    {
      if (g_ascii_isalnum (text[i]) || (text[i] && strchr ("!#$&+-.^_`|~", text[i])))
        g_string_append_c (field, text[i]);
      else
        g_string_append_printf (field, "%%%02X", text[i]);
    }
}

/* §3.4: hashed where the server can do that, else in the form that fits the name. A server that
 * did not say UTF-8 gets the bytes as they are. */
static gboolean
add_name (GString *field, const DigestOptions *options, GBytes *name, GError **error)
{
  const DigestPiece value = digest_piece_bytes (name);
  const gboolean can_extend = options->is_utf8 && g_utf8_validate_len (value.data, value.len, NULL);

  if (options->has_userhash)
    {
      const DigestPiece pieces[] = { value, digest_piece_bytes (options->realm) };
      char hex[DIGEST_HEX_SIZE];

      digest_hash_joined (options->hash, pieces, G_N_ELEMENTS (pieces), hex);
      add_quoted (field, "username", digest_piece (hex));
    }
  else if (can_extend && (!is_ascii (value) || !can_be_quoted (value)))
    add_extended (field, value);
  else if (can_be_quoted (value))
    add_quoted (field, "username", value);
  else
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Digest authentication cannot send a user name with a control "
                              "character"));
      return FALSE;
    }
  return TRUE;
}

GBytes *
digest_field_write (const DigestOptions *options,
                    const DigestUse *use,
                    GBytes *name,
                    const char *response,
                    GError **error)
{
  GString *field = g_string_new ("Digest ");
  g_autofree char *algorithm = digest_options_name_algorithm (options);

  if (!add_name (field, options, name, error))
    {
      g_string_free (field, TRUE);
      return NULL;
    }
  add_quoted (field, "realm", digest_piece_bytes (options->realm));
  add_quoted (field, "nonce", digest_piece_bytes (options->nonce));
  add_quoted (field, "uri", digest_piece (use->target));
  g_string_append_printf (field, ", algorithm=%s", algorithm);
  add_quoted (field, "response", digest_piece (response));
  if (options->qop != DIGEST_QOP_NONE)
    {
      g_string_append_printf (field, ", qop=%s, nc=%s",
                              options->qop == DIGEST_QOP_AUTH ? "auth" : "auth-int", use->nc);
      add_quoted (field, "cnonce", digest_piece (use->cnonce));
    }
  if (options->opaque != NULL)
    add_quoted (field, "opaque", digest_piece_bytes (options->opaque));
  if (options->has_userhash)
    g_string_append (field, ", userhash=true");
  return g_string_free_to_bytes (field);
}
