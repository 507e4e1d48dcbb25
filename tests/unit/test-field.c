/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lexer of field values at its edges. Inputs lie in blocks of their exact size. */
#include <string.h>
#include <tern/tern-headers.h>

#include "base/tern-field.h"

static void
test_classes (void)
{
  static const char separators[] = "\"(),/:;<=>?@[\\]{} \t";

  for (int c = 0; c < 256; c++)
    {
      const char byte = c;
      const gboolean visible = c > 0x20 && c < 0x7F;
      const gboolean token = visible && !strchr (separators, c);

      g_assert_true (!tern_field_is_token_char (c) == !token);
      g_assert_true (!tern_field_is_token (&byte, 1) == !token);
      g_assert_true (!tern_field_is_value (&byte, 1)
                     == !(visible || c == ' ' || c == '\t' || c >= 0x80));
    }
  g_assert_false (tern_field_is_token ("", 0));
  g_assert_true (tern_field_is_value ("", 0));
  g_assert_false (tern_field_is_token ("a\0b", 3));
  g_assert_false (tern_field_is_value ("a\0b", 3));
}

/* Any byte at any place of a text that is looked at in words. */
static void
test_value_places (void)
{
  for (gsize len = 1; len <= 26; len++)
    for (gsize at = 0; at < len; at++)
      for (int c = 0; c < 256; c++)
        {
          char text[26];

          memset (text, 'a', sizeof text);
          text[at] = c;
          g_assert_cmpint (tern_field_is_value (text, len), ==,
                           c == '\t' || (c >= 0x20 && c != 0x7F));
        }
}

static void
test_number (void)
{
  static const gint64 numbers[]
      = { 0, 1, 9, 10, 99, 100, 4096, -1, -10, G_MAXINT32, G_MAXINT64, G_MININT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      char buffer[TERN_FIELD_NUMBER_SIZE];
      g_autofree char *wanted = g_strdup_printf ("%" G_GINT64_FORMAT, numbers[i]);

      g_assert_cmpstr (tern_field_number (buffer, numbers[i]), ==, wanted);
    }
}

static void
test_trim (void)
{
  static const char *const pairs[][2] = {
    { "", "" },         { " ", "" },         { " \t ", "" },           { "a", "a" },
    { " a b\t", "a b" }, { "\n a\r", "\n a\r" }, { "\xA0" "a\x0B", "\xA0" "a\x0B" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      gsize len = strlen (pairs[i][0]);
      g_autofree char *exact = g_memdup2 (pairs[i][0], len);
      const char *text = exact;

      tern_field_trim (&text, &len);
      g_assert_cmpmem (text, len, pairs[i][1], strlen (pairs[i][1]));
    }
}

static void
test_list (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { ",", "" },
    { " ,\t, ", "" },
    { "a", "[a]" },
    { "a,b", "[a][b]" },
    { " a , b ", "[a][b]" },
    { ",a,,b,", "[a][b]" },
    { "a b, c", "[a b][c]" },
    { "a=\"x,y\", b", "[a=\"x,y\"][b]" },
    { "a=\"x\\\",y\", b", "[a=\"x\\\",y\"][b]" },
    { "a=\"x\\\\\", b", "[a=\"x\\\\\"][b]" },
    { "a=\"x, b", "[a=\"x, b]" },
    { "a=\"x\\", "[a=\"x\\]" },
    { "\"", "[\"]" },
    { "\\,a", "[\\][a]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gsize size = strlen (cases[i][0]);
      g_autofree char *exact = g_memdup2 (cases[i][0], size);
      g_autoptr (GString) all = g_string_new (NULL);
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, exact, size);
      while (tern_field_list_next (&list, &item, &len))
        g_string_append_printf (all, "[%.*s]", (int) len, item);
      g_assert_cmpstr (all->str, ==, cases[i][1]);
      g_assert_false (tern_field_list_next (&list, &item, &len));
    }
}

