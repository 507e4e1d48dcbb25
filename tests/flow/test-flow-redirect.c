/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The redirect stage and the walker's bound. */

#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

#define MOVED .status = 301, .body = "moved"
#define AGAIN UP_TO_REDIRECT "~ redirect, " FROM_AUTH

static void
test_straight (gboolean async, gconstpointer data)
{
  static const Step steps[] = { EXCHANGE (.asked = "GET /a", .status = 200, .body = "a") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 200);
  g_assert_nonnull (s.flow->result.body);
  g_assert_null (s.flow->result.response->previous);
}

static void
test_chain (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: b", .sent = "Cookie: c"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", MOVED, .fields = "Location: //other.example/c",
              .sent = "Cookie: c"),
    DRAIN,
    EXCHANGE (.asked = "GET other.example/c", .status = 200, .sent = "Cookie:"),
  };
  TernResponse *hop;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  tern_headers_append (tern_request_get_headers (s.request), "Cookie", "c");
  script_run (&s, steps, DOWN AGAIN AGAIN UP);
  script_assert_status (&s, 200);
  g_assert_cmpuint (s.flow->n_again, ==, 2);
  hop = s.flow->result.response->previous;
  g_assert_cmpstr (hop->uri->target, ==, "/b");
  g_assert_cmpstr (hop->previous->uri->target, ==, "/a");
  g_assert_null (hop->previous->previous);
}

static void
test_limit (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: b"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", MOVED, .fields = "Location: c"),
  };
  TernFailure *failure;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.settings->max_redirects = 1;
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT);
  failure = s.flow->result.failure;
  g_assert_cmpstr (failure->response->uri->target, ==, "/b");
  g_assert_cmpstr (failure->response->previous->uri->target, ==, "/a");
  /* The request's own limit wins. */
  s.settings->max_redirects = 5;
  tern_request_set_max_redirects (s.request, 1);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT);
}

static void
test_missing_location (gboolean async, gconstpointer data)
{
  static const Step steps[] = { EXCHANGE (.asked = "GET /a", MOVED) };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_MISSING_LOCATION);
  g_assert_cmpuint (s.flow->result.failure->response->status, ==, 301);
}

/* A body that was read is needed again by 307, and not by 303. */
static void
test_body (gboolean async, gconstpointer data)
{
  static const Step kept[] = {
    EXCHANGE (.asked = "POST /a", .status = 308, .fields = "Location: b", .touches_body = TRUE,
              .sent = "Content-Type: text/plain"),
    DRAIN,
    EXCHANGE (.asked = "POST /b", .status = 200, .sent = "Content-Type: text/plain"),
  };
  static const Step dropped[] = {
    EXCHANGE (.asked = "POST /a", .status = 303, .fields = "Location: b", .touches_body = TRUE),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .status = 200, .sent = "Content-Type:"),
  };
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  script_body (&s, TRUE);
  script_run (&s, kept, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  g_assert_cmpint (s.flow->call.body.kind, ==, TERN_SOURCE_STREAM);
  script_run (&s, dropped, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  g_assert_cmpint (s.flow->call.body.kind, ==, TERN_SOURCE_NONE);
  script_body (&s, FALSE);
  script_run (&s, dropped, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run_at (G_STRLOC, &s, kept, 1, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
}

/* A failure passes; what is not to be followed passes. */
static void
test_pass (gboolean async, gconstpointer data)
{
  static const Step fails[] = {
    EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_RESOLVE },
              .domain = tern_error_quark, .code = TERN_ERROR_SERVER_NOT_FOUND),
  };
  static const Step fails_later[] = {
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: b"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .facts = { .phase = TERN_PHASE_RESOLVE },
              .domain = tern_error_quark, .code = TERN_ERROR_SERVER_NOT_FOUND),
  };
  static const Step moved[] = { EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: b") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, fails, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  script_run (&s, fails_later, DOWN AGAIN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  s.settings->follow_redirects = FALSE;
  script_run (&s, moved, DOWN UP);
  script_assert_status (&s, 301);
  g_assert_nonnull (s.flow->result.body);
}

/* Each hop begins anew: a fresh login, a fresh count of tries. */
static void
test_resets (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_CONNECT },
              .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED),
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: b"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .facts = { .phase = TERN_PHASE_CONNECT },
              .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED),
    EXCHANGE (.asked = "GET /b", .status = 200),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps,
              DOWN UP_TO_RETRY "~ retry, = exchange" AGAIN UP_TO_RETRY "~ retry, = exchange" UP);
  script_assert_status (&s, 200);
}

/* No mix of anything goes on for ever. */
static void
test_bound (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: a"),
    DRAIN,
    EXCHANGE (.asked = "GET /a", MOVED, .fields = "Location: a"),
    DRAIN,
  };
  g_autoptr (GArray) many = g_array_new (FALSE, FALSE, sizeof (Step));
  g_auto (Script) s;

  for (guint i = 0; i < 101; i++)
    g_array_append_vals (many, steps, 2);
  script_init (&s, async, "GET", "/a");
  tern_request_set_max_redirects (s.request, 100000);
  script_run_at (G_STRLOC, &s, (const Step *)(gpointer)many->data, many->len, NULL);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT);
  g_assert_cmpuint (s.flow->n_again, ==, 101);
}

/* What cannot be sent never reaches a stage. */
static void
test_bad_request (gboolean async, gconstpointer data)
{
  static const Step none[] = { DRAIN };
  g_auto (Script) s;

  script_init (&s, async, "G T", "/a");
  script_run_at (G_STRLOC, &s, none, 0, "");
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_INVALID_METHOD);
  tern_request_set_method (s.request, "GET");
  tern_request_set_uri (s.request, "/relative");
  script_run_at (G_STRLOC, &s, none, 0, "");
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_RELATIVE_URI);
  tern_request_set_uri (s.request, "gopher://x/");
  script_run_at (G_STRLOC, &s, none, 0, "");
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_SCHEME);
  tern_request_set_uri (s.request, "http://x/");
  tern_headers_append (tern_request_get_headers (s.request), "X", "a\nb");
  script_run_at (G_STRLOC, &s, none, 0, "");
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/redirect/straight", test_straight, NULL);
  tern_test_add_both ("/flow/redirect/chain", test_chain, NULL);
  tern_test_add_both ("/flow/redirect/limit", test_limit, NULL);
  tern_test_add_both ("/flow/redirect/missing-location", test_missing_location, NULL);
  tern_test_add_both ("/flow/redirect/body", test_body, NULL);
  tern_test_add_both ("/flow/redirect/pass", test_pass, NULL);
  tern_test_add_both ("/flow/redirect/resets", test_resets, NULL);
  tern_test_add_both ("/flow/walker/bound", test_bound, NULL);
  tern_test_add_both ("/flow/walker/bad-request", test_bad_request, NULL);
  return g_test_run ();
}
