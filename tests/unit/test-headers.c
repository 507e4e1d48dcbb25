/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The map of header fields: order, case, refusals, Latin-1, and much of everything. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-headers-private.h"

static char *
dump (const TernHeaders *headers)
{
  GString *out = g_string_new (NULL);
  const char *name;
  const char *value;

  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    g_string_append_printf (out, "%s=%s|", name, value);
  return g_string_free (out, FALSE);
}

static void
assert_dump (const TernHeaders *headers, const char *wanted)
{
  g_autofree char *found = dump (headers);

  g_assert_cmpstr (found, ==, wanted);
}

static TernHeaders *
make (void)
{
  TernHeaders *headers = tern_headers_new ();

  g_assert_true (tern_headers_append (headers, "Accept", "a"));
  g_assert_true (tern_headers_append (headers, "X-One", "1"));
  g_assert_true (tern_headers_append (headers, "ACCEPT", "b, c"));
  g_assert_true (tern_headers_append (headers, "x-two", ""));
  return headers;
}

static void
test_empty (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernHeaders) copy = tern_headers_copy (headers);
  g_auto (GStrv) all = tern_headers_get_all (headers, "a");
  const char *name = "?";
  const char *value = "?";

  g_assert_cmpuint (tern_headers_get_n (headers), ==, 0);
  g_assert_cmpuint (tern_headers_get_n (copy), ==, 0);
  g_assert_null (tern_headers_get (headers, "a"));
  g_assert_null (tern_headers_get_bytes (headers, "a"));
  g_assert_null (tern_headers_get_combined (headers, "a"));
  g_assert_null (all[0]);
  g_assert_false (tern_headers_has (headers, "a"));
  g_assert_false (tern_headers_remove (headers, "a"));
  g_assert_false (tern_headers_get_nth (headers, 0, &name, &value));
  g_assert_null (name);
  g_assert_null (value);
  g_assert_null (tern_headers_get_poison (headers));
  g_assert_true (tern_headers_append (copy, "a", "b"));
}

static void
test_get (void)
{
  g_autoptr (TernHeaders) headers = make ();
  g_autofree char *combined = tern_headers_get_combined (headers, "accept");
  g_auto (GStrv) all = tern_headers_get_all (headers, "accept");

  assert_dump (headers, "Accept=a|X-One=1|ACCEPT=b, c|x-two=|");
  g_assert_cmpstr (tern_headers_get (headers, "accept"), ==, "a");
  g_assert_cmpstr (tern_headers_get (headers, "X-ONE"), ==, "1");
  g_assert_cmpstr (tern_headers_get (headers, "X-Two"), ==, "");
  g_assert_null (tern_headers_get (headers, "Accep"));
  g_assert_null (tern_headers_get (headers, "Accept-"));
  g_assert_null (tern_headers_get (headers, ""));
  g_assert_null (tern_headers_get (headers, NULL));
  g_assert_cmpstr (combined, ==, "a, b, c");
  g_assert_cmpuint (g_strv_length (all), ==, 2);
  g_assert_cmpstr (all[0], ==, "a");
  g_assert_cmpstr (all[1], ==, "b, c");
}

static void
test_remove (void)
{
  g_autoptr (TernHeaders) headers = make ();

  g_assert_true (tern_headers_remove (headers, "aCCept"));
  assert_dump (headers, "X-One=1|x-two=|");
  g_assert_false (tern_headers_remove (headers, "Accept"));
  g_assert_false (tern_headers_remove (headers, NULL));
  g_assert_true (tern_headers_remove (headers, "x-one"));
  g_assert_true (tern_headers_remove (headers, "x-two"));
  g_assert_true (tern_headers_append (headers, "New", "n"));
  assert_dump (headers, "New=n|");
}

