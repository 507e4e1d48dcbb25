/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cache-Control directives: what counts, and that the worse of two readings is taken. */
#include "policy/tern-cache-control.h"

#include <tern/tern-util.h>

#include "test-fields.h"

#define MOST TERN_CACHE_SECONDS_MAX

static void
test_seconds (void)
{
  static const struct
  {
    const char *text;
    gint64 seconds;
  } rows[] = {
    { "0", 0 },       { "60", 60 },      { "0060", 60 },   { "2147483647", 2147483647 },
    { "2147483648", MOST }, { "2147483649", MOST }, { "18446744073709551615", MOST },
    { "18446744073709551616", MOST }, { "99999999999999999999999999999", MOST },
    { "", -1 },       { "-1", -1 },      { "+1", -1 },     { "1.5", -1 },
    { " 1", -1 },     { "1 ", -1 },      { "0x10", -1 },   { "99999999999999999999999x", -1 },
    { "\"1\"", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (tern_cache_control_seconds (rows[i].text, strlen (rows[i].text)), ==,
                     rows[i].seconds);
}

static void
test_ages (void)
{
  static const struct
  {
    const char *fields;
    gint64 max_age, max_stale, min_fresh;
  } rows[] = {
    { "", -1, -1, -1 },
    { "Cache-Control:", -1, -1, -1 },
    { "Cache-Control: max-age=60", 60, -1, -1 },
    { "cache-control: MAX-AGE = 60 ", 60, -1, -1 },
    { "Cache-Control: max-age=\"60\"", 60, -1, -1 },
    { "Cache-Control: max-age='60'", 0, -1, -1 },
    { "Cache-Control: max-age", 0, -1, -1 },
    { "Cache-Control: max-age=", 0, -1, -1 },
    { "Cache-Control: max-age=-60", 0, -1, -1 },
    { "Cache-Control: max-age=60; public", 0, -1, -1 },
    { "Cache-Control: max-age=60x", 0, -1, -1 },
    { "Cache-Control: max-age=99999999999", MOST, -1, -1 },
    { "Cache-Control: max-age=60, max-age=30", 30, -1, -1 },
    { "Cache-Control: max-age=30\nCache-Control: max-age=60", 30, -1, -1 },
    { "Cache-Control: max-age=60, max-age=junk", 0, -1, -1 },
    { "Cache-Control: x=\"max-age=60\"", -1, -1, -1 },
    { "Cache-Control: x=\", max-age=60\"", -1, -1, -1 },
    { "Cache-Control: xmax-age=60, max-agex=60", -1, -1, -1 },
    { "Cache-Control: max-stale", -1, MOST, -1 },
    { "Cache-Control: max-stale=5", -1, 5, -1 },
    { "Cache-Control: max-stale, max-stale=5", -1, 5, -1 },
    { "Cache-Control: max-stale=junk", -1, 0, -1 },
    { "Cache-Control: min-fresh=5, min-fresh=7", -1, -1, 7 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);
      TernCacheControl control;

      tern_cache_control_read (&control, headers);
      g_assert_cmpint (control.max_age, ==, rows[i].max_age);
      g_assert_cmpint (control.max_stale, ==, rows[i].max_stale);
      g_assert_cmpint (control.min_fresh, ==, rows[i].min_fresh);
    }
}

static void
test_flags (void)
{
  g_autoptr (TernHeaders) headers
    = fields_new ("Cache-Control: No-Store, no-cache=\"set-cookie, x\", ,private=\"a\"\n"
                  "Cache-Control: must-revalidate=1, s-maxage=9, stale-if-error=8, public");
  g_autoptr (TernHeaders) others
    = fields_new ("Cache-Control: only-if-cached,no-transform,proxy-revalidate,must-understand,"
                  "immutable,stale-while-revalidate=7");
  TernCacheControl control;

  tern_cache_control_read (&control, headers);
  g_assert_true (control.present && control.no_store && control.is_private);
  g_assert_true (control.no_cache_fields && !control.no_cache);
  g_assert_true (control.must_revalidate && control.is_public);
  g_assert_false (control.only_if_cached || control.no_transform || control.proxy_revalidate);
  g_assert_cmpint (control.s_maxage, ==, 9);
  g_assert_cmpint (control.stale_if_error, ==, 8);
  g_assert_cmpint (control.stale_while_revalidate, ==, -1);

  tern_cache_control_read (&control, others);
  g_assert_true (control.only_if_cached && control.no_transform && control.proxy_revalidate);
  g_assert_true (control.must_understand && control.immutable);
  g_assert_false (control.no_store || control.no_cache || control.is_private || control.is_public);
  g_assert_cmpint (control.stale_while_revalidate, ==, 7);
}

/* no-cache stands alone, or names fields; what is neither asks for validation of all. */
static void
test_no_cache (void)
{
  static const struct
  {
    const char *fields;
    gboolean all, some;
    const char *left; /* of "A: 1\nB: 2\nSet-Cookie: 3" */
  } rows[] = {
    { "", FALSE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: NO-CACHE=\"a\"", FALSE, TRUE, "B: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=a", FALSE, TRUE, "B: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\" a , ,set-cookie\"", FALSE, TRUE, "B: 2" },
    { "Cache-Control: no-cache=\"a\"\nCache-Control: x, no-cache=b", FALSE, TRUE,
      "Set-Cookie: 3" },
    { "Cache-Control: no-cache=\"a\", no-cache", TRUE, TRUE, "B: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\"unknown\"", FALSE, TRUE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\"\"", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\",\"", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\"a b\"", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\"a\\\"", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=\"a", TRUE, FALSE, "A: 1\nB: 2\nSet-Cookie: 3" },
    /* Without these it would be another response: all of it is to be asked about. */
    { "Cache-Control: no-cache=\"a, Content-Encoding\"", TRUE, TRUE, "B: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=content-type", TRUE, TRUE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=location", TRUE, TRUE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: no-cache=location2", FALSE, TRUE, "A: 1\nB: 2\nSet-Cookie: 3" },
    { "Cache-Control: x-no-cache=\"a\", no-cachex=\"b\"", FALSE, FALSE,
      "A: 1\nB: 2\nSet-Cookie: 3" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);
      g_autoptr (TernHeaders) fields = fields_new ("A: 1\nB: 2\nSet-Cookie: 3");
      g_autofree char *left = NULL;
      TernCacheControl control;

      tern_cache_control_read (&control, headers);
      tern_cache_control_strip (headers, fields);
      left = fields_text (fields);
      g_assert_cmpint (control.no_cache, ==, rows[i].all);
      g_assert_cmpint (control.no_cache_fields, ==, rows[i].some);
      g_assert_cmpstr (left, ==, rows[i].left);
    }
}

/* A list as long as a head may be is read once, not once for each of its members. */
static void
test_huge (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  TernCacheControl control;
  gint64 start;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "x%u=\"a,b\",,no-cache=\"f\",", i);
  g_string_append (text, "max-age=60");
  tern_headers_append_unchecked (headers, "Cache-Control", 13, text->str, text->len);
  start = g_get_monotonic_time ();
  tern_cache_control_read (&control, headers);
  tern_cache_control_strip (headers, headers);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpint (control.max_age, ==, 60);
  g_assert_true (control.no_cache_fields && !control.no_cache);
}

static void
test_public (void)
{
  static const char *const rows[][3] = {
    { "max-age=60, NO-CACHE", "max-age", "60" },
    { "max-age=60, NO-CACHE", "no-cache", "" },
    { "max-age=60, NO-CACHE", "private", NULL },
    { "private=\"Set-Cookie, X\", a=b", "private", "Set-Cookie, X" },
    { "private=\"Set-Cookie, X\", a=b", "a", "b" },
    { "a=1, A=2", "a", "1" },
    { " , ,a , ", "a", "" },
    { " , ,a , ", "", NULL },
    { "a b=c, d", "d", "" },
    { "a b=c, d", "a b", NULL },
    { "a=\"open", "a", "\"open" },
    { "a=", "a", "" },
    { "", "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GHashTable) found = tern_cache_control_parse (rows[i][0]);

      g_assert_cmpstr (g_hash_table_lookup (found, rows[i][1]), ==, rows[i][2]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-control/seconds", test_seconds);
  g_test_add_func ("/cache-control/ages", test_ages);
  g_test_add_func ("/cache-control/flags", test_flags);
  g_test_add_func ("/cache-control/no-cache", test_no_cache);
  g_test_add_func ("/cache-control/huge", test_huge);
  g_test_add_func ("/cache-control/public", test_public);
  return g_test_run ();
}
