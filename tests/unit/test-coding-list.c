/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Content-Encoding fields as lists of codings, and what is none. */
#include "policy/tern-coding-list.h"

#include <tern/tern-error.h>

#include "test-fields.h"

static void
test_good (void)
{
  static const struct
  {
    const char *fields, *codings; /* joined by blanks, in decode order */
  } rows[] = {
    { "", "" },
    { "Content-Encoding:", "" },
    { "Content-Encoding: , ,", "" },
    { "Content-Encoding: gzip", "gzip" },
    { "content-encoding: GZip", "gzip" },
    { "Content-Encoding: identity", "" },
    { "Content-Encoding: Identity, gzip, IDENTITY", "gzip" },
    { "Content-Encoding: deflate, gzip", "gzip deflate" },
    { "Content-Encoding: a\nContent-Encoding: b, c", "c b a" },
    { "Content-Encoding: ,a ,\tb,,", "b a" },
    { "Content-Encoding: x-gzip", "x-gzip" },
    { "Content-Encoding: identity,identity,identity,identity,gzip", "gzip" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);
      g_auto (GStrv) codings = tern_coding_list_read (headers, &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      joined = g_strjoinv (" ", codings);
      g_assert_cmpstr (joined, ==, rows[i].codings);
    }
}

static void
test_bad (void)
{
  static const char *const rows[] = {
    "Content-Encoding: a, b, c, d",
    "Content-Encoding: a\nContent-Encoding: b\nContent-Encoding: c\nContent-Encoding: gzip",
    "Content-Encoding: gzip;q=1",
    "Content-Encoding: \"gzip\"",
    "Content-Encoding: gzip deflate",
    "Content-Encoding: gz\xEFip",
    "Content-Encoding: gzip, \"",
    "Content-Encoding: gzip/deflate",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernHeaders) headers = fields_new (rows[i]);
      g_auto (GStrv) codings = tern_coding_list_read (headers, &error);

      g_assert_null (codings);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coding-list/good", test_good);
  g_test_add_func ("/coding-list/bad", test_bad);
  return g_test_run ();
}