static void
test_set (void)
{
  g_autoptr (TernHeaders) headers = make ();

  g_assert_true (tern_headers_set (headers, "accept", "z"));
  assert_dump (headers, "X-One=1|x-two=|accept=z|");
  g_assert_true (tern_headers_set (headers, "New", " n "));
  assert_dump (headers, "X-One=1|x-two=|accept=z|New=n|");
  /* A refusal takes nothing away. */
  g_assert_false (tern_headers_set (headers, "accept", "a\nb"));
  assert_dump (headers, "X-One=1|x-two=|accept=z|New=n|");
}

/* A value may come from the very map that it goes into. */
static void
test_from_itself (void)
{
  g_autoptr (TernHeaders) headers = make ();

  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (tern_headers_append (headers, "Copy", tern_headers_get (headers, "accept")));
      g_assert_true (tern_headers_set (headers, "X-One", tern_headers_get (headers, "x-one")));
    }
  g_assert_cmpstr (tern_headers_get (headers, "x-one"), ==, "1");
  g_assert_cmpuint (tern_headers_get_n (headers), ==, 104);
  g_assert_true (tern_headers_remove (headers, "copy"));
  assert_dump (headers, "Accept=a|ACCEPT=b, c|x-two=|X-One=1|");
}

static void
test_copy (void)
{
  g_autoptr (TernHeaders) headers = make ();
  g_autoptr (TernHeaders) copy = NULL;
  g_autoptr (TernHeaders) poisoned = NULL;
  TernHeaders *same = tern_headers_ref (headers);

  g_assert_true (same == headers);
  tern_headers_unref (same);
  copy = tern_headers_copy (headers);
  tern_headers_append (headers, "Late", "x");
  tern_headers_set (copy, "Accept", "own");
  assert_dump (headers, "Accept=a|X-One=1|ACCEPT=b, c|x-two=|Late=x|");
  assert_dump (copy, "X-One=1|x-two=|Accept=own|");
  g_assert_null (tern_headers_get_poison (copy));
  tern_headers_append (copy, "", "x");
  poisoned = tern_headers_copy (copy);
  g_assert_error (tern_headers_get_poison (poisoned), TERN_ERROR, TERN_ERROR_INVALID_HEADER);
}

static void
test_poison (void)
{
  static const char *const pairs[][2] = {
    { "", "x" },         { "A B", "x" },     { "A:", "x" },        { "A\r\nB", "x" },
    { "A\x7F", "x" },    { "\xC3\xBC", "x" }, { " A", "x" },        { "A ", "x" },
    { "A", "x\r\nB: c" }, { "A", "x\ny" },    { "A", "x\ry" },      { "A", "x\x01" },
    { "A", "\x1B[31m" }, { "A", "x\x7F" },   { "A", "x\r\n folded" }, { NULL, "x" },
    { "A", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (TernHeaders) headers = tern_headers_new ();
      const GError *poison;

      g_assert_false (tern_headers_append (headers, pairs[i][0], pairs[i][1]));
      g_assert_cmpuint (tern_headers_get_n (headers), ==, 0);
      poison = tern_headers_get_poison (headers);
      g_assert_error (poison, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
      g_assert_null (strpbrk (poison->message, "\r\n"));
      /* The first refusal is kept, and a good field does not heal it. */
      g_assert_false (tern_headers_append (headers, "Other:", "x"));
      g_assert_true (tern_headers_append (headers, "Good", "x"));
      g_assert_true (tern_headers_get_poison (headers) == poison);
    }
}

static void
test_bytes (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (GBytes) latin1 = g_bytes_new_static (" \xE4\xF6 ", 4);
  g_autoptr (GBytes) utf8 = g_bytes_new_static ("\xC3\xA4", 2);
  g_autoptr (GBytes) nul = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GBytes) nothing = g_bytes_new_static (NULL, 0);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  g_assert_true (tern_headers_append_bytes (headers, "A", latin1));
  g_assert_true (tern_headers_append_bytes (headers, "B", utf8));
  g_assert_true (tern_headers_append_bytes (headers, "C", nothing));
  g_assert_true (tern_headers_append (headers, "D", "\xFF"));
  g_assert_false (tern_headers_append_bytes (headers, "E", nul));
  assert_dump (headers, "A=äö|B=ä|C=|D=ÿ|");
  first = tern_headers_get_bytes (headers, "a");
  second = tern_headers_get_bytes (headers, "b");
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), "\xE4\xF6", 2);
  g_assert_cmpmem (g_bytes_get_data (second, NULL), g_bytes_get_size (second), "\xC3\xA4", 2);
}

