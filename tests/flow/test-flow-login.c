/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a login asks for between its rounds, and what it remembers behind them: a person, the hash
 * of the body, the server's own proof and next nonce, and that a server once asked for more. */
#include <string.h>
#include <tern/tern-error.h>

#include "engine/tern-auth-memory.h"
#include "fake-schemes.h"
#include "message/tern-response-private.h"
#include "script.h"

#define AGAIN UP_TO_AUTH "~ auth, " FROM_CODING
#define ASKS(challenge, ...)                                                                       \
  EXCHANGE (.asked = "GET /a", .status = 401, .body = "who?",                                      \
            .fields = "WWW-Authenticate: " challenge, __VA_ARGS__)
#define LETS_IN(...) EXCHANGE (.asked = "GET /a", .status = 200, .body = "in", __VA_ARGS__)

static void
add (Script *s, const char *name)
{
  g_autoptr (TernCredentials) credentials = tern_credentials_new (name, "secret");
  GPtrArray *list = tern_domain_credentials_list_copy (s->settings->credentials);

  g_ptr_array_add (list, tern_domain_credentials_new (credentials, NULL));
  g_ptr_array_unref (s->settings->credentials);
  s->settings->credentials = list;
}

/* ---- the person ---- */

/* Asked when the program's own are used up, about the strongest offer that can be answered; asked
 * again when they were wrong; what opened is remembered. */
static void
test_person (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    ASKS ("Strong nonce=\"1\", Weak", .sent = "Authorization:"),
    DRAIN,
    ASKS ("Strong nonce=\"2\"", .sent = "Authorization: Strong wrong 1"),
    KEEP,
    PERSON ("strong 1", .body = "mistyped"),
    DRAIN,
    ASKS ("Strong nonce=\"3\"", .sent = "Authorization: Strong mistyped 2"),
    KEEP,
    PERSON ("strong 2", .body = "me"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 3"),
  };
  static const Step second[] = { LETS_IN (.sent = "Authorization: Strong me 3") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.has_person = TRUE;
  add (&s, "wrong");
  script_run (&s, first, DOWN AGAIN AGAIN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, second, DOWN UP);
}

/* Who has nothing to say gets the refusal, its body still to be read. */
static void
test_silent_person (gboolean async, gconstpointer data)
{
  static const Step steps[] = { ASKS ("Weak"), KEEP, PERSON ("weak 1") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.has_person = TRUE;
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 401);
  g_assert_nonnull (s.flow->result.body);
}

/* Nobody is asked about what could not be answered anyway. */
static void
test_no_question (gboolean async, gconstpointer data)
{
  static const Step steps[] = { ASKS ("Other x=y, Strong alg=unknown") };
  static const Step nothing[] = { ASKS ("") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.has_person = TRUE;
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 401);
  script_run (&s, nothing, DOWN UP);
  script_assert_status (&s, 401);
}

static void
test_late_person (gboolean async, gconstpointer data)
{
  static const Step steps[]
      = { ASKS ("Weak"), KEEP,
          PERSON ("weak 1", .domain = g_io_error_quark, .code = G_IO_ERROR_TIMED_OUT) };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.has_person = TRUE;
  script_run (&s, steps, DOWN UP);
  script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* A person who never tires does not keep it going for ever. */
static void
test_tireless_person (gboolean async, gconstpointer data)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_auto (Script) s;

  for (guint i = 0; i < 10; i++)
    {
      static char questions[10][16];
      const Step asks = ASKS ("Weak"), keep = KEEP, drain = DRAIN;
      Step person = PERSON (NULL, .body = "me again");

      g_snprintf (questions[i], sizeof questions[i], "weak %u", i + 1);
      person.asked = questions[i];
      g_array_append_val (steps, asks);
      g_array_append_val (steps, keep);
      g_array_append_val (steps, person);
      g_array_append_val (steps, drain);
    }
  {
    const Step last = ASKS ("Weak");

    g_array_append_val (steps, last);
  }
  script_init (&s, async, "GET", "/a");
  s.has_person = TRUE;
  script_run_at (G_STRLOC, &s, (const Step *)(gpointer)steps->data, steps->len, NULL);
  script_assert_status (&s, 401);
}

/* ---- offers ---- */

/* An offer that a plugin refuses costs no request: the next one is taken. */
static void
test_next_offer (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    ASKS ("Strong alg=unsupported, Strong nonce=\"1\"", .sent = "Authorization:"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1"),
  };
  static const Step weaker[] = {
    ASKS ("Strong alg=unsupported, Weak"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Weak me"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me");
  script_run (&s, weaker, DOWN AGAIN UP);
  tern_auth_memory_unref (s.settings->auth_memory);
  s.settings->auth_memory = tern_auth_memory_new ();
  script_run (&s, steps, DOWN AGAIN UP);
}

/* Alone it is an error, with the refusal in the failure; without credentials it is the refusal. */
static void
test_unsupported (gboolean async, gconstpointer data)
{
  static const Step steps[] = { ASKS ("Strong alg=unsupported") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 401);
  add (&s, "me");
  script_run (&s, steps, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION);
  g_assert_cmpuint (s.flow->result.failure->response->status, ==, 401);
}

/* ---- the body ---- */

static void
test_hash (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 401, .touches_body = TRUE,
              .fields = "WWW-Authenticate: Strong nonce=\"1\", sign=1, algorithm=MD5-sess"),
    HASH ("MD5", .body = "cafe"),
    DRAIN,
    EXCHANGE (.asked = "POST /a", .status = 200, .sent = "Authorization: Strong me 1 cafe"),
  };
  static const Step again[] = {
    HASH ("MD5", .body = "beef"),
    EXCHANGE (.asked = "POST /a", .status = 200, .sent = "Authorization: Strong me 1 beef"),
  };
  static const Step unreadable[] = {
    HASH ("MD5"),
    EXCHANGE (.asked = "POST /a", .status = 200, .sent = "Authorization:"),
  };
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  script_body (&s, TRUE);
  add (&s, "me");
  script_run (&s, steps, NULL);
  script_assert_status (&s, 200);
  script_run (&s, again, NULL);
  script_run (&s, unreadable, NULL);
}

