/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many answers of one URI in the cache, and whose they are: by Vary, by credentials and by cookies,
 * over every kind of store. */

#include "page.h"

#include <string.h>

static const char *const tongues[] = { "de", "fr", "it", "rm" };

/* ---- by wishes ---- */

/* Each is fetched once, and then all are hits. */
static void
test_side_by_side (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < G_N_ELEMENTS (tongues); i++)
    {
      page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", tongues[i]);
      page_get_with (&p, "X-Tongue", tongues[i], tongues[i], 1);
      page_assert_cache (&p, FALSE,
                         i == 0 ? "tern; fwd=uri-miss; fwd-status=200; stored"
                                : "tern; fwd=vary-miss; fwd-status=200; stored");
    }
  for (guint i = 0; i < G_N_ELEMENTS (tongues); i++)
    {
      page_get_with (&p, "X-Tongue", tongues[i], tongues[i], 0);
      page_assert_cache (&p, TRUE, "tern; hit; ttl=");
    }
  /* One is renewed, the others stay. */
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "neu");
  session_ask (&p.session, "GET", "/page");
  session_header (&p.session, "X-Tongue", "fr");
  session_header (&p.session, "Cache-Control", "no-cache");
  session_fetch (&p.session);
  session_assert (&p.session, 200, "neu");
  page_get_with (&p, "X-Tongue", "fr", "neu", 0);
  page_get_with (&p, "X-Tongue", "de", "de", 0);
  page_get_with (&p, "X-Tongue", "rm", "rm", 0);
}

/* A field that is added where the request is sent counts as one of the program's. */
static void
test_user_agent (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: User-Agent\r\n", "one");
  tern_client_set_user_agent (p.session.client, "one/1");
  page_get (&p, "one", 1);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: User-Agent\r\n", "two");
  tern_client_set_user_agent (p.session.client, "two/2");
  page_get (&p, "two", 1);
  tern_client_set_user_agent (p.session.client, "one/1");
  page_get (&p, "one", 0);
  page_get_with (&p, "User-Agent", "two/2", "two", 0);
  tern_client_set_user_agent (p.session.client, NULL);
  page_get (&p, "two", 1);
}

/* After an unsafe request none of them is left. */
static void
test_all_invalid (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "old");
  for (guint i = 0; i < G_N_ELEMENTS (tongues); i++)
    page_get_with (&p, "X-Tongue", tongues[i], "old", 1);
  session_ask (&p.session, "POST", "/page");
  session_fetch (&p.session);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "new");
  for (guint i = 0; i < G_N_ELEMENTS (tongues); i++)
    page_get_with (&p, "X-Tongue", tongues[i], "new", 1);
  for (guint i = 0; i < G_N_ELEMENTS (tongues); i++)
    page_get_with (&p, "X-Tongue", tongues[i], "new", 0);
}

/* The oldest make room: one in the home slot and fifteen more are kept. */
static void
test_bounded (gboolean async, gconstpointer kind)
{
  guint n = 0;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "page");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *tongue = g_strdup_printf ("t%u", i);

      page_get_with (&p, "X-Tongue", tongue, "page", 1);
    }
  /* What is there is never more; what is not there is not stored by only-if-cached. */
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *tongue = g_strdup_printf ("t%u", i);

      session_ask (&p.session, "GET", "/page");
      session_header (&p.session, "X-Tongue", tongue);
      session_header (&p.session, "Cache-Control", "only-if-cached");
      session_fetch (&p.session);
      n += tern_response_get_status (p.session.response) == 200;
    }
  g_assert_cmpuint (n, ==, 16);
  g_assert_cmpuint (page_get_n_asked (&p), ==, 20);
}

/* All tags are asked about at once, and the 304 says which one it is; from then on that one answers
 * for the other wish, too. */
