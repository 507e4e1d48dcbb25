/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading challenges: what servers send, what attackers send. */
#include "policy/tern-challenge.h"

#include <tern/tern-error.h>

#include "test-fields.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* scheme[token68](a=b;c=d) scheme… */
static char *
describe (const GPtrArray *challenges)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < challenges->len; i++)
    {
      const TernChallenge *challenge = challenges->pdata[i];
      GHashTable *params = tern_challenge_get_params (challenge);
      g_autofree char **names = (char **) g_hash_table_get_keys_as_array (params, NULL);
      const guint n = g_hash_table_size (params);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                              tern_challenge_get_scheme (challenge));
      if (tern_challenge_get_token68 (challenge))
        g_string_append_printf (text, "[%s]", tern_challenge_get_token68 (challenge));
      qsort (names, n, sizeof *names, compare_names);
      for (guint p = 0; p < n; p++)
        g_string_append_printf (text, "%c%s=%s", p == 0 ? '(' : ';', names[p],
                                tern_challenge_get_param (challenge, names[p]));
      if (n > 0)
        g_string_append_c (text, ')');
    }
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *value;
  const char *found;  /* what can be read in a response */
  gboolean malformed; /* for the public parser */
} rows[] = {
  { "", "", FALSE },
  { " , ,", "", FALSE },
  { "Basic", "basic", FALSE },
  { "Basic realm=\"me\"", "basic(realm=me)", FALSE },
  { "Basic realm=me", "basic(realm=me)", FALSE },
  { "BASIC REALM = \"me\" ", "basic(realm=me)", FALSE },
  { "Basic realm=\"me\",other=\"fred\"", "basic(other=fred;realm=me)", FALSE },
  { "Basic realm=\"a \\\"test\\\" \\realm\"", "basic(realm=a \"test\" realm)", FALSE },
  { "Basic realm=\"a, Digest realm=b\"", "basic(realm=a, Digest realm=b)", FALSE },
  { "Basic realm=\"\"", "basic(realm=)", FALSE },
  { "Test realm=\"test realm\" , foo=foo ,bar=\"bar\", baz=baz,qux=qux",
    "test(bar=bar;baz=baz;foo=foo;qux=qux;realm=test realm)", FALSE },
  { "T*!%#st realm=to*!%#en, to*!%#en=\"quoted string\"",
    "t*!%#st(realm=to*!%#en;to*!%#en=quoted string)",
    FALSE },
  { "Digest realm=\"x\", nonce=\"y=\", Basic realm=\"z\"",
    "digest(nonce=y=;realm=x) basic(realm=z)", FALSE },
  { "Digest opaque=\"x\" Basic realm=\"z\"", "digest(opaque=x) basic(realm=z)", FALSE },
  { "Digest realm=a \t,\t nonce=\"(*)&^&$%#\",opaque=\"5\", Basic REAlm=\"me\", WSSE realm=\"foo\"",
    "digest(nonce=(*)&^&$%#;opaque=5;realm=a) basic(realm=me) wsse(realm=foo)", FALSE },
  { "Negotiate", "negotiate", FALSE },
  { "Negotiate, NTLM", "negotiate ntlm", FALSE },
  { "Negotiate abc==, Basic realm=x", "negotiate[abc==] basic(realm=x)", FALSE },
  { "Negotiate a-._~+/0=", "negotiate[a-._~+/0=]", FALSE },
  { "Bearer, Basic realm=x", "bearer basic(realm=x)", FALSE },
  { ",,Basic realm=x,,,b=c,,", "basic(b=c;realm=x)", FALSE },
  { "Basic realm=x, realm=y, REALM=z", "basic(realm=x)", FALSE },
  { "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
    "newauth(realm=apps;title=Login to \"apps\";type=1) basic(realm=simple)", FALSE },
  /* Rubbish behind a good one is left out. */
  { "Basic realm=x, =y", "basic(realm=x)", FALSE },
  { "Basic realm=x, a=, b=c", "basic(b=c;realm=x)", FALSE },
  { "Basic realm=x, a=\"open", "basic(realm=x)", FALSE },
  { "Basic realm=x, (), Digest nonce=y", "basic(realm=x) digest(nonce=y)", FALSE },
  { "Basic realm=x, a=\"esc\\", "basic(realm=x)", FALSE },
  /* What begins with rubbish is malformed, though a response is read as far as it goes. */
  { "OAuth \"Facebook Platform\" \"invalid_token\" \"Invalid OAuth access token.\"", "oauth",
    TRUE },
  { "realm=\"x\"", "", TRUE },
  { "realm=\"x\", Basic realm=y", "basic(realm=y)", TRUE },
  { "=", "", TRUE },
  { "\"Basic\" realm=x", "", TRUE },
  { "Basic realm=\"open", "basic", TRUE },
  { "Basic realm=, Digest nonce=x", "basic[realm=] digest(nonce=x)", FALSE },
  { "barbqwnbm-bb...:asd", "", TRUE },
  { "\\", "", TRUE },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strconcat ("WWW-Authenticate: ", rows[i].value, NULL);
      g_autoptr (TernHeaders) headers = fields_new (fields);
      g_autoptr (GPtrArray) found = tern_challenges_from_headers (headers, "www-authenticate",
                                                                  FALSE);
      g_autofree char *text = describe (found);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) parsed = tern_challenges_parse (rows[i].value, &error);

      g_assert_cmpstr (text, ==, rows[i].found);
      if (rows[i].malformed)
        g_assert_error (error, TERN_ERROR, TERN_ERROR_MALFORMED_HEADER);
      else
        {
          g_autofree char *same = NULL;

          g_assert_no_error (error);
          same = describe (parsed);
          g_assert_cmpstr (same, ==, rows[i].found);
        }
    }
}

