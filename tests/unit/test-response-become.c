/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A response that nobody has seen becomes another one; one that somebody has seen does not. */
#include "message/tern-response-private.h"

static TernResponse *
make (TernUri *uri)
{
  TernHeaders *headers = tern_headers_new ();
  TernResponse *response;

  g_assert_true (tern_headers_append (headers, "A", "b"));
  response = tern_response_new (304, 10, g_strdup ("Not Modified"), headers, uri);
  response->timings.wait = 17;
  return response;
}

static gboolean
become (TernResponse *response, TernUri *uri)
{
  TernHeaders *headers = tern_headers_new ();
  char *reason = g_strdup ("OK");

  g_assert_true (tern_headers_append (headers, "C", "d"));
  if (tern_response_become (response, 200, 11, reason, headers, uri))
    return TRUE;
  g_free (reason);
  tern_headers_unref (headers);
  return FALSE;
}

static void
test_fresh (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/b", NULL);
  g_autoptr (TernUri) other = tern_uri_parse ("http://a/c", NULL);
  TernUri *const uris[] = { uri, other };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TernResponse) response = make (uri);

      g_assert_cmpstr (tern_response_get_uri (response), ==, "http://a/b");
      g_assert_true (become (response, uris[i]));
      g_assert_cmpuint (tern_response_get_status (response), ==, 200);
      g_assert_cmpuint (response->version, ==, 11);
      g_assert_cmpstr (tern_response_get_reason (response), ==, "OK");
      g_assert_cmpstr (tern_headers_get (tern_response_get_headers (response), "C"), ==, "d");
      g_assert_false (tern_headers_has (tern_response_get_headers (response), "A"));
      g_assert_cmpstr (tern_response_get_uri (response), ==, i ? "http://a/c" : "http://a/b");
      g_assert_cmpint (response->timings.wait, ==, 17);
    }
}

static void
test_seen (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/b", NULL);
  g_autoptr (TernResponse) held = make (uri), later = make (uri), read = make (uri);
  g_autoptr (TernResponse) again = g_object_ref (held);

  g_assert_false (become (held, uri));
  g_assert_cmpuint (tern_response_get_status (again), ==, 304);
  later->previous = make (uri);
  g_assert_false (become (later, uri));
  read->content = g_bytes_new_static ("x", 1);
  g_assert_false (become (read, uri));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/response-become/fresh", test_fresh);
  g_test_add_func ("/response-become/seen", test_seen);
  return g_test_run ();
}
