/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The auth stage in rounds: next credentials, next offer, stale, continued, and an end to it all.
 */

#include "fake-schemes.h"
#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

#define AGAIN UP_TO_AUTH "~ auth, " FROM_CODING
#define ASKS(challenge, ...)                                                                       \
  EXCHANGE (.asked = "GET /a", .status = 401, .body = "who?",                                      \
            .fields = "WWW-Authenticate: " challenge, __VA_ARGS__)
#define LETS_IN(...) EXCHANGE (.asked = "GET /a", .status = 200, .body = "in", __VA_ARGS__)

static void
add (Script *s, const char *name, const char *domain)
{
  g_autoptr (TernCredentials) credentials = tern_credentials_new (name, "secret");
  GPtrArray *list = tern_domain_credentials_list_copy (s->settings->credentials);

  g_ptr_array_add (list, tern_domain_credentials_new (credentials, domain));
  g_ptr_array_unref (s->settings->credentials);
  s->settings->credentials = list;
}

/* The strongest offer, wherever it stands; remembered, and then said without being asked. */
static void
test_strongest (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    ASKS ("Weak, Other x=y, Strong nonce=\"1\"", .sent = "Authorization:"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1"),
  };
  static const Step second[] = { LETS_IN (.sent = "Authorization: Strong me 1") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run (&s, first, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, second, DOWN UP);
  script_assert_status (&s, 200);
}

static void
test_next_credentials (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Strong nonce=\"1\"", .sent = "Authorization:"),
    DRAIN,
    ASKS ("Strong nonce=\"2\"", .sent = "Authorization: Strong one 1"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong two 2"),
  };
  static const Step refused[] = {
    ASKS ("Strong nonce=\"1\"", .sent = "Authorization:"),
    DRAIN,
    ASKS ("Strong nonce=\"2\"", .sent = "Authorization: Strong one 1"),
    DRAIN,
    ASKS ("Strong nonce=\"2\"", .sent = "Authorization: Strong two 2"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "elsewhere", "other.example");
  add (&s, "one", NULL);
  add (&s, "mute", NULL); /* has no answer: costs no round */
  add (&s, "two", "ORIGIN.example");
  script_run (&s, refused, DOWN AGAIN AGAIN UP);
  script_assert_status (&s, 401);
  g_assert_nonnull (s.flow->result.body);
  script_run (&s, steps, DOWN AGAIN AGAIN UP);
  script_assert_status (&s, 200);
}

/* What a scheme refuses is left for the next offer; what nobody can answer comes up at once. */
static void
test_next_offer (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Strong alg=unknown, Strong alg=unknown, Weak"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Weak me"),
  };
  static const Step none[] = { ASKS ("Strong alg=unknown, Other, \"") };
  static const Step no_challenge[] = { EXCHANGE (.asked = "GET /a", .status = 401) };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run (&s, none, DOWN UP);
  script_assert_status (&s, 401);
  script_run (&s, no_challenge, DOWN UP);
  script_assert_status (&s, 401);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

/* A refused password is not tried with a weaker scheme. */
static void
test_no_downgrade (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Strong nonce=\"1\", Weak"),
    DRAIN,
    ASKS ("Strong nonce=\"2\", Weak", .sent = "Authorization: Strong me 1"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 401);
}

