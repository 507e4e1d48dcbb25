/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The coding stage: what it offers, and around which bodies it puts a decoder. */

#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

/* What is read of the body: @expected, or an error of that code. */
static void
assert_body (Script *s, const char *expected, int code)
{
  TernWait wait;
  char buffer[100];
  gsize n = 0;
  TernStep step;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (s->flow->result.body);
  tern_wait_init (&wait, NULL, NULL);
  step = tern_reader_read (s->flow->result.body, buffer, sizeof buffer, &n, &wait, &error);
  tern_wait_clear (&wait);
  if (!expected)
    {
      g_assert_cmpint (step, ==, TERN_STEP_FAILED);
      tern_test_assert_error (error, TERN_ERROR, code, NULL);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (step, ==, TERN_STEP_DONE);
  tern_test_assert_bytes (buffer, (gssize)n, expected, -1);
}

static void
test_offer (gboolean async, gconstpointer data)
{
  static const Step offered[] = {
    EXCHANGE (.asked = "GET /a", .status = 200, .sent = "Accept-Encoding: gzip, deflate"),
  };
  static const Step identity[] = {
    EXCHANGE (.asked = "GET /a", .status = 200, .sent = "Accept-Encoding: identity"),
  };
  static const Step own[] = {
    EXCHANGE (.asked = "GET /a", .status = 200, .sent = "Accept-Encoding: br"),
  };
  static const Step none[] = {
    EXCHANGE (.asked = "GET /a", .status = 200, .sent = "Accept-Encoding:"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, offered, DOWN UP);
  tern_request_set_accept_encoding (s.request, FALSE);
  script_run (&s, none, DOWN UP);
  tern_request_set_accept_encoding (s.request, TRUE);
  tern_headers_append (tern_request_get_headers (s.request), "Range", "bytes=1-");
  script_run (&s, identity, DOWN UP);
  tern_headers_append (tern_request_get_headers (s.request), "accept-encoding", "br");
  script_run (&s, own, DOWN UP);
}

/* The offer is there again after AGAIN from above. */
static void
test_offer_again (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: b",
              .sent = "Accept-Encoding: gzip, deflate"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .status = 200, .sent = "Accept-Encoding: gzip, deflate"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP);
}

static void
test_wrapped (gboolean async, gconstpointer data)
{
  static const struct
  {
    guint status;
    const char *fields;
    const char *body;
    const char *read; /* NULL: fails */
    gboolean decoded;
  } cases[] = {
    { 200, "Content-Encoding: gzip", "no gzip", NULL, TRUE },
    { 404, "Content-Encoding: x-gzip", "no gzip", NULL, TRUE },
    { 200, "Content-Encoding: gzip, gzip, gzip, gzip", "no gzip", NULL, FALSE },
    { 200, "Content-Encoding: gz ip", "no gzip", NULL, FALSE },
    { 206, "Content-Encoding: gzip", "no gzip", "no gzip", FALSE },
    { 200, "Content-Encoding: br", "no gzip", "no gzip", FALSE },
    { 200, "Content-Encoding: br, gzip", "no gzip", "no gzip", FALSE },
    { 200, "Content-Encoding: identity", "no gzip", "no gzip", FALSE },
    { 200, "Content-Encoding: ", "no gzip", "no gzip", FALSE },
    { 200, NULL, "no gzip", "no gzip", FALSE },
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Step steps[] = { EXCHANGE (.asked = "GET /a", .status = cases[i].status,
                                       .fields = cases[i].fields, .body = cases[i].body) };
      TernHeaders *headers;

      script_run (&s, steps, DOWN UP);
      script_assert_status (&s, cases[i].status);
      assert_body (&s, cases[i].read, TERN_ERROR_DECOMPRESS_FAILED);
      headers = s.flow->result.response->headers;
      g_assert_cmpint (tern_headers_has (headers, "-content-encoding"), ==, cases[i].decoded);
      g_assert_cmpint (tern_headers_has (headers, "Content-Encoding"), ==,
                       cases[i].fields && !cases[i].decoded);
    }
  {
    /* Raw deflate, chosen so that it has no NUL. */
    const Step steps[] = { EXCHANGE (.asked = "GET /a", .status = 200,
                                     .body = "\x2b\x49\x2d\xca\x53\x28\x41\x25\x12\x01",
                                     .fields = "Content-Encoding: deflate\nContent-Length: 10") };

    script_run (&s, steps, DOWN UP);
    g_assert_false (tern_headers_has (s.flow->result.response->headers, "Content-Length"));
    assert_body (&s, "tern tern tern tern a", 0);
  }
  tern_request_set_accept_encoding (s.request, FALSE);
  {
    const Step steps[] = { EXCHANGE (.asked = "GET /a", .status = 200, .body = "no gzip",
                                     .fields = "Content-Encoding: gzip") };

    script_run (&s, steps, DOWN UP);
    assert_body (&s, "no gzip", 0);
  }
}

/* Without a body there is nothing to undo. */
static void
test_no_body (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "HEAD /a", .status = 200,
              .fields = "Content-Encoding: gzip\nContent-Length: 20"),
  };
  g_auto (Script) s;

  script_init (&s, async, "HEAD", "/a");
  script_run (&s, steps, DOWN UP);
  g_assert_null (s.flow->result.body);
  g_assert_true (tern_headers_has (s.flow->result.response->headers, "Content-Length"));
  g_assert_true (tern_headers_has (s.flow->result.response->headers, "Content-Encoding"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/coding/offer", test_offer, NULL);
  tern_test_add_both ("/flow/coding/offer-again", test_offer_again, NULL);
  tern_test_add_both ("/flow/coding/wrapped", test_wrapped, NULL);
  tern_test_add_both ("/flow/coding/no-body", test_no_body, NULL);
  return g_test_run ();
}
