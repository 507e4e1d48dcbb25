/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a Basic challenge reaches. */
#include "policy/tern-protection-space.h"

static void
test_root (void)
{
  static const char *const rows[][2] = {
    { "/", "/" },         { "/a", "/" },           { "/a/", "/a/" },        { "/a/b", "/a/" },
    { "/a/b/c?d/e", "/a/b/" }, { "/?a/b", "/" },   { "/a/b#c/d", "/a/" },   { "*", "/" },
    { "", "/" },          { "?a/b", "/" },         { "//a/b", "//a/" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *root = tern_protection_space_root (rows[i][0]);

      g_assert_cmpstr (root, ==, rows[i][1]);
    }
}

static void
test_covers (void)
{
  static const struct
  {
    const char *root, *target;
    gboolean covers;
  } rows[] = {
    { "/", "/", TRUE },
    { "/", "/a/b?c", TRUE },
    { "/a/", "/a/", TRUE },
    { "/a/", "/a/b/c", TRUE },
    { "/a/", "/a", FALSE },
    { "/a/", "/a?/", FALSE },
    { "/a/", "/ab/", FALSE },
    { "/a/", "/A/", FALSE },
    { "/a/", "/b/a/", FALSE },
    { "/a/", "/a/../b", FALSE },
    { "/a/", "/a/%2E%2e/b", FALSE },
    { "/a/", "/a/.%2e", FALSE },
    { "/a/", "/a/./b", FALSE },
    { "/a/", "/a/..\\b", FALSE },
    { "/a/", "/a/.b/..c/d...", TRUE },
    { "/a/", "/a/...", TRUE },
    { "/a/", "/a/b?/../", TRUE },
    { "/a/", "/a/%2", TRUE },
    { "/", "*", FALSE },
    { "/", "", FALSE },
    { "", "/", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (tern_protection_space_covers (rows[i].root, rows[i].target), ==,
                     rows[i].covers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protection-space/root", test_root);
  g_test_add_func ("/protection-space/covers", test_covers);
  return g_test_run ();
}
