/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which response stands for which error, over every code there is. */
#include "client/tern-error-response.h"

#include <string.h>
#include <tern/tern-enum-types.h>

static const char uri_text[] = "http://a.example/x";

static TernResponse *
make_carried (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse (uri_text, NULL);
  TernHeaders *headers = tern_headers_new ();

  tern_headers_append (headers, "X-Own", "kept");
  tern_headers_append (headers, "Status", "a server's own");
  return tern_response_new (302, 10, g_strdup ("Found"), headers, uri);
}

static void
assert_text (TernResponse *response, const char *text)
{
  g_autofree char *length = g_strdup_printf ("%zu", strlen (text));
  g_autofree char *found = tern_response_get_header (response, "Content-Length");

  g_assert_cmpmem (g_bytes_get_data (response->content, NULL), g_bytes_get_size (response->content),
                   text, strlen (text));
  g_assert_cmpstr (found, ==, length);
  g_assert_cmpstr (tern_headers_get (response->headers, "content-type"), ==, "text/plain");
}

/* Those of httplib2's HttpLib2ErrorWithResponse. */
static gboolean
carries_response (int code)
{
  return code == TERN_ERROR_REDIRECT_MISSING_LOCATION || code == TERN_ERROR_REDIRECT_LIMIT
         || code == TERN_ERROR_DECOMPRESS_FAILED || code == TERN_ERROR_UNSUPPORTED_DIGEST_OPTION
         || code == TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION;
}

static void
check_code (int code)
{
  g_autoptr (GError) error = g_error_new_literal (TERN_ERROR, code, "the message");
  g_autoptr (TernFailure) failure = tern_failure_new (TERN_PHASE_NONE);
  g_autoptr (TernUri) uri = tern_uri_parse (uri_text, NULL);
  g_autoptr (TernResponse) response = NULL;

  failure->response = make_carried ();
  failure->response->previous = make_carried ();
  response = tern_error_response_new (error, failure, uri, uri_text);
  g_assert_true (response->previous == failure->response->previous);
  g_assert_cmpstr (tern_response_get_uri (response), ==, uri_text);
  g_assert_false (response->from_cache);
  if (carries_response (code))
    {
      g_assert_cmpuint (response->status, ==, 500);
      g_assert_cmpuint (response->version, ==, 10);
      g_assert_cmpstr (response->reason, ==, "the message");
      g_assert_cmpstr (tern_headers_get (response->headers, "status"), ==, "302");
      g_assert_cmpstr (tern_headers_get (response->headers, "X-Own"), ==, "kept");
      g_assert_null (response->content);
    }
  else
    {
      g_assert_cmpuint (response->status, ==, 400);
      g_assert_cmpstr (response->reason, ==, "Bad Request");
      g_assert_cmpstr (tern_headers_get (response->headers, "status"), ==, "400");
      g_assert_null (tern_headers_get (response->headers, "X-Own"));
      assert_text (response, "the message");
    }
  /* What was on the wire stays as it was. */
  g_assert_cmpuint (failure->response->status, ==, 302);
  g_assert_cmpstr (failure->response->reason, ==, "Found");
  g_assert_cmpstr (tern_headers_get (failure->response->headers, "Status"), ==, "a server's own");
}

/* A code without a row fails here. */
static void
test_codes (void)
{
  GEnumClass *klass = g_type_class_ref (TERN_TYPE_ERROR);

  g_assert_cmpuint (klass->n_values, >, 30);
  for (guint i = 0; i < klass->n_values; i++)
    {
      if (tern_error_response_find_status (klass->values[i].value) == 0)
        g_error ("%s has no row", klass->values[i].value_name);
      check_code (klass->values[i].value);
    }
  g_assert_cmpuint (tern_error_response_find_status (klass->maximum + 1), ==, 0);
  g_type_class_unref (klass);
}

static void
test_io_codes (void)
{
  GEnumClass *klass = g_type_class_ref (G_TYPE_IO_ERROR_ENUM);

  for (guint i = 0; i < klass->n_values; i++)
    {
      const int code = klass->values[i].value;
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, code, "a host");
      g_autoptr (TernFailure) failure = tern_failure_new (TERN_PHASE_CONNECT);
      g_autoptr (TernUri) uri = tern_uri_parse (uri_text, NULL);
      const guint status = tern_error_response_get_status (error);
      g_autoptr (TernResponse) response = NULL;

      g_assert_cmpuint (status, ==,
                        code == G_IO_ERROR_CANCELLED   ? 0
                        : code == G_IO_ERROR_TIMED_OUT ? 408
                                                       : 400);
      if (status == 0)
        continue;
      failure->previous = make_carried ();
      response = tern_error_response_new (error, failure, uri, uri_text);
      g_assert_cmpuint (response->status, ==, status);
      g_assert_true (response->previous == failure->previous);
      g_assert_cmpstr (response->reason, ==, status == 408 ? "Request Timeout" : "Bad Request");
      g_assert_cmpstr (tern_headers_get (response->headers, "status"), ==,
                       status == 408 ? "408" : "400");
      assert_text (response, status == 408 ? "Request Timeout: a host" : "a host");
    }
  g_type_class_unref (klass);
}

/* Errors of others, codes of tomorrow, URIs that are none, redirects without their response. */
static void
test_rest (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no file");
  g_autoptr (GError) unknown = g_error_new_literal (TERN_ERROR, 12345, "new");
  g_autoptr (GError) alone
      = g_error_new_literal (TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, "round and round");
  g_autoptr (TernFailure) failure = tern_failure_new (TERN_PHASE_NONE);
  g_autoptr (TernResponse) response = tern_error_response_new (foreign, failure, NULL, "a\xff:b");

  g_assert_cmpuint (response->status, ==, 400);
  assert_text (response, "no file");
  g_assert_cmpstr (tern_response_get_uri (response), ==, "a\xef\xbf\xbd:b");
  g_assert_null (tern_headers_get (tern_response_get_headers (response), "content-location"));
  g_assert_null (response->previous);
  g_assert_cmpuint (tern_error_response_get_status (unknown), ==, 400);
  g_clear_object (&response);
  response = tern_error_response_new (alone, failure, NULL, NULL);
  g_assert_cmpuint (response->status, ==, 500);
  g_assert_cmpstr (response->reason, ==, "round and round");
  g_assert_cmpstr (tern_headers_get (response->headers, "status"), ==, "500");
  assert_text (response, "round and round");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error-response/codes", test_codes);
  g_test_add_func ("/error-response/io-codes", test_io_codes);
  g_test_add_func ("/error-response/rest", test_rest);
  return g_test_run ();
}