static void
test_fields (void)
{
  g_autoptr (TernHeaders) headers
    = fields_new ("Proxy-Authenticate: Basic realm=p\nWWW-Authenticate: Basic realm=\"open\n"
                  "Date: x\nwww-authenticate: a=b, Digest nonce=n\n"
                  "WWW-Authenticate: Basic realm=caf\xE9, Bearer realm=\"caf\xE9\"");
  g_autoptr (GPtrArray) server = tern_challenges_from_headers (headers, "WWW-Authenticate", FALSE);
  g_autoptr (GPtrArray) proxy = tern_challenges_from_headers (headers, "Proxy-Authenticate", TRUE);
  g_autoptr (GPtrArray) none = tern_challenges_from_headers (headers, "Nothing", TRUE);
  g_autofree char *server_text = describe (server), *proxy_text = describe (proxy);

  /* Bytes that are no UTF-8 come as Latin-1; in a bare word they are not allowed. */
  g_assert_cmpstr (server_text, ==,
                   "basic digest(nonce=n) basic(realm=caf) bearer(realm=caf\xC3\xA9)");
  g_assert_cmpstr (proxy_text, ==, "basic(realm=p)");
  g_assert_false (tern_challenge_is_for_proxy (server->pdata[0]));
  g_assert_true (tern_challenge_is_for_proxy (proxy->pdata[0]));
  g_assert_cmpstr (tern_challenge_get_realm (proxy->pdata[0]), ==, "p");
  g_assert_cmpstr (tern_challenge_get_param (proxy->pdata[0], "rEaLm"), ==, "p");
  g_assert_null (tern_challenge_get_param (proxy->pdata[0], "nonce"));
  g_assert_null (tern_challenge_get_token68 (proxy->pdata[0]));
  g_assert_cmpuint (none->len, ==, 0);
}

static char *
repeat (const char *piece, gsize n)
{
  GString *text = g_string_sized_new (strlen (piece) * n);

  for (gsize i = 0; i < n; i++)
    g_string_append (text, piece);
  return g_string_free (text, FALSE);
}

/* Each a megabyte or so; a parser that goes back would sit here for minutes. */
static void
test_floods (void)
{
  static const struct
  {
    const char *piece;
    gsize n;
    guint most;
  } floods[] = {
    { "Basic realm=\"x\", ", 10000, 100 }, { "a ", 500000, 100 },    { "a=", 500000, 100 },
    { "Basic ", 200000, 100 },             { "\"", 1000000, 0 },     { "\\\"", 500000, 0 },
    { "a=\"", 300000, 100 },               { ",", 1000000, 0 },      { "x", 1000000, 1 },
    { " ", 1000000, 0 },                   { "=", 1000000, 0 },      { "a=\"\\", 250000, 100 },
    { "!,", 500000, 100 },                 { "(,", 500000, 0 },      { "a=b,", 250000, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      g_autofree char *value = repeat (floods[i].piece, floods[i].n);
      g_autofree char *fields = g_strconcat ("A: ", value, NULL);
      g_autoptr (TernHeaders) headers = fields_new (fields);
      g_autoptr (GPtrArray) found = tern_challenges_from_headers (headers, "A", FALSE);

      g_assert_cmpuint (found->len, <=, floods[i].most);
    }
}

static void
test_bounds (void)
{
  g_autofree char *long_value = g_strnfill (1000000, 'x');
  g_autofree char *value
    = g_strconcat ("Digest a=\"", long_value, "\", b=c, Negotiate ", long_value, ", Basic realm=x",
                   NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tern_challenges_parse (value, &error);
  g_autofree char *text = NULL;
  g_autoptr (GString) params = g_string_new ("Digest ");
  g_autoptr (GPtrArray) many = NULL;

  g_assert_no_error (error);
  text = describe (found);
  g_assert_cmpstr (text, ==, "digest(b=c) negotiate basic(realm=x)");

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (params, "p%u=v, ", i);
  many = tern_challenges_parse (params->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (many->len, ==, 1);
  g_assert_cmpuint (g_hash_table_size (tern_challenge_get_params (many->pdata[0])), ==,
                    TERN_CHALLENGE_MAX_PARAMS);
  g_assert_cmpstr (tern_challenge_get_param (many->pdata[0], "P63"), ==, "v");
}

/* Every cut and many changed bytes of good fields: whatever comes out is well formed. */
static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint round = 0; round < 20000; round++)
    {
      const char *value = rows[g_rand_int_range (rand, 0, G_N_ELEMENTS (rows))].value;
      g_autoptr (GString) changed = g_string_new ("A: ");
      g_autoptr (TernHeaders) headers = NULL;
      g_autoptr (GPtrArray) found = NULL;

      g_string_append (changed, value);
      g_string_truncate (changed, g_rand_int_range (rand, 3, changed->len + 1));
      for (guint i = 0; i < 3 && changed->len > 3; i++)
        changed->str[g_rand_int_range (rand, 3, changed->len)]
          = "\"\\,= \tAz-\xE9\xC3\xA9()"[g_rand_int_range (rand, 0, 14)];
      headers = fields_new (changed->str);
      found = tern_challenges_from_headers (headers, "A", FALSE);
      for (guint i = 0; i < found->len; i++)
        {
          g_autofree char *text = describe (found);

          g_assert_cmpstr (tern_challenge_get_scheme (found->pdata[i]), !=, "");
          g_assert_true (g_utf8_validate (text, -1, NULL));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/challenge/table", test_table);
  g_test_add_func ("/challenge/fields", test_fields);
  g_test_add_func ("/challenge/floods", test_floods);
  g_test_add_func ("/challenge/bounds", test_bounds);
  g_test_add_func ("/challenge/mutations", test_mutations);
  return g_test_run ();
}
