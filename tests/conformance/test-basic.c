/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Basic promises beyond the contract (RFC 7617): its vectors, and bytes of every kind. */
#include <string.h>
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "plugin/tern-auth-request.h"

static char *
answer (GBytes *name, GBytes *password, GError **error)
{
  g_autoptr (GObject) scheme = tern_plugins_create (TERN_PLUGIN_AUTH_SCHEME, "Basic", NULL);
  g_autoptr (TernCredentials) credentials = tern_credentials_new_bytes (name, password);
  g_autoptr (TernHeaders) sent = tern_headers_new ();
  g_autoptr (TernHeaders) headers = NULL;
  TernAuthRequest request = { .method = "GET", .target = "/", .headers = sent };

  headers = TERN_AUTH_SCHEME_GET_IFACE (scheme)->respond (TERN_AUTH_SCHEME (scheme), &request,
                                                          credentials, error);
  return headers != NULL ? g_strdup (tern_headers_get (headers, "Authorization")) : NULL;
}

/* §2, §2.1 and the corners: empty parts, a colon in the password. */
static void
test_vectors (void)
{
  static const struct
  {
    const char *name;
    const char *password;
    const char *answer;
  } vectors[] = {
    { "Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
    { "test", "123\xc2\xa3", "Basic dGVzdDoxMjPCow==" },
    { "", "", "Basic Og==" },
    { "user", "", "Basic dXNlcjo=" },
    { "", "password", "Basic OnBhc3N3b3Jk" },
    { "user", "pass:word:", "Basic dXNlcjpwYXNzOndvcmQ6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GBytes) name = g_bytes_new (vectors[i].name, strlen (vectors[i].name));
      g_autoptr (GBytes) password = g_bytes_new (vectors[i].password, strlen (vectors[i].password));
      g_autoptr (GError) error = NULL;
      g_autofree char *value = answer (name, password, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, vectors[i].answer);
    }
}

/* Every byte there is, NUL and Latin-1 too, but the colon in the name. */
static void
test_any_byte (void)
{
  guint8 bytes[256];
  g_autoptr (GBytes) all = NULL;

  for (guint i = 0; i < 256; i++)
    bytes[i] = (guint8) i;
  all = g_bytes_new (bytes, 256);
  for (guint i = 0; i < 256; i++)
    {
      g_autoptr (GBytes) name = g_bytes_new (bytes + i, 1);
      g_autoptr (GError) error = NULL;
      g_autofree char *value = answer (name, all, &error);
      g_autofree guchar *decoded = NULL;
      gsize len;

      if (i == ':')
        {
          g_assert_null (value);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (value, "Basic "));
      decoded = g_base64_decode (value + strlen ("Basic "), &len);
      g_assert_cmpuint (len, ==, 258);
      g_assert_cmpuint (decoded[0], ==, i);
      g_assert_cmpuint (decoded[1], ==, ':');
      g_assert_cmpmem (decoded + 2, len - 2, bytes, 256);
    }
}

/* The answer is one line, however long the password. */
static void
test_long_password (void)
{
  g_autofree char *text = g_strnfill (30000, 'p');
  g_autoptr (GBytes) name = g_bytes_new ("user", 4);
  g_autoptr (GBytes) password = g_bytes_new (text, 30000);
  g_autofree char *value = answer (name, password, NULL);

  g_assert_nonnull (value);
  g_assert_null (strpbrk (value, "\r\n"));
  g_assert_cmpuint (strlen (value), ==, strlen ("Basic ") + (4 + 1 + 30000 + 2) / 3 * 4);
}

static void
test_flags (void)
{
  g_autoptr (GObject) scheme = tern_plugins_create (TERN_PLUGIN_AUTH_SCHEME, "BASIC", NULL);

  g_assert_cmpuint (TERN_AUTH_SCHEME_GET_IFACE (scheme)->get_flags (TERN_AUTH_SCHEME (scheme)), ==,
                    TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_PREEMPTIVE | TERN_AUTH_SHOWS_SECRET);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/basic/vectors", test_vectors);
  g_test_add_func ("/basic/any-byte", test_any_byte);
  g_test_add_func ("/basic/long-password", test_long_password);
  g_test_add_func ("/basic/flags", test_flags);
  return g_test_run ();
}
