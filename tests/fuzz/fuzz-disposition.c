/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as Content-Disposition, as a name and as a URI: what is made of it is one harmless path
 * component, always. */
#include <string.h>

#include "download/tern-disposition.h"
#include "fuzz.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("attachment; filename=\"a b\\\"c.txt\"; filename*=UTF-8''%e2%82%ac%20rates.txt"),
  FUZZ_SEED ("inline; filename=x.tar.gz; size=10"),
  FUZZ_SEED ("attachment; filename=\"..\\..\\con.txt\"; x=\"; filename=y\""),
  FUZZ_SEED ("attachment; filename*=iso-8859-1'de'%E4%2F..%2F.bashrc"),
  FUZZ_SEED ("http://example.org/a/b%2Fc.txt?d=/e#f"),
  FUZZ_SEED ("a.iso.tern-part.state"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED (";"),
  FUZZ_SEED ("\""),
  FUZZ_SEED ("\\"),
  FUZZ_SEED ("="),
  FUZZ_SEED ("filename="),
  FUZZ_SEED ("'"),
  FUZZ_SEED ("filename*=UTF-8''"),
  FUZZ_SEED ("%"),
  FUZZ_SEED ("%00"),
  FUZZ_SEED ("%2f"),
  FUZZ_SEED ("/"),
  FUZZ_SEED (".."),
  FUZZ_SEED ("."),
  FUZZ_SEED (" "),
  FUZZ_SEED ("\xFF"),
  FUZZ_SEED ("\xC3\xA4"),
  FUZZ_SEED ("\x7F"),
  FUZZ_SEED ("\xE2\x80\xAE"),
  FUZZ_SEED (".tern-part"),
  FUZZ_SEED ("NUL"),
  FUZZ_SEED ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
  { NULL, 0 },
};

static void
check_clean (const char *name)
{
  g_autofree char *again = tern_disposition_clean (name);

  g_assert_cmpstr (again, ==, name);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_null (strpbrk (name, "/\\:*?\"<>|\r\n\t\x7F"));
  g_assert_cmpint (name[0], !=, '\0');
  g_assert_null (strchr (".-~ ", name[0]));
  g_assert_cmpuint (strlen (name), <=, TERN_DISPOSITION_NAME_MOST);
  g_assert_false (g_str_has_suffix (name, TERN_DISPOSITION_PARTIAL));
  g_assert_false (g_str_has_suffix (name, TERN_DISPOSITION_PARTIAL TERN_DISPOSITION_STATE));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *parsed = tern_disposition_parse (text);
  g_autofree char *of_uri = tern_disposition_name_of_uri (text);
  g_autofree char *clean = tern_disposition_clean (text);
  g_autofree char *suggested = tern_disposition_suggest (text, text);

  g_assert_true (!parsed || (*parsed && g_utf8_validate (parsed, -1, NULL)));
  g_assert_true (!of_uri || g_utf8_validate (of_uri, -1, NULL));
  if (clean)
    check_clean (clean);
  check_clean (suggested);
  return 0;
}
