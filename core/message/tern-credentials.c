/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernCredentials: a secret as a value; it is wiped when the last reference goes and never
 * printed. */
#include <string.h>
#include <tern/tern-credentials.h>

struct _TernCredentials
{
  gatomicrefcount ref_count;
  GBytes *name;
  GBytes *password;
  char *token;
};

/**
 * TernCredentials:
 *
 * A name and a password, or a token. Immutable and thread-safe.
 */
G_DEFINE_BOXED_TYPE (TernCredentials, tern_credentials, tern_credentials_ref,
                     tern_credentials_unref)

static void
free_secret (gpointer data)
{
  explicit_bzero (data, strlen (data));
  g_free (data);
}

static void
free_secret_bytes (gpointer data)
{
  GByteArray *array = data;

  explicit_bzero (array->data, array->len);
  g_byte_array_unref (array);
}

/* A copy of its own, because only a copy can be wiped. */
static GBytes *
dup_secret (const void *data, gsize len)
{
  GByteArray *array = g_byte_array_sized_new (len + 1);

  g_byte_array_append (array, data ? data : (const guint8 *) "", len);
  return g_bytes_new_with_free_func (array->data, len, free_secret_bytes, array);
}

static TernCredentials *
credentials_new (GBytes *name, GBytes *password, char *token)
{
  TernCredentials *self = g_new0 (TernCredentials, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = name;
  self->password = password;
  self->token = token;
  return self;
}

/**
 * tern_credentials_new:
 * @name: the name, UTF-8
 * @password: the password, UTF-8
 *
 * Makes credentials of a name and a password.
 *
 * Returns: (transfer full): credentials
 */
TernCredentials *
tern_credentials_new (const char *name, const char *password)
{
  return credentials_new (dup_secret (name, name ? strlen (name) : 0),
                          dup_secret (password, password ? strlen (password) : 0), NULL);
}

/**
 * tern_credentials_new_bytes:
 * @name: the name, any bytes
 * @password: the password, any bytes
 *
 * As tern_credentials_new(), for what is not UTF-8 or holds a NUL.
 *
 * Returns: (transfer full): credentials
 */
TernCredentials *
tern_credentials_new_bytes (GBytes *name, GBytes *password)
{
  return credentials_new (dup_secret (g_bytes_get_data (name, NULL), g_bytes_get_size (name)),
                          dup_secret (g_bytes_get_data (password, NULL),
                                      g_bytes_get_size (password)),
                          NULL);
}

/**
 * tern_credentials_new_token:
 * @token: a bearer token (RFC 6750)
 *
 * Makes credentials of a token (RFC 6750).
 *
 * Returns: (transfer full): credentials
 */
TernCredentials *
tern_credentials_new_token (const char *token)
{
  return credentials_new (NULL, NULL, g_strdup (token ? token : ""));
}

/**
 * tern_credentials_ref:
 * @credentials: credentials
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @credentials
 */
TernCredentials *
tern_credentials_ref (TernCredentials *credentials)
{
  g_atomic_ref_count_inc (&credentials->ref_count);
  return credentials;
}

/**
 * tern_credentials_unref:
 * @credentials: (transfer full): credentials
 *
 * Lets go of a reference; what nobody refers to is freed.
 */
void
tern_credentials_unref (TernCredentials *credentials)
{
  if (!g_atomic_ref_count_dec (&credentials->ref_count))
    return;
  g_clear_pointer (&credentials->name, g_bytes_unref);
  g_clear_pointer (&credentials->password, g_bytes_unref);
  g_clear_pointer (&credentials->token, free_secret);
  g_free (credentials);
}

/**
 * tern_credentials_get_name:
 * @credentials: credentials
 *
 * Gets the name, %NULL for a token.
 *
 * Returns: (nullable) (transfer none): the name, %NULL for a token
 */
GBytes *
tern_credentials_get_name (const TernCredentials *credentials)
{
  return credentials->name;
}

/**
 * tern_credentials_get_password:
 * @credentials: credentials
 *
 * Gets the password, %NULL for a token.
 *
 * Returns: (nullable) (transfer none): the password, %NULL for a token
 */
GBytes *
tern_credentials_get_password (const TernCredentials *credentials)
{
  return credentials->password;
}

/**
 * tern_credentials_get_token:
 * @credentials: credentials
 *
 * Gets the token, %NULL for a name and password.
 *
 * Returns: (nullable) (transfer none): the token, %NULL for a name and password
 */
const char *
tern_credentials_get_token (const TernCredentials *credentials)
{
  return credentials->token;
}