static void
test_another_is_meant (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\nETag: \"d\"\r\n", "de");
  page_get_with (&p, "X-Tongue", "de", "de", 1);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\nETag: \"f\"\r\n", "fr");
  page_get_with (&p, "X-Tongue", "fr", "fr", 1);
  page_set (&p, 304, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\nETag: \"f\"\r\n", NULL);
  page_get_with (&p, "X-Tongue", "fr-CH", "fr", 1);
  origin_assert_field (p.session.origin, 2, "If-None-Match", "\"d\", \"f\"");
  page_assert_cache (&p, TRUE, "tern; fwd=vary-miss; fwd-status=304; stored");
  page_set (&p, 304, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\nETag: \"d\"\r\n", NULL);
  page_get_with (&p, "X-Tongue", "de-CH", "de", 1);
  page_set (&p, 500, NULL, "not asked");
  page_get_with (&p, "X-Tongue", "fr-CH", "fr", 0);
  page_get_with (&p, "X-Tongue", "de-CH", "de", 0);
  page_get_with (&p, "X-Tongue", "fr", "fr", 0);
  page_get_with (&p, "X-Tongue", "de", "de", 0);
}

/* ---- by whose they are ---- */

static void
test_two_persons (gboolean async, gconstpointer kind)
{
  static const char *const fields[] = { "Authorization", "Cookie" };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      page_set (&p, 200,
                "Cache-Control: max-age=60, private\r\nVary: Cookie\r\nETag: \"m\"\r\n", "mine");
      page_get_with (&p, fields[i], "a=me", "mine", 1);
      page_set (&p, 200,
                "Cache-Control: max-age=60, private\r\nVary: Cookie\r\nETag: \"y\"\r\n", "yours");
      page_get_with (&p, fields[i], "a=you", "yours", 1);
      /* Not even a question leads from one to the other. */
      origin_assert_field (p.session.origin, 2 * i + 1, "If-None-Match", NULL);
      page_get_with (&p, fields[i], "a=me", "mine", 0);
      page_get_with (&p, fields[i], "a=you", "yours", 0);
    }
}

/* Another process, which knows nothing of the first but the store, finds what was stored. */
static void
test_next_process (gboolean async, gconstpointer kind)
{
  g_autofree char *uri = NULL;
  g_autoptr (TernCacheStore) again = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Page) p;

  page_init (&p, async, STORE_FILE);
  uri = g_strconcat ("file://", p.dir, NULL);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "mine");
  page_get_with (&p, "Authorization", "Bearer me", "mine", 1);
  again = tern_cache_store_open (uri, &error);
  g_assert_no_error (error);
  tern_client_set_cache_store (p.session.client, again);
  page_get_with (&p, "Authorization", "Bearer me", "mine", 0);
  page_get_with (&p, "Authorization", "Bearer you", "mine", 1);
}

/* What the store holds does not tell the secret, nor its digest as everybody would make it. */
static void
test_salted (gboolean async, gconstpointer data)
{
  static const char secret[] = "Bearer me";
  g_autofree char *plain = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
  g_autoptr (GByteArray) meta = NULL;
  g_auto (Page) p;

  page_init (&p, async, STORE_OWN);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "mine");
  page_get_with (&p, "Authorization", secret, "mine", 1);
  meta = test_store_peek (TEST_STORE (p.store), "#meta");
  g_assert_null (memmem (meta->data, meta->len, secret, strlen (secret)));
  g_assert_null (memmem (meta->data, meta->len, plain, strlen (plain)));
  g_assert_nonnull (memmem (meta->data, meta->len, "sha256:", 7));
  g_byte_array_unref (g_steal_pointer (&meta));
  meta = test_store_peek (TEST_STORE (p.store), "tern:salt");
  g_assert_cmpuint (meta->len, ==, 32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache/variants/side-by-side", test_side_by_side);
  page_add_test ("/cache/variants/user-agent", test_user_agent);
  page_add_test ("/cache/variants/all-invalid", test_all_invalid);
  page_add_test ("/cache/variants/bounded", test_bounded);
  page_add_test ("/cache/variants/another-is-meant", test_another_is_meant);
  page_add_test ("/cache/variants/two-persons", test_two_persons);
  tern_test_add_both ("/cache/variants/next-process", test_next_process, NULL);
  tern_test_add_both ("/cache/variants/salted", test_salted, NULL);
  return g_test_run ();
}
