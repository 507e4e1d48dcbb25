/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an unsafe request makes invalid. */
#include "policy/tern-cache-invalidation.h"

#include "test-fields.h"

static void
test_invalidated (void)
{
  static const struct
  {
    const char *method;
    guint status;
    const char *answered, *keys;
  } rows[] = {
    { "GET", 200, "Location: /y", "" },
    { "HEAD", 200, "", "" },
    { "OPTIONS", 200, "", "" },
    { "TRACE", 200, "", "" },
    { "POST", 200, "", "http://a/x" },
    { "PUT", 201, "", "http://a/x" },
    { "DELETE", 204, "", "http://a/x" },
    { "PATCH", 302, "", "http://a/x" },
    { "WHATEVER", 200, "", "http://a/x" },
    { "get", 200, "", "http://a/x" },
    { "POST", 400, "Location: /y", "" },
    { "POST", 500, "", "" },
    { "PUT", 404, "Location: /y", "" },
    { "PUT", 409, "", "" },
    { "PUT", 599, "", "" },
    /* Our own If-Match was out of date; or nobody knows what came of it. */
    { "PUT", 412, "Location: /y", "http://a/x" },
    { "GET", 412, "", "" },
    { "POST", 0, "", "http://a/x" },
    { "GET", 0, "", "" },
    { "POST", 304, "", "http://a/x" },
    { "POST", 399, "Content-Location: ?y", "http://a/x|http://a/x?y" },
    { "POST", 102, "", "" },
    { "POST", 201, "Location: /y\nContent-Location: z", "http://a/x|http://a/y|http://a/z" },
    { "POST", 201, "Location: http://A:80/y#f", "http://a/x|http://a/y" },
    { "POST", 201, "Location: /x", "http://a/x" },
    { "POST", 201, "Location: http://b/y\nContent-Location: https://a/y", "http://a/x" },
    { "POST", 201, "Location: http://a:81/y", "http://a/x" },
    { "POST", 201, "Location: //b/y", "http://a/x" },
    { "POST", 201, "Location: ftp://a/y", "http://a/x" },
    { "POST", 201, "Location: /y\nLocation: /z", "http://a/x" },
    { "POST", 201, "Location: http://a:junk/", "http://a/x" },
  };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://u:p@a/x#f", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TernCacheRequest request = { rows[i].method, uri, NULL, NULL, NULL };
      const TernCacheRequest part = { rows[i].method, uri, "p", NULL, NULL };
      g_autoptr (TernHeaders) answered = fields_new (rows[i].answered);
      g_auto (GStrv) keys = tern_cache_invalidated_keys (&request, NULL, rows[i].status, answered);
      g_auto (GStrv) part_keys
        = tern_cache_invalidated_keys (&part, NULL, rows[i].status, answered);
      g_autofree char *joined = g_strjoinv ("|", keys);

      g_assert_cmpstr (joined, ==, rows[i].keys);
      g_assert_cmpuint (g_strv_length (part_keys), ==, g_strv_length (keys));
      for (gsize k = 0; part_keys[k]; k++)
        g_assert_true (g_str_has_suffix (part_keys[k], " p"));
    }
}

/* What is safe is the program's to say. */
static void
test_safe_methods (void)
{
  static const char *const safe[] = { "GET", "REPORT", NULL };
  static const char *const methods[] = { "REPORT", "GET", "HEAD" };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/x", NULL);
  g_autoptr (TernHeaders) answered = tern_headers_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const TernCacheRequest request = { methods[i], uri, NULL, NULL, NULL };
      g_auto (GStrv) keys = tern_cache_invalidated_keys (&request, safe, 200, answered);
      g_auto (GStrv) none = tern_cache_invalidated_keys (&request, safe, 0, NULL);

      g_assert_cmpuint (g_strv_length (keys), ==, i == 2);
      g_assert_cmpuint (g_strv_length (none), ==, i == 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-invalidation/keys", test_invalidated);
  g_test_add_func ("/cache-invalidation/safe-methods", test_safe_methods);
  return g_test_run ();
}
