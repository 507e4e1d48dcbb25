/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader over bytes: read in pieces, or what is left taken at once. */
#include <gio/gio.h>

#include "io/tern-reader.h"

static void
assert_read (TernReader *reader, gsize len, const char *expected)
{
  char buffer[32];
  gsize n = 99;

  g_assert_cmpint (tern_reader_read (reader, buffer, len, &n, NULL, NULL), ==, TERN_STEP_DONE);
  g_assert_cmpmem (buffer, n, expected, strlen (expected));
}

static void
test_read (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("eleven bytes", 11);
  g_autoptr (TernReader) reader = tern_reader_new_bytes (bytes);

  g_assert_cmpint (tern_reader_get_remaining (reader), ==, 11);
  assert_read (reader, 4, "elev");
  g_assert_cmpint (tern_reader_get_remaining (reader), ==, 7);
  assert_read (reader, 32, "en byte");
  assert_read (reader, 32, "");
  g_assert_cmpint (tern_reader_get_remaining (reader), ==, 0);
}

/* The very bytes where nothing was read yet, else a slice of them; the end is read then. */
static void
test_take_rest (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("eleven bytes", 11);

  for (gsize at = 0; at <= 11; at += 4)
    {
      g_autoptr (TernReader) reader = tern_reader_new_bytes (bytes);
      g_autoptr (GBytes) rest = NULL;
      char buffer[32];
      gsize n;

      tern_reader_read (reader, buffer, at, &n, NULL, NULL);
      rest = tern_reader_take_rest (reader);
      g_assert_cmpmem (g_bytes_get_data (rest, NULL), g_bytes_get_size (rest),
                       &"eleven bytes"[at], 11 - at);
      g_assert_true (g_bytes_get_data (rest, NULL)
                     == (const char *) g_bytes_get_data (bytes, NULL) + at);
      g_assert_cmpint (tern_reader_get_remaining (reader), ==, 0);
      assert_read (reader, 32, "");
    }
}

/* A reader that has to read has nothing to hand out. */
static void
test_others (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("rest", 4);
  GByteArray *prefix = g_byte_array_new ();
  g_autoptr (TernReader) reader = NULL;

  g_byte_array_append (prefix, (const guint8 *) "first", 5);
  reader = tern_reader_new_prefix (prefix, tern_reader_new_bytes (bytes));
  g_assert_null (tern_reader_take_rest (reader));
  assert_read (reader, 5, "first");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader-bytes/read", test_read);
  g_test_add_func ("/reader-bytes/take-rest", test_take_rest);
  g_test_add_func ("/reader-bytes/others", test_others);
  return g_test_run ();
}