static void
test_stale (gboolean async, gconstpointer data)
{
  static const Step once[] = {
    ASKS ("Strong nonce=\"1\""),
    DRAIN,
    ASKS ("Weak, Strong nonce=\"2\", stale=true", .sent = "Authorization: Strong me 1"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 2"),
  };
  static const Step remembered[] = {
    ASKS ("Strong nonce=\"3\", stale=true", .sent = "Authorization: Strong me 2"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 3"),
  };
  /* Stale for ever is wrong. */
  static const Step ever[] = {
    ASKS ("Strong nonce=\"4\", stale=true", .sent = "Authorization: Strong me 3"),
    DRAIN,
    ASKS ("Strong nonce=\"5\", stale=true", .sent = "Authorization: Strong me 4"),
    DRAIN,
    ASKS ("Strong nonce=\"6\", stale=true", .sent = "Authorization: Strong me 5"),
    DRAIN,
    ASKS ("Strong nonce=\"7\"", .sent = "Authorization: Strong me 6"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run (&s, once, DOWN AGAIN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, remembered, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, ever, DOWN AGAIN AGAIN AGAIN UP);
  script_assert_status (&s, 401);
}

/* A scheme of several rounds, without an end: the stage has one. */
static void
test_bounded (gboolean async, gconstpointer data)
{
  static const Step step[] = { ASKS ("Strong nonce=\"1\", step=1"), DRAIN };
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_auto (Script) s;

  for (guint i = 0; i < 10; i++)
    g_array_append_vals (steps, step, 2);
  g_array_append_vals (steps, step, 1);
  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run_at (G_STRLOC, &s, (const Step *)(gpointer)steps->data, steps->len, NULL);
  script_assert_status (&s, 401);
  g_assert_cmpuint (s.flow->n_again, ==, 10);
}

/* What opened the door and does not any more is forgotten, and tried anew where that makes sense.
 */
static void
test_forgets (gboolean async, gconstpointer data)
{
  static const Step opens[] = {
    ASKS ("Strong nonce=\"1\""),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1"),
  };
  static const Step closes[] = {
    ASKS ("Strong nonce=\"2\"", .sent = "Authorization: Strong me 1"),
    DRAIN,
    ASKS ("Strong nonce=\"3\"", .sent = "Authorization: Strong me 2"),
  };
  static const Step unknown[] = {
    ASKS ("Strong nonce=\"4\"", .sent = "Authorization:"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 4"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  script_run (&s, opens, DOWN AGAIN UP);
  script_run (&s, closes, DOWN AGAIN UP);
  script_assert_status (&s, 401);
  script_run (&s, unknown, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

static void
test_preemptive (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Weak", .sent = "Authorization: Weak one"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Weak two"), /* not one once more */
  };
  static const Step stronger[] = {
    ASKS ("Strong nonce=\"1\"", .sent = "Authorization: Weak one"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong one 1"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.settings->preemptive_auth = TRUE;
  add (&s, "one", NULL);
  add (&s, "two", NULL);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  tern_auth_memory_unref (s.settings->auth_memory);
  s.settings->auth_memory = tern_auth_memory_new ();
  script_run (&s, stronger, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

static void
test_own_field (gboolean async, gconstpointer data)
{
  static const Step steps[] = { ASKS ("Strong nonce=\"1\"", .sent = "Authorization: mine") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", NULL);
  tern_headers_append (tern_request_get_headers (s.request), "AUTHORIZATION", "mine");
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 401);
}

static void
test_body (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 401, .fields = "WWW-Authenticate: Weak",
              .touches_body = TRUE),
    DRAIN,
    EXCHANGE (.asked = "POST /a", .status = 200, .sent = "Authorization: Weak me"),
  };
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  add (&s, "me", NULL);
  script_body (&s, FALSE);
  script_run_at (G_STRLOC, &s, steps, 1, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
  g_assert_cmpuint (s.flow->result.failure->response->status, ==, 401);
  script_body (&s, TRUE);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

/* The answer goes with its hop: beneath a redirect everything starts anew. */
static void
test_other_hop (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Strong nonce=\"1\""),
    DRAIN,
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: //other.example/b",
              .sent = "Authorization: Strong me 1"),
    DRAIN,
    EXCHANGE (.asked = "GET other.example/b", .status = 401,
              .fields = "WWW-Authenticate: Strong nonce=\"9\"", .sent = "Authorization:"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me", "origin.example");
  script_run (&s, steps, DOWN AGAIN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP);
  script_assert_status (&s, 401);
}

/* What was meant for https is not shown over http; the proof of it may be. */
static void
test_step_down (gboolean async, gconstpointer data)
{
  static const Step shown[] = {
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: http://origin.example/a"),
    DRAIN,
    ASKS ("Weak", .sent = "Authorization:"),
  };
  static const Step hidden[] = {
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: http://origin.example/a"),
    DRAIN,
    ASKS ("Weak, Strong nonce=\"1\""),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1"),
  };
  static const Step allowed[] = {
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: http://origin.example/b"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .status = 401, .fields = "WWW-Authenticate: Weak"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .status = 200, .sent = "Authorization: Weak me"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  g_clear_object (&s.request);
  s.request = tern_request_new ("GET", "https://origin.example/a");
  add (&s, "me", "origin.example");
  script_run (&s, shown, DOWN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP);
  script_assert_status (&s, 401);
  s.settings->preemptive_auth = TRUE;
  s.settings->allow_auth_downgrade = FALSE;
  script_run (&s, hidden, NULL);
  script_assert_status (&s, 200);
  s.settings->preemptive_auth = FALSE;
  s.settings->allow_auth_downgrade = TRUE;
  script_run (&s, allowed, NULL);
  script_assert_status (&s, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/auth/strongest", test_strongest, NULL);
  tern_test_add_both ("/flow/auth/next-credentials", test_next_credentials, NULL);
  tern_test_add_both ("/flow/auth/next-offer", test_next_offer, NULL);
  tern_test_add_both ("/flow/auth/no-downgrade", test_no_downgrade, NULL);
  tern_test_add_both ("/flow/auth/stale", test_stale, NULL);
  tern_test_add_both ("/flow/auth/bounded", test_bounded, NULL);
  tern_test_add_both ("/flow/auth/forgets", test_forgets, NULL);
  tern_test_add_both ("/flow/auth/preemptive", test_preemptive, NULL);
  tern_test_add_both ("/flow/auth/own-field", test_own_field, NULL);
  tern_test_add_both ("/flow/auth/body", test_body, NULL);
  tern_test_add_both ("/flow/auth/other-hop", test_other_hop, NULL);
  tern_test_add_both ("/flow/auth/step-down", test_step_down, NULL);
  return g_test_run ();
}
