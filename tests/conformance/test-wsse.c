/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What WSSE promises beyond the contract: the vector of its specification, httplib2's form. */
#include "answering.h"

static void
test_vector (void)
{
  const Asking asking = { .scheme = "wsse",
                          .challenge = "WSSE realm=\"foo\", profile=\"UsernameToken\"",
                          .name = "bob",
                          .password = "taadtaadpstcsm",
                          .cnonce = "d36e316282959a9ed4c89851497a717f",
                          .time = 1071499387 };
  g_autoptr (TernHeaders) headers = answering_respond (&asking, NULL);

  g_assert_cmpuint (tern_headers_get_n (headers), ==, 2);
  g_assert_cmpstr (tern_headers_get (headers, "Authorization"), ==,
                   "WSSE profile=\"UsernameToken\"");
  g_assert_cmpstr (tern_headers_get (headers, "X-WSSE"), ==,
                   "UsernameToken Username=\"bob\", "
                   "PasswordDigest=\"quR/EWLAV4xLf9Zqyw4pDmfV9OY=\", "
                   "Nonce=\"d36e316282959a9ed4c89851497a717f\", Created=\"2003-12-15T14:43:07Z\"");
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *sent;
  } rows[] = {
    { "a\"b\\c", "UsernameToken Username=\"a\\\"b\\\\c\", " },
    { "b\xc3\xb6"
      "b",
      "UsernameToken Username=\"b\xc3\xb6"
      "b\", " },
    { "", "UsernameToken Username=\"\", " },
    { "a\nX-Evil: 1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Asking asking = {
        .scheme = "wsse", .challenge = "WSSE", .name = rows[i].name, .password = "p", .cnonce = "c"
      };
      g_autoptr (GError) error = NULL;
      g_autoptr (TernHeaders) headers = answering_respond (&asking, &error);

      if (rows[i].sent)
        g_assert_true (g_str_has_prefix (tern_headers_get (headers, "X-WSSE"), rows[i].sent));
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

/* A server may take each nonce once. */
static void
test_second (void)
{
  const Asking asking = { .scheme = "wsse",
                          .challenge = "WSSE",
                          .name = "n",
                          .password = "p",
                          .cnonce = "c0",
                          .nonce_count = 2 };
  g_autoptr (TernHeaders) headers = answering_respond (&asking, NULL);

  g_assert_nonnull (strstr (tern_headers_get (headers, "X-WSSE"), "Nonce=\"c000000002\""));
}

static void
test_other_profile (void)
{
  const Asking asking = { .scheme = "wsse", .challenge = "WSSE profile=\"X509\"" };
  g_autoptr (GError) error = NULL;

  g_assert_null (answering_accept (&asking, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wsse/vector", test_vector);
  g_test_add_func ("/wsse/names", test_names);
  g_test_add_func ("/wsse/second", test_second);
  g_test_add_func ("/wsse/other-profile", test_other_profile);
  return g_test_run ();
}