/* Bytes are hashed on the spot; a stream that cannot be read twice not at all. */
static void
test_hash_of_bytes (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 401,
              .fields = "WWW-Authenticate: Strong nonce=\"1\", sign=1, algorithm=SHA-256"),
    DRAIN,
    EXCHANGE (.asked = "POST /a", .status = 200,
              .sent = "Authorization: Strong me 1 841a2d689ad86bd1611447453c22c6fc"),
  };
  static const Step once[] = {
    EXCHANGE (.asked = "POST /a", .status = 401,
              .fields = "WWW-Authenticate: Strong nonce=\"1\", sign=1"),
  };
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  add (&s, "me");
  script_body (&s, FALSE);
  script_run (&s, once, DOWN UP);
  script_assert_status (&s, 401);
  tern_request_set_body_bytes (s.request, NULL, body);
  script_run (&s, steps, DOWN AGAIN UP);
}

/* ---- success ---- */

static void
test_count_and_next_nonce (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    ASKS ("Strong nonce=\"1\", count=1"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1 1"),
  };
  static const Step second[] = { LETS_IN (.sent = "Authorization: Strong me 1 2",
                                          .fields = "Authentication-Info: nextnonce=\"n2\"") };
  static const Step third[] = { LETS_IN (.sent = "Authorization: Strong me n2 1",
                                         .fields = "Authentication-Info: ,=,nextnonce=\"\"") };
  static const Step fourth[] = { LETS_IN (.sent = "Authorization: Strong me n2 2") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me");
  script_run (&s, first, DOWN AGAIN UP);
  script_run (&s, second, DOWN UP);
  script_run (&s, third, DOWN UP);
  script_run (&s, fourth, DOWN UP);
}

/* A server that cannot show what it should know is asked to ask again. */
static void
test_bad_proof (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    ASKS ("Strong nonce=\"1\""),
    DRAIN,
    LETS_IN (.sent = "Authorization: Strong me 1"),
  };
  static const Step bad[] = { LETS_IN (.sent = "Authorization: Strong me 1",
                                       .fields = "Authentication-Info: rspauth=\"bad\"") };
  static const Step unknown[] = { LETS_IN (.sent = "Authorization:") };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me");
  script_run (&s, first, DOWN AGAIN UP);
  script_run (&s, bad, DOWN UP);
  script_assert_status (&s, 200);
  script_run (&s, unknown, DOWN UP);
}

/* ---- a step back ---- */

static void
test_downgrade (gboolean async, gconstpointer data)
{
  static const Step strong[] = {
    ASKS ("Strong nonce=\"1\", Weak"),
    DRAIN,
    ASKS ("Weak", .sent = "Authorization: Strong me 1"),
  };
  static const Step weak[] = { ASKS ("Weak", .sent = "Authorization:") };
  static const Step allowed[] = {
    ASKS ("Weak"),
    DRAIN,
    LETS_IN (.sent = "Authorization: Weak me"),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  add (&s, "me");
  add (&s, "other");
  script_run (&s, strong, DOWN AGAIN UP);
  script_assert_status (&s, 401);
  script_run (&s, weak, DOWN UP);
  script_assert_status (&s, 401);
  s.settings->preemptive_auth = TRUE;
  script_run (&s, weak, DOWN UP);
  s.settings->preemptive_auth = FALSE;
  s.settings->allow_auth_downgrade = TRUE;
  script_run (&s, allowed, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

/* A server that asks for Digest all over does not make the client forget that others did. */
static void
test_many_guards (gboolean async, gconstpointer data)
{
  TernAuthMemory *memory = tern_auth_memory_new ();
  g_autoptr (TernUri) first = tern_uri_parse ("http://first.example/a/", NULL);
  g_autoptr (TernUri) many = tern_uri_parse ("http://many.example/elsewhere", NULL);

  tern_auth_memory_guard (memory, first, NULL, NULL);
  g_assert_false (tern_auth_memory_is_guarded (memory, many, NULL));
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *text = g_strdup_printf ("http://many.example/%u/", i);
      g_autoptr (TernUri) uri = tern_uri_parse (text, NULL);

      tern_auth_memory_guard (memory, uri, NULL, NULL);
    }
  g_assert_true (tern_auth_memory_is_guarded (memory, first, NULL));
  g_assert_true (tern_auth_memory_is_guarded (memory, many, NULL));
  g_assert_false (tern_auth_memory_is_guarded (memory, many, "other"));
  tern_auth_memory_unref (memory);
}

#define TEST(name, function) tern_test_add_both ("/flow/login/" name, function, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("person", test_person);
  TEST ("silent-person", test_silent_person);
  TEST ("no-question", test_no_question);
  TEST ("late-person", test_late_person);
  TEST ("tireless-person", test_tireless_person);
  TEST ("next-offer", test_next_offer);
  TEST ("unsupported", test_unsupported);
  TEST ("hash", test_hash);
  TEST ("hash-of-bytes", test_hash_of_bytes);
  TEST ("count-and-next-nonce", test_count_and_next_nonce);
  TEST ("bad-proof", test_bad_proof);
  TEST ("downgrade", test_downgrade);
  TEST ("many-guards", test_many_guards);
  return g_test_run ();
}
