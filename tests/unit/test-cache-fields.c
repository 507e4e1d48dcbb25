/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fields may be stored. */
#include "policy/tern-cache-fields.h"

#include "test-fields.h"

static void
test_end_to_end (void)
{
  static const char *const rows[][2] = {
    { "", "" },
    { "A: b\nDate: x", "A: b\nDate: x" },
    { "Connection: close\nKeep-Alive: 5\nTE: x\nTrailer: y\nTransfer-Encoding: chunked\n"
      "Upgrade: h2c\nproxy-authenticate: x\nPROXY-AUTHORIZATION: x\nProxy-Connection: x\n"
      "Proxy-Authentication-Info: x\nETag: e",
      "ETag: e" },
    { "X-A: 1\nConnection: x-a, close\nX-B: 2\nx-a: 3\nconnection: X-B\nC: 4", "C: 4" },
    { "Connection: \"x-a\"\nX-A: 1", "X-A: 1" },
    { "Connection: ,,\nTrailers-X: 1", "Trailers-X: 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i][0]);
      g_autoptr (TernHeaders) kept = tern_cache_fields_end_to_end (headers);
      g_autofree char *text = fields_text (kept);

      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

static void
test_single (void)
{
  static const struct
  {
    const char *fields, *value;
  } rows[] = {
    { "", NULL },
    { "A: b", "b" },
    { "a: b\nX: y\nA: b", "b" },
    { "A: b\nA: c", NULL },
    { "A: b\nA: b\nA: bb", NULL },
    { "A:", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);
      const TernField *field = tern_cache_fields_single (headers, "A");

      g_assert_cmpstr (field ? tern_headers_value (headers, field) : NULL, ==, rows[i].value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-fields/end-to-end", test_end_to_end);
  g_test_add_func ("/cache-fields/single", test_single);
  return g_test_run ();
}
