/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order in which challenges are tried. */
#include "policy/tern-auth-choice.h"

static int
rank (const char *scheme, gpointer data)
{
  g_assert_true (data == &rank);
  if (g_str_equal (scheme, "basic"))
    return 0;
  if (g_str_equal (scheme, "digest") || g_str_equal (scheme, "wsse"))
    return 200;
  return g_str_equal (scheme, "bearer") ? G_MAXINT : -1;
}

static void
test_sort (void)
{
  static const struct
  {
    const char *offered, *sorted;
  } rows[] = {
    { "", "" },
    { "Basic realm=\"1\"", "basic/1" },
    { "Basic realm=\"1\", Digest realm=\"2\"", "digest/2 basic/1" },
    { "Basic realm=\"1\", Unknown realm=\"2\", Wsse realm=\"3\", "
      "DIGEST realm=\"4\", Bearer realm=\"5\"",
      "bearer/5 wsse/3 digest/4 basic/1" },
    { "Digest realm=\"1\", Digest realm=\"2\", Basic realm=\"3\", Digest realm=\"4\"",
      "digest/1 digest/2 digest/4 basic/3" },
    { "Unknown realm=\"1\"", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) offered = tern_challenges_parse (rows[i].offered, &error);
      g_autoptr (GPtrArray) sorted = NULL;
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_no_error (error);
      sorted = tern_auth_choice_sort (offered, rank, (gpointer) &rank);
      g_clear_pointer (&offered, g_ptr_array_unref);
      for (guint n = 0; n < sorted->len; n++)
        g_string_append_printf (text, "%s%s/%s", n > 0 ? " " : "",
                                tern_challenge_get_scheme (sorted->pdata[n]),
                                tern_challenge_get_realm (sorted->pdata[n]));
      g_assert_cmpstr (text->str, ==, rows[i].sorted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auth-choice/sort", test_sort);
  return g_test_run ();
}
