/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Bearer promises beyond the contract (RFC 6750): its vector, and tokens that are none. */
#include <string.h>
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "plugin/tern-auth-request.h"

static const struct
{
  const char *token;
  gboolean is_sent;
} rows[] = {
  { "mF_9.B5f-4.1JqM", TRUE }, /* §2.1 */
  { "a", TRUE },
  { "abc+/~._-==", TRUE },
  { "", FALSE },
  { "=", FALSE },
  { "a=b", FALSE },
  { "a b", FALSE },
  { "a\r\nX-Evil: 1", FALSE },
  { "a\"b", FALSE },
  { "a,b", FALSE },
  { "t\xc3\xb6ken", FALSE },
};

static void
test_tokens (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GObject) scheme = tern_plugins_create (TERN_PLUGIN_AUTH_SCHEME, "bearer", NULL);
      g_autoptr (TernCredentials) credentials = tern_credentials_new_token (rows[i].token);
      g_autoptr (TernHeaders) sent = tern_headers_new ();
      TernAuthRequest request = { .method = "GET", .target = "/", .headers = sent };
      g_autoptr (GError) error = NULL;
      g_autoptr (TernHeaders) headers = TERN_AUTH_SCHEME_GET_IFACE (scheme)->respond (
          TERN_AUTH_SCHEME (scheme), &request, credentials, &error);
      g_autofree char *expected = g_strconcat ("Bearer ", rows[i].token, NULL);

      if (!rows[i].is_sent)
        {
          g_assert_null (headers);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (tern_headers_get (headers, "Authorization"), ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bearer/tokens", test_tokens);
  return g_test_run ();
}