static void
test_many (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernHeaders) copy = NULL;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name-%u", i);
      g_autofree char *value = g_strdup_printf ("value \xE4 %u", i);

      g_assert_true (tern_headers_append (headers, name, value));
    }
  copy = tern_headers_copy (headers);
  g_assert_cmpuint (tern_headers_get_n (copy), ==, 10000);
  g_assert_cmpstr (tern_headers_get (copy, "NAME-0"), ==, "value ä 0");
  g_assert_cmpstr (tern_headers_get (copy, "name-9999"), ==, "value ä 9999");
  for (guint i = 0; i < 10000; i += 100)
    {
      g_autofree char *name = g_strdup_printf ("name-%u", i);

      g_assert_true (tern_headers_remove (headers, name));
    }
  g_assert_cmpuint (tern_headers_get_n (headers), ==, 9900);
}

/* A byte above 0x7F is found wherever it stands, and the room that was asked for need not do. */
static void
test_sized (void)
{
  for (gsize len = 1; len <= 20; len++)
    for (gsize at = 0; at < len; at++)
      {
        g_autoptr (TernHeaders) headers = tern_headers_new_sized (1, 4);
        g_autoptr (TernHeaders) copy = NULL;
        char text[21] = { 0 };

        memset (text, 'a', len);
        tern_headers_append_unchecked (headers, "A", 1, text, len);
        text[at] = (char)0xE9;
        tern_headers_append_unchecked (headers, "B", 1, text, len);
        copy = tern_headers_copy_sized (headers, at % 2, at);
        tern_headers_append_unchecked (copy, "C", 1, text, len);
        g_assert_cmpuint (tern_headers_get_n (headers), ==, 2);
        g_assert_cmpuint (strlen (tern_headers_get (headers, "A")), ==, len);
        for (guint i = 1; i < 3; i++)
          {
            const TernField *field = &copy->fields[i];

            g_assert_cmpuint (field->value_len, ==, len + 1);
            g_assert_true (g_utf8_validate (tern_headers_value (copy, field), -1, NULL));
            g_assert_cmpmem (tern_headers_raw (copy, field), field->raw_len, text, len);
          }
      }
}

/* A map that is changed for ever does not grow for ever, and keeps what it holds. */
static void
test_compaction (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (GBytes) raw = NULL;

  tern_headers_append (headers, "Keep", "\xE4");
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u \xFC", i);

      g_assert_true (tern_headers_set (headers, "Count", value));
    }
  assert_dump (headers, "Keep=ä|Count=99999 ü|");
  raw = tern_headers_get_bytes (headers, "keep");
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), "\xE4", 1);
  g_assert_cmpuint (headers->size, <, 4096);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headers/empty", test_empty);
  g_test_add_func ("/headers/get", test_get);
  g_test_add_func ("/headers/remove", test_remove);
  g_test_add_func ("/headers/set", test_set);
  g_test_add_func ("/headers/from-itself", test_from_itself);
  g_test_add_func ("/headers/copy", test_copy);
  g_test_add_func ("/headers/poison", test_poison);
  g_test_add_func ("/headers/bytes", test_bytes);
  g_test_add_func ("/headers/many", test_many);
  g_test_add_func ("/headers/sized", test_sized);
  g_test_add_func ("/headers/compaction", test_compaction);
  return g_test_run ();
}
