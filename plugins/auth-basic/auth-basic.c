/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Basic authentication (RFC 7617). Names and passwords are bytes, UTF-8 by convention; what they
 * are is the program's and the server's affair, so nothing is converted here. */
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#define TERN_TYPE_AUTH_BASIC (tern_auth_basic_get_type ())
G_DECLARE_FINAL_TYPE (TernAuthBasic, tern_auth_basic, TERN, AUTH_BASIC, GObject)

struct _TernAuthBasic
{
  GObject parent;
};

static void tern_auth_basic_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernAuthBasic, tern_auth_basic, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      tern_auth_basic_scheme_init))

static TernAuthFlags
tern_auth_basic_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_PREEMPTIVE | TERN_AUTH_SHOWS_SECRET;
}

/* The realm is required by RFC 7617 §2, but servers forget it and the answer does not depend on
 * it; the charset parameter can only say UTF-8 (§2.1). */
static gboolean
tern_auth_basic_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  return TRUE;
}

/* Wipes what held a password; a plain memset of memory that is freed next would be left out. */
static void
free_secret (gpointer data, gsize len)
{
  if (data != NULL)
    explicit_bzero (data, len);
  g_free (data);
}

/* "Basic " and the base64 text of name, colon, password; NULL where the name holds a colon, which
 * would move the border between the two (§2). */
static char *
encode (GBytes *name, GBytes *password)
{
  gsize name_len, password_len = 0, len;
  const char *name_data = g_bytes_get_data (name, &name_len);
  const char *password_data = password ? g_bytes_get_data (password, &password_len) : NULL;
  char *pair, *text, *value;

  if (name_len > 0 && memchr (name_data, ':', name_len) != NULL)
    return NULL;
  len = name_len + 1 + password_len;
  pair = g_malloc (len);
  if (name_len > 0)
    memcpy (pair, name_data, name_len);
  pair[name_len] = ':';
  if (password_len > 0)
    memcpy (pair + name_len + 1, password_data, password_len);
  text = g_base64_encode ((const guchar *) pair, len);
  value = g_strconcat ("Basic ", text, NULL);
  free_secret (pair, len);
  free_secret (text, strlen (text));
  return value;
}

static TernHeaders *
tern_auth_basic_respond (TernAuthScheme *scheme, const TernAuthRequest *request,
                         TernCredentials *credentials, GError **error)
{
  GBytes *name = credentials != NULL ? tern_credentials_get_name (credentials) : NULL;
  g_autoptr (TernHeaders) headers = NULL;
  char *value;

  if (name == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Basic authentication needs a user name"));
      return NULL;
    }
  value = encode (name, tern_credentials_get_password (credentials));
  if (value == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Basic authentication cannot send a user name with a colon"));
      return NULL;
    }
  headers = tern_headers_new ();
  tern_headers_append (headers, tern_auth_request_get_field_name (request), value);
  free_secret (value, strlen (value));
  return g_steal_pointer (&headers);
}

static void
tern_auth_basic_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = tern_auth_basic_get_flags;
  iface->accept = tern_auth_basic_accept;
  iface->respond = tern_auth_basic_respond;
}

static void
tern_auth_basic_class_init (TernAuthBasicClass *klass)
{
}

static void
tern_auth_basic_init (TernAuthBasic *self)
{
}

TERN_PLUGIN_DEFINE (auth_basic, TERN_PLUGIN_AUTH_SCHEME, TernAuthSchemeInterface, "basic",
                    tern_auth_basic_get_type)
