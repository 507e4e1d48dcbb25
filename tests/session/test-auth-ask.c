/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernClient::authenticate: who is asked, about what, how often, in which thread; answered at once,
 * later, by another thread, or not at all. And Digest as a whole, with a server that counts. */

#include <tern/tern-challenge.h>
#include <tern/tern-credentials.h>

#include "session.h"

#include <string.h>

#define ASK "WWW-Authenticate: Basic realm=\"gate\"\r\n"
#define RIGHT "Basic bWU6cmlnaHQ=" /* me:right */

static void
on_gate (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *given = tern_origin_request_header (request, "Authorization");

  if (g_strcmp0 (given, RIGHT) == 0)
    tern_origin_reply (conn, 200, NULL, NULL, "come in");
  else
    tern_origin_reply (conn, 401, NULL, ASK, "who is there?");
}

typedef enum
{
  AT_ONCE,
  IN_HANDLER, /* by tern_request_authenticate() */
  BY_THREAD,  /* put off, another thread answers */
  BY_LOOP,    /* put off, the same loop answers: async only */
  NOBODY,     /* put off, and the answer is none */
  SILENT,     /* NULL */
} How;

typedef struct
{
  How how;
  guint n_wrong; /* answers that are wrong, before the right one */
  guint thinks;  /* ms, at least */
  guint n_asked;
  GThread *asking;
  GThread *answering;
} Person;

static TernCredentials *
think_of (Person *person)
{
  return tern_credentials_new ("me", person->n_asked > person->n_wrong ? "right" : "wrong");
}

typedef struct
{
  TernRequest *request;
  TernCredentials *credentials;
  guint delay; /* ms */
} Letter;

static void
deliver (Letter *letter)
{
  tern_request_authenticate (letter->request, letter->credentials);
  g_clear_pointer (&letter->credentials, tern_credentials_unref);
  g_object_unref (letter->request);
  g_free (letter);
}

/* The first word counts. Not so from another thread: by then the next question may be asked, and
 * the second word is the answer to that. */
static gboolean
deliver_twice (gpointer data)
{
  Letter *letter = data;
  g_autoptr (TernRequest) request = g_object_ref (letter->request);

  deliver (letter);
  tern_request_authenticate (request, NULL);
  return G_SOURCE_REMOVE;
}

static gpointer
deliver_slowly (gpointer data)
{
  Letter *letter = data;

  g_usleep (letter->delay * 1000);
  deliver (letter);
  return NULL;
}

static void
put_off (Person *person, TernRequest *request)
{
  Letter *letter = g_new (Letter, 1);

  *letter = (Letter){ g_object_ref (request), person->how == NOBODY ? NULL : think_of (person),
                      MAX (20, person->thinks) };
  tern_request_defer_authentication (request);
  if (person->how == BY_LOOP)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_callback (source, deliver_twice, letter, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      return;
    }
  if (person->answering)
    g_thread_join (person->answering);
  person->answering = g_thread_new ("person", deliver_slowly, letter);
}

static TernCredentials *
on_authenticate (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  Person *person = data;

  person->n_asked++;
  person->asking = g_thread_self ();
  g_assert_cmpstr (tern_challenge_get_scheme (challenge), ==, "basic");
  g_assert_cmpstr (tern_challenge_get_realm (challenge), ==, "gate");
  g_assert_false (tern_challenge_is_for_proxy (challenge));
  g_assert_cmpuint (tern_request_get_authentication_attempt (request), ==, person->n_asked);
  switch (person->how)
    {
    case AT_ONCE:
      return think_of (person);
    case IN_HANDLER:
      {
        g_autoptr (TernCredentials) credentials = think_of (person);

        tern_request_authenticate (request, credentials);
        return NULL;
      }
    case SILENT:
      return NULL;
    case BY_THREAD:
    case BY_LOOP:
    case NOBODY:
    default:
      put_off (person, request);
      return NULL;
    }
}

static void
person_init (Session *s, gboolean async, Person *person)
{
  session_init (s, async);
  tern_origin_add_route (s->origin, "", on_gate, NULL);
  tern_origin_add_route (s->origin, "/", on_gate, NULL);
  g_signal_connect (s->client, "authenticate", G_CALLBACK (on_authenticate), person);
}

static void
person_leave (Person *person)
{
  if (person->answering)
    g_thread_join (person->answering);
  person->answering = NULL;
}

static void
check_answered (gboolean async, How how)
{
  Person person = { .how = how, .n_wrong = 2 };
  g_auto (Session) s;

  person_init (&s, async, &person);
  session_get (&s, "/a", 200, "come in");
  person_leave (&person);
  g_assert_cmpuint (person.n_asked, ==, 3);
  g_assert_true (person.asking == g_thread_self ());
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 4);
  g_assert_cmpuint (tern_request_get_authentication_attempt (s.request), ==, 0);
  /* Nobody is asked again, and nothing is asked for. */
  session_get (&s, "/b", 200, "come in");
  g_assert_cmpuint (person.n_asked, ==, 3);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 5);
}

static void
test_answered (gboolean async, gconstpointer data)
{
  check_answered (async, GPOINTER_TO_INT (data));
}

/* Only an async call has a loop that runs meanwhile. */
static void
test_by_loop (void)
{
  check_answered (TRUE, BY_LOOP);
}