static void
test_pair (void)
{
  static const struct
  {
    const char *item;
    const char *name;
    const char *value;
  } pairs[] = {
    { "a", "a", NULL },          { "a=b", "a", "b" },   { " a = b ", "a", "b" }, { "a=", "a", "" },
    { "=b", "", "b" },           { "a=b=c", "a", "b=c" }, { "a=\"b=c\"", "a", "\"b=c\"" },
    { "", "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const char *name;
      const char *value;
      gsize name_len;
      gsize value_len;

      tern_field_split_pair (pairs[i].item, strlen (pairs[i].item), &name, &name_len, &value,
                             &value_len);
      g_assert_cmpmem (name, name_len, pairs[i].name, strlen (pairs[i].name));
      g_assert_true ((value == NULL) == (pairs[i].value == NULL));
      if (value)
        g_assert_cmpmem (value, value_len, pairs[i].value, strlen (pairs[i].value));
    }
}

static void
test_unquote (void)
{
  static const char *const pairs[][2] = {
    { "a", "a" },
    { "", NULL },
    { "a b", NULL },
    { "\"\"", "" },
    { "\"a b\"", "a b" },
    { "\"a\\\"b\\\\c\\d\"", "a\"b\\cd" },
    { "\"", NULL },
    { "\"a", NULL },
    { "a\"", NULL },
    { "\"a\"b\"", NULL },
    { "\"a\\\"", NULL },
    { "\"\\\"", NULL },
    { "\"a\" ", NULL },
    { "\"a\"x", NULL },
    { "\"\xC3\xBC\"", "\xC3\xBC" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const gsize len = strlen (pairs[i][0]);
      g_autofree char *exact = g_memdup2 (pairs[i][0], len);
      g_autofree char *plain = tern_field_unquote (exact, len);

      g_assert_cmpstr (plain, ==, pairs[i][1]);
    }
}

static void
test_quote (void)
{
  static const char *const texts[] = { "", "a", "a b", "a\"b", "\\", "\\\"\\", "\xC3\xBC,;=" };
  g_autofree char *known = tern_field_quote ("a\"b\\c");

  g_assert_cmpstr (known, ==, "\"a\\\"b\\\\c\"");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *quoted = tern_field_quote (texts[i]);
      g_autofree char *plain = tern_field_unquote (quoted, strlen (quoted));

      g_assert_cmpstr (plain, ==, texts[i]);
    }
}

static void
test_uint (void)
{
  static const struct
  {
    const char *text;
    gboolean good;
    guint64 number;
  } numbers[] = {
    { "0", TRUE, 0 },
    { "7", TRUE, 7 },
    { "010", TRUE, 10 },
    { "18446744073709551615", TRUE, G_MAXUINT64 },
    { "00000000000000000000000001", TRUE, 1 },
    { "18446744073709551616", FALSE, 0 },
    { "18446744073709551620", FALSE, 0 },
    { "99999999999999999999", FALSE, 0 },
    { "", FALSE, 0 },
    { " 1", FALSE, 0 },
    { "1 ", FALSE, 0 },
    { "+1", FALSE, 0 },
    { "-1", FALSE, 0 },
    { "0x1", FALSE, 0 },
    { "1_0", FALSE, 0 },
    { "1.0", FALSE, 0 },
    { "\xB2", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint64 number = 0;
      const gsize len = strlen (numbers[i].text);
      g_autofree char *exact = g_memdup2 (numbers[i].text, len);

      g_assert_true (tern_field_parse_uint (exact, len, &number) == numbers[i].good);
      if (numbers[i].good)
        g_assert_cmpuint (number, ==, numbers[i].number);
    }
}

static void
test_has_token (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  tern_headers_append (headers, "Connection", "foo, Keep-Alive");
  tern_headers_append (headers, "X", "close");
  tern_headers_append (headers, "connection", " , x=\"a, b\" ,UPGRADE");
  g_assert_true (tern_field_has_token (headers, "Connection", "foo"));
  g_assert_true (tern_field_has_token (headers, "CONNECTION", "keep-alive"));
  g_assert_true (tern_field_has_token (headers, "Connection", "upgrade"));
  g_assert_false (tern_field_has_token (headers, "Connection", "close"));
  g_assert_false (tern_field_has_token (headers, "Connection", "fo"));
  g_assert_false (tern_field_has_token (headers, "Connection", "b"));
  g_assert_false (tern_field_has_token (headers, "Nothing", "foo"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field/classes", test_classes);
  g_test_add_func ("/field/value-places", test_value_places);
  g_test_add_func ("/field/number", test_number);
  g_test_add_func ("/field/trim", test_trim);
  g_test_add_func ("/field/list", test_list);
  g_test_add_func ("/field/pair", test_pair);
  g_test_add_func ("/field/unquote", test_unquote);
  g_test_add_func ("/field/quote", test_quote);
  g_test_add_func ("/field/uint", test_uint);
  g_test_add_func ("/field/has-token", test_has_token);
  return g_test_run ();
}
