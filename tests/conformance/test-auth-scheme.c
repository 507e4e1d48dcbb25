/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of authentication schemes, for any plugin: test-auth-scheme NAME [CHALLENGE]. */
#include <string.h>
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "plugin/tern-auth-request.h"
#include "tern-test-util.h"

static const char *scheme_name;
static const char *challenge_text;

static TernAuthScheme *
make_scheme (void)
{
  g_autoptr (GError) error = NULL;
  GObject *scheme = tern_plugins_create (TERN_PLUGIN_AUTH_SCHEME, scheme_name, &error);

  g_assert_no_error (error);
  g_assert_true (TERN_IS_AUTH_SCHEME (scheme));
  return TERN_AUTH_SCHEME (scheme);
}

static TernAuthFlags
get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_SCHEME_GET_IFACE (scheme)->get_flags (scheme);
}

static TernChallenge *
parse_challenge (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) challenges = tern_challenges_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (challenges->len, ==, 1);
  return tern_challenge_ref (challenges->pdata[0]);
}

static gboolean
accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (scheme);

  return iface->accept == NULL || iface->accept (scheme, challenge, error);
}

static TernAuthScheme *
make_accepted (void)
{
  TernAuthScheme *scheme = make_scheme ();
  g_autoptr (TernChallenge) challenge = parse_challenge (challenge_text);
  g_autoptr (GError) error = NULL;

  g_assert_true (accept (scheme, challenge, &error));
  g_assert_no_error (error);
  return scheme;
}

static TernCredentials *
make_credentials (TernAuthScheme *scheme)
{
  if (get_flags (scheme) & TERN_AUTH_NEEDS_TOKEN)
    return tern_credentials_new_token ("mF_9.B5f-4.1JqM");
  return tern_credentials_new ("Aladdin", "open sesame");
}

static char *
hash_body (gpointer data, const char *algorithm, GError **error)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, data, -1);
}

static TernAuthRequest
make_request (TernHeaders *headers, gboolean for_proxy)
{
  return (TernAuthRequest){ .method = "GET",
                            .target = "/dir/index.html?a=b",
                            .headers = headers,
                            .time = 1700000000,
                            .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                            .nonce_count = 1,
                            .for_proxy = for_proxy,
                            .hash_body = hash_body,
                            .hash_body_data = (gpointer) "body" };
}