/* The refusal itself is the response, whole. */
static void
test_refused (gboolean async, gconstpointer data)
{
  Person person = { .how = GPOINTER_TO_INT (data) };
  g_auto (Session) s;

  person_init (&s, async, &person);
  session_get (&s, "/a", 401, "who is there?");
  person_leave (&person);
  g_assert_cmpuint (person.n_asked, ==, 1);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
}

/* The program's own credentials come first; with none there, nobody has to ask for the signal. */
static void
test_after_own (gboolean async, gconstpointer data)
{
  Person person = { .how = AT_ONCE };
  g_auto (Session) s;

  person_init (&s, async, &person);
  tern_client_add_credentials (s.client, "me", "right", NULL);
  session_get (&s, "/a", 200, "come in");
  g_assert_cmpuint (person.n_asked, ==, 0);
  session_ask (&s, "GET", "/b");
  session_header (&s, "Authorization", "Basic eDp5");
  session_fetch (&s);
  session_assert (&s, 401, "who is there?");
  g_assert_cmpuint (person.n_asked, ==, 0); /* the program's own field is its own affair */
}

/* The clock of the network does not run while somebody thinks. */
static void
test_time (gboolean async, gconstpointer data)
{
  Person person = { .how = BY_THREAD, .thinks = 1300 };
  const gint64 start = tern_test_watch_start ();
  g_auto (Session) s;

  person_init (&s, async, &person);
  tern_client_set_timeout (s.client, 1);
  session_get (&s, "/a", 200, "come in");
  person_leave (&person);
  g_assert_cmpfloat (tern_test_watch_ms (start), >, 1200);
}

static TernCredentials *
on_forgetful (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  tern_request_defer_authentication (request);
  return NULL;
}

/* Who puts it off and never comes back is bounded by the whole call's time. */
static void
test_never (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "/", on_gate, NULL);
  g_signal_connect (s.client, "authenticate", G_CALLBACK (on_forgetful), NULL);
  session_ask (&s, "GET", "/a");
  tern_request_set_total_timeout (s.request, 0.7);
  session_fetch (&s);
  session_assert_error (&s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  g_assert_cmpuint (tern_request_get_authentication_attempt (s.request), ==, 0);
}

/* ---- Digest ---- */

typedef struct
{
  guint next_nonce; /* of the server */
  guint uses;       /* of the last nonce */
  guint refused;
} Bank;

/* Takes each nonce three times, counts by nc, and names the next one with the third. */
static void
on_bank (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Bank *bank = data;
  const char *given = tern_origin_request_header (request, "Authorization");
  g_autofree char *nonce = g_strdup_printf ("nonce=\"n%u\"", bank->next_nonce);
  g_autofree char *count = g_strdup_printf ("nc=%08x", bank->uses + 1);
  g_autofree char *challenge
      = g_strdup_printf ("WWW-Authenticate: Digest realm=\"bank\", %s, qop=\"auth\", "
                         "algorithm=SHA-256%s\r\nWWW-Authenticate: Basic realm=\"bank\"\r\n",
                         nonce, given && !strstr (given, nonce) ? ", stale=true" : "");
  g_autofree char *info = NULL;

  if (!given || !g_str_has_prefix (given, "Digest username=\"me\"") || !strstr (given, nonce)
      || !strstr (given, count))
    {
      bank->refused++;
      tern_origin_reply (conn, 401, NULL, challenge, "no");
      return;
    }
  if (++bank->uses == 3)
    {
      bank->uses = 0;
      bank->next_nonce++;
      info = g_strdup_printf ("Authentication-Info: nextnonce=\"n%u\"\r\n", bank->next_nonce);
    }
  tern_origin_reply (conn, 200, NULL, info, "money");
}

static void
test_digest (gboolean async, gconstpointer data)
{
  Bank bank = { 0 };
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "", on_bank, &bank);
  tern_origin_add_route (s.origin, "/", on_bank, &bank);
  tern_client_add_credentials (s.client, "me", "right", NULL);
  for (guint i = 0; i < 7; i++)
    session_get (&s, "/deep/path", 200, "money");
  g_assert_cmpuint (bank.refused, ==, 1);
  /* All of the origin is one space where no domain is named. */
  session_get (&s, "/other", 200, "money");
  g_assert_cmpuint (bank.refused, ==, 1);
  /* A nonce that the server has dropped meanwhile costs one request. */
  bank.next_nonce += 5;
  bank.uses = 0;
  session_get (&s, "/other", 200, "money");
  g_assert_cmpuint (bank.refused, ==, 2);
}

#define BOTH(name, function, data)                                                                 \
  tern_test_add_both ("/session/auth-ask/" name, function, GINT_TO_POINTER (data))

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  BOTH ("at-once", test_answered, AT_ONCE);
  BOTH ("in-handler", test_answered, IN_HANDLER);
  BOTH ("by-thread", test_answered, BY_THREAD);
  g_test_add_func ("/session/auth-ask/by-loop/async", test_by_loop);
  BOTH ("silent", test_refused, SILENT);
  BOTH ("nobody", test_refused, NOBODY);
  BOTH ("after-own", test_after_own, 0);
  BOTH ("time", test_time, 0);
  BOTH ("never", test_never, 0);
  BOTH ("digest", test_digest, 0);
  return g_test_run ();
}
