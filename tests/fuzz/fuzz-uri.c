/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a URI, as a reference and as an IRI: what is taken can be sent, and reads back as
 * itself. */
#include <string.h>
#include <tern/tern-util.h>

#include "base/tern-uri.h"
#include "fuzz.h"
#include "http1/tern-http1-write.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("http://example.org:8080/a/b/../c?d=e&f#g"),
  FUZZ_SEED ("HTTPS://user:pass%40@[2001:db8::1]:443/?q"),
  FUZZ_SEED ("http://b\xC3\xBC" "cher.example/\xC3\xBC/./x%7e"),
  FUZZ_SEED ("http://127.0.0.1/"),
  FUZZ_SEED ("//h:81/../x"),
  FUZZ_SEED ("../../y z?\xFC#"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("@"), FUZZ_SEED (":"), FUZZ_SEED ("/"), FUZZ_SEED ("//"), FUZZ_SEED ("?"),
  FUZZ_SEED ("#"), FUZZ_SEED ("["), FUZZ_SEED ("]"), FUZZ_SEED ("\\"), FUZZ_SEED ("%"),
  FUZZ_SEED ("%2e"), FUZZ_SEED (".."), FUZZ_SEED ("/../"), FUZZ_SEED ("\r\n"), FUZZ_SEED (" "),
  FUZZ_SEED ("http://"), FUZZ_SEED (":65536"), FUZZ_SEED ("0x7f"), FUZZ_SEED ("\xE2\x84\x80"),
  FUZZ_SEED ("\xEF\xBC\x8F"), FUZZ_SEED ("\xFF"), FUZZ_SEED ("::1"), { NULL, 0 },
};

static void
check_uri (const TernUri *uri)
{
  g_autofree char *whole = tern_uri_to_string (uri, TRUE);
  g_autoptr (TernUri) again = tern_uri_parse (whole, NULL);

  g_assert_true (tern_http1_check_target (uri->target, NULL));
  g_assert_cmpint (uri->target[0], ==, '/');
  g_assert_null (strpbrk (uri->host, "@/\\?#%[] \t\r\n"));
  g_assert_cmpuint (strlen (uri->host), >, 0);
  g_assert_cmpuint (strlen (uri->host), <=, 255);
  g_assert_nonnull (again);
  g_assert_true (tern_uri_same_origin (uri, again));
  g_assert_cmpstr (uri->target, ==, again->target);
  g_assert_cmpstr (uri->authority, ==, again->authority);
  g_assert_cmpstr (uri->fragment, ==, again->fragment);
}

static void
check_parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernUri) uri = tern_uri_parse (text, &error);
  g_autofree char *normal = tern_uri_normalize (text, NULL);
  g_autofree char *twice = normal ? tern_uri_normalize (normal, NULL) : NULL;

  g_assert_true ((uri == NULL) == (error != NULL));
  fuzz_check_error (error);
  if (uri)
    check_uri (uri);
  g_assert_true ((uri == NULL) == (normal == NULL));
  g_assert_cmpstr (normal, ==, twice);
}

static void
check_resolve (const char *text)
{
  g_autoptr (TernUri) base = tern_uri_parse ("http://base/a/b?c#d", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernUri) uri = tern_uri_resolve (base, text, &error);

  g_assert_true ((uri == NULL) == (error != NULL));
  fuzz_check_error (error);
  if (uri)
    check_uri (uri);
}

static void
check_iri (const char *text)
{
  g_autofree char *once = tern_iri_to_uri (text);
  g_autofree char *twice = tern_iri_to_uri (once);

  g_assert_cmpstr (once, ==, twice);
  for (const char *at = once; *at; at++)
    g_assert_true (*at > 0x20 && *at < 0x7F);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  check_parse (text);
  check_resolve (text);
  check_iri (text);
  return 0;
}
