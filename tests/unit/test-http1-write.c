/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request, and what may not get into it. */
#include <string.h>
#include <tern/tern-error.h>

#include "http1/tern-http1-write.h"

static void
test_method (void)
{
  static const char *const good[] = { "GET", "get", "M-SEARCH", "X", "!#$%&'*+-.^_`|~09" };
  static const char *const bad[] = { "",         " ",       "GET ",    " GET", "GE T",    "GET\r\n",
                                     "GET\tx",   "G\x7FT",  "G\xC3\xBC", "G,T",  "GET / HTTP/1.1",
                                     "G\x01" "T", "\"GET\"", "G:T",     "G/T",  "G(T)",    NULL };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tern_http1_check_method (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tern_http1_check_method (bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_METHOD);
      g_assert_null (strpbrk (error->message, "\r\n"));
    }
}

static void
test_target (void)
{
  static const char *const good[] = { "/", "/a?b", "*", "h:443", "http://h/", "/%00%0A~!" };
  static const char *const bad[]
      = { "",      "/a b",  " /",        "/ ",    "/a\r\nX: y", "/a\nb", "/a\rb",
          "/a\tb", "/\x7F", "/\xC3\xBC", "/\x01", "/\xFF",      NULL };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tern_http1_check_target (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tern_http1_check_target (bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
    }
}

static void
test_head (void)
{
  static const TernHttp1Field fields[]
      = { { "Host", "h", 4, 1 }, { "Empty", "", 5, 0 }, { "Cut", "values", 3, 5 } };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  tern_http1_write_head (out, "GET", "/x?y", fields, 3);
  tern_http1_write_head (out, "POST", "*", NULL, 0);
  g_byte_array_append (out, (const guint8 *) "", 1);
  g_assert_cmpstr ((const char *) out->data, ==,
                   "GET /x?y HTTP/1.1\r\nHost: h\r\nEmpty: \r\nCut: value\r\n\r\n"
                   "POST * HTTP/1.1\r\n\r\n");
}

static void
test_chunk_line (void)
{
  static const gsize sizes[] = { 0, 1, 9, 10, 15, 16, 255, 256, 65536, G_MAXUINT32, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *wanted = g_strdup_printf ("%zx\r\n", sizes[i]);
      char line[20];
      const gsize len = tern_http1_write_chunk_line (line, sizes[i]);

      g_assert_cmpmem (line, len, wanted, strlen (wanted));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http1/write/method", test_method);
  g_test_add_func ("/http1/write/target", test_target);
  g_test_add_func ("/http1/write/head", test_head);
  g_test_add_func ("/http1/write/chunk-line", test_chunk_line);
  return g_test_run ();
}
