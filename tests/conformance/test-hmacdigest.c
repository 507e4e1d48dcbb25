/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What HMACDigest promises beyond the contract: answers as httplib2's rules give them, computed by
 * other software, and the options that it refuses. */
#include "answering.h"

static void
test_sha_1 (void)
{
  g_autoptr (TernHeaders) sent = tern_headers_new ();
  const Asking asking = { .scheme = "hmacdigest",
                          .challenge = "HMACDigest realm=\"myrealm\", snonce=\"srv\"",
                          .name = "joe",
                          .password = "password",
                          .target = "/a?b",
                          .cnonce = "33033375ec278a46",
                          .time = 1174918931,
                          .headers = sent };
  g_autoptr (TernHeaders) headers = NULL;

  tern_headers_append (sent, "Content-Type", "text/html");
  tern_headers_append (sent, "Connection", "X-Hop");
  tern_headers_append (sent, "X-Hop", "left out");
  tern_headers_append (sent, "TE", "trailers");
  tern_headers_append (sent, "Accept", "*/*");
  headers = answering_respond (&asking, NULL);
  g_assert_cmpstr (tern_headers_get (headers, "Authorization"), ==,
                   "HMACDigest username=\"joe\", realm=\"myrealm\", snonce=\"srv\", "
                   "cnonce=\"33033375ec278a46\", uri=\"/a?b\", created=\"2007-03-26T14:22:11Z\", "
                   "response=\"1b47123a267542c08586d103f569714190a67bca\", "
                   "headers=\"content-type accept \"");
}

static void
test_md5_and_salt (void)
{
  const Asking asking = { .scheme = "hmacdigest",
                          .challenge = "HMACDigest realm=myrealm, snonce=srv, salt=salz, "
                                       "algorithm=HMAC-MD5, pw-algorithm=MD5, reason=odd",
                          .name = "joe",
                          .password = "password",
                          .method = "POST",
                          .cnonce = "33033375ec278a46" };
  g_autoptr (TernHeaders) headers = answering_respond (&asking, NULL);

  g_assert_nonnull (strstr (tern_headers_get (headers, "Authorization"),
                            "response=\"aa05fd58daf995e6a1d40647dae94024\", headers=\"\""));
}

static void
test_refusals (void)
{
  static const char *const challenges[] = {
    "HMACDigest snonce=s",
    "HMACDigest realm=r",
    "HMACDigest realm=r, snonce=\"\"",
    "HMACDigest realm=r, snonce=s, algorithm=HMAC-SHA-256",
    "HMACDigest realm=r, snonce=s, pw-algorithm=none",
  };

  for (guint i = 0; i < G_N_ELEMENTS (challenges); i++)
    {
      const Asking asking = { .scheme = "hmacdigest",
                              .challenge = challenges[i],
                              .name = "u",
                              .password = "p",
                              .cnonce = "c" };
      g_autoptr (GError) error = NULL;

      g_assert_null (answering_respond (&asking, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION);
    }
}

static void
test_judge (void)
{
  static const struct
  {
    const char *challenge;
    TernAuthVerdict verdict;
  } rows[] = {
    { "HMACDigest realm=r, snonce=t, reason=stale", TERN_AUTH_STALE },
    { "HMACDigest realm=r, snonce=t, reason=integrity", TERN_AUTH_STALE },
    { "HMACDigest realm=r, snonce=t, reason=unauthorized", TERN_AUTH_WRONG },
    { "HMACDigest realm=r, snonce=t", TERN_AUTH_WRONG },
    { "Digest realm=r, snonce=t, reason=stale", TERN_AUTH_WRONG },
  };
  const Asking asking = { .scheme = "hmacdigest", .challenge = "HMACDigest realm=r, snonce=s" };
  g_autoptr (TernAuthScheme) scheme = answering_accept (&asking, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) challenges = tern_challenges_parse (rows[i].challenge, NULL);

      g_assert_cmpint (TERN_AUTH_SCHEME_GET_IFACE (scheme)->judge (scheme, challenges->pdata[0]),
                       ==, rows[i].verdict);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hmacdigest/sha-1", test_sha_1);
  g_test_add_func ("/hmacdigest/md5-and-salt", test_md5_and_salt);
  g_test_add_func ("/hmacdigest/refusals", test_refusals);
  g_test_add_func ("/hmacdigest/judge", test_judge);
  return g_test_run ();
}