static TernHeaders *
respond (TernAuthScheme *scheme, gboolean for_proxy)
{
  g_autoptr (TernCredentials) credentials = make_credentials (scheme);
  g_autoptr (TernHeaders) sent = tern_headers_new ();
  g_autoptr (GError) error = NULL;
  TernAuthRequest request = make_request (sent, for_proxy);
  TernHeaders *answer
      = TERN_AUTH_SCHEME_GET_IFACE (scheme)->respond (scheme, &request, credentials, &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
  /* The request is looked at, never changed. */
  g_assert_cmpuint (tern_headers_get_n (sent), ==, 0);
  return answer;
}

static char *
to_text (TernHeaders *headers)
{
  GString *text = g_string_new (NULL);
  const char *name, *value;

  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    g_string_append_printf (text, "%s: %s\n", name, value);
  return g_string_free (text, FALSE);
}

static void
test_flags (void)
{
  g_autoptr (TernAuthScheme) scheme = make_scheme ();
  TernAuthFlags flags = get_flags (scheme);
  guint known = TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_NEEDS_TOKEN | TERN_AUTH_NEEDS_BODY_HASH
                | TERN_AUTH_CONNECTION_BOUND | TERN_AUTH_PREEMPTIVE | TERN_AUTH_SHOWS_SECRET;

  g_assert_cmpuint (flags & ~known, ==, 0);
  g_assert_cmpuint (flags & (TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_NEEDS_TOKEN), !=, 0);
}

static void
test_answers (void)
{
  g_autoptr (TernAuthScheme) scheme = make_accepted ();
  g_autoptr (TernHeaders) answer = respond (scheme, FALSE);
  g_autoptr (TernHeaders) to_proxy = respond (scheme, TRUE);

  g_assert_true (tern_headers_has (answer, "Authorization"));
  g_assert_false (tern_headers_has (answer, "Proxy-Authorization"));
  g_assert_true (tern_headers_has (to_proxy, "Proxy-Authorization"));
  g_assert_false (tern_headers_has (to_proxy, "Authorization"));
  g_assert_cmpint (g_ascii_strncasecmp (tern_headers_get (answer, "Authorization"), scheme_name,
                                        strlen (scheme_name)),
                   ==, 0);
}

/* No hidden input: what is asked twice is answered twice the same. */
static void
test_is_pure (void)
{
  g_autoptr (TernAuthScheme) one = make_accepted ();
  g_autoptr (TernAuthScheme) other = make_accepted ();
  g_autoptr (TernHeaders) first = respond (one, FALSE);
  g_autoptr (TernHeaders) second = respond (one, FALSE);
  g_autoptr (TernHeaders) third = respond (other, FALSE);
  g_autofree char *first_text = to_text (first);
  g_autofree char *second_text = to_text (second);
  g_autofree char *third_text = to_text (third);

  g_assert_cmpstr (first_text, ==, second_text);
  g_assert_cmpstr (first_text, ==, third_text);
}

static void
test_preemptive (void)
{
  g_autoptr (TernAuthScheme) scheme = make_scheme ();
  g_autoptr (TernHeaders) answer = NULL;

  if (!(get_flags (scheme) & TERN_AUTH_PREEMPTIVE))
    {
      g_test_skip ("the scheme needs a challenge");
      return;
    }
  g_assert_true (accept (scheme, NULL, NULL));
  answer = respond (scheme, FALSE);
  g_assert_true (tern_headers_has (answer, "Authorization"));
}

/* Credentials of the other sort, or none, are an error that does not tell the secret. */
static void
test_wrong_credentials (void)
{
  g_autoptr (TernAuthScheme) scheme = make_accepted ();
  gboolean needs_token = (get_flags (scheme) & TERN_AUTH_NEEDS_TOKEN) != 0;
  g_autoptr (TernCredentials) wrong = needs_token ? tern_credentials_new ("name", "s3cret")
                                                  : tern_credentials_new_token ("s3cret");
  g_autoptr (TernHeaders) sent = tern_headers_new ();
  TernAuthRequest request = make_request (sent, FALSE);
  TernCredentials *const credentials[] = { wrong, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (TERN_AUTH_SCHEME_GET_IFACE (scheme)->respond (scheme, &request,
                                                                   credentials[i], &error));
      g_assert_nonnull (error);
      g_assert_null (strstr (error->message, "s3cret"));
    }
}

/* Whatever a server says, it is refused or answered; nothing that comes from it breaks a field. */
static void
test_hostile_challenges (void)
{
  g_autofree char *long_value = g_strnfill (20000, 'r');
  g_autofree char *long_realm = g_strdup_printf ("%s realm=\"%s\"", scheme_name, long_value);
  const char *const parts[] = { "",
                                "realm=\"\"",
                                "realm=\"a\\\"b\\\\c\"",
                                "realm=\"x\", realm=\"y\"",
                                "nonce=\"\", qop=\"auth,auth-int\", algorithm=nonsense",
                                "realm=\"x\", nonce=\"\\\"\", opaque=\"\\\\\", stale=TRUE",
                                "dG9rZW42OA==" };

  for (guint i = 0; i <= G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *text = i < G_N_ELEMENTS (parts)
                                  ? g_strstrip (g_strconcat (scheme_name, " ", parts[i], NULL))
                                  : g_steal_pointer (&long_realm);
      g_autoptr (GPtrArray) challenges = tern_challenges_parse (text, NULL);
      g_autoptr (TernAuthScheme) scheme = make_scheme ();
      g_autoptr (TernHeaders) answer = NULL;
      g_autoptr (GError) error = NULL;

      /* What the parser refuses never comes this far. */
      if (challenges == NULL || challenges->len == 0)
        continue;
      if (!accept (scheme, challenges->pdata[0], &error))
        {
          g_assert_nonnull (error);
          continue;
        }
      answer = respond (scheme, FALSE);
      g_assert_true (tern_headers_has (answer, "Authorization"));
    }
}

static void
test_judge (void)
{
  g_autoptr (TernAuthScheme) scheme = make_accepted ();
  g_autoptr (TernChallenge) again = parse_challenge (challenge_text);
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (scheme);
  g_autoptr (TernHeaders) answer = respond (scheme, FALSE);

  if (iface->judge == NULL)
    {
      g_test_skip ("the scheme does not judge");
      return;
    }
  g_assert_nonnull (answer);
  /* The very same challenge after an answer: the answer was wrong. */
  g_assert_cmpint (iface->judge (scheme, again), ==, TERN_AUTH_WRONG);
}

static void
respond_in_thread (guint number, gpointer data)
{
  TernAuthScheme *scheme = data;
  g_autoptr (TernHeaders) first = respond (scheme, FALSE);
  g_autofree char *first_text = to_text (first);

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (TernHeaders) answer = respond (scheme, FALSE);
      g_autofree char *text = to_text (answer);

      g_assert_cmpstr (text, ==, first_text);
    }
}

static void
test_threads (void)
{
  g_autoptr (TernAuthScheme) scheme = make_accepted ();

  tern_test_run_threads (4, respond_in_thread, scheme);
}

int
main (int argc, char **argv)
{
  g_autofree char *text = NULL;

  g_test_init (&argc, &argv, NULL);
  if (argc != 2 && argc != 3)
    g_error ("usage: test-auth-scheme NAME [CHALLENGE]");
  scheme_name = argv[1];
  text = g_strdup_printf ("%s realm=\"WallyWorld\"", scheme_name);
  challenge_text = argc == 3 ? argv[2] : text;
  g_test_add_func ("/auth-scheme/flags", test_flags);
  g_test_add_func ("/auth-scheme/answers", test_answers);
  g_test_add_func ("/auth-scheme/is-pure", test_is_pure);
  g_test_add_func ("/auth-scheme/preemptive", test_preemptive);
  g_test_add_func ("/auth-scheme/wrong-credentials", test_wrong_credentials);
  g_test_add_func ("/auth-scheme/hostile-challenges", test_hostile_challenges);
  g_test_add_func ("/auth-scheme/judge", test_judge);
  g_test_add_func ("/auth-scheme/threads", test_threads);
  return g_test_run ();
}
