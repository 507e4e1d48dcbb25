/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The cache stage over a store that takes entries: a hit in one look-up, waiting for others before
 * the network is asked, parts put together. */

#include "entries.h"
#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

#define HIT "v redirect, v auth, v coding, = cache, ^ coding, ^ auth, ^ redirect"
#define AGAIN UP_TO_CACHE "~ cache, " FROM_PROXY
#define FRESH "Cache-Control: max-age=60\nETag: \"1\""
#define STALE "Cache-Control: no-cache\nETag: \"1\""
#define LEADS JOIN ("/a", TERN_FLIGHT_LEADS)

static void
init (Script *s, gboolean async, const char *method)
{
  script_init (s, async, method, "/a");
  s->settings->cache_store
      = TERN_CACHE_STORE (test_entries_new (TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD));
}

static TestEntries *
get_store (Script *s)
{
  return TEST_ENTRIES (s->settings->cache_store);
}

/* A miss with these fields, so that there is an entry to be found. */
static void
fill (Script *s, const char *fields, GBytes **meta, GBytes **body)
{
  const Step steps[] = {
    FIND ("/a"),
    LEADS,
    EXCHANGE (.asked = "GET /a", .status = 200, .fields = fields, .body = "page"),
  };

  script_run (s, steps, DOWN UP);
  g_assert_cmpuint (test_entries_count (get_store (s)), ==, 0);
  script_read (s);
  test_entries_peek (get_store (s), "/a", meta, body);
}

static void
test_hit (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  {
    g_autoptr (GBytes) cut = g_bytes_new_static ("pag", 3);
    const Step one[] = { FIND ("/a", .value = meta, .opened = body) };
    const Step damaged[] = {
      FIND ("/a", .value = meta, .opened = cut),
      LEADS,
      EXCHANGE (.asked = "GET /a", .status = 404, .sent = "If-None-Match:"),
      DELETE ("/a"),
    };

    script_run (&s, one, HIT);
    script_assert_status (&s, 200);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 4);
    script_run (&s, damaged, DOWN UP);
    script_assert_status (&s, 404);
  }
}

static void
test_not_modified (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, STALE, &meta, &body);
  {
    const Step steps[] = {
      FIND ("/a", .value = meta, .opened = body),
      LEADS,
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = FRESH, .sent = "If-None-Match: \"1\""),
      STORE ("/a"),
    };

    script_run (&s, steps, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_true (s.flow->result.response->from_cache);
  }
  {
    const Step hit[] = { FIND ("/a", .value = s.stored, .opened = body) };

    script_run (&s, hit, HIT);
  }
}

/* Each of the ways out of waiting; nobody waits twice. */
static void
test_joins (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  {
    const Step alone[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_ALONE),
      EXCHANGE (.asked = "GET /a", .status = 404),
      DELETE ("/a"),
    };
    const Step again[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_AGAIN),
      FIND ("/a", .value = meta, .opened = body),
    };
    const Step in_vain[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_AGAIN),
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_ALONE), /* nobody had been waited for */
      EXCHANGE (.asked = "GET /a", .status = 404),
      DELETE ("/a"),
    };

    script_run (&s, alone, DOWN UP);
    script_run (&s, again, HIT);
    script_assert_status (&s, 200);
    script_run (&s, in_vain, DOWN UP);
  }
}

/* What nobody waits for, and who waits for nobody. */
static void
test_no_join (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *method, *name, *value;
  } rows[] = {
    { "HEAD", "Accept", "*" },
    { "GET", "Range", "bytes=0-1" },
    { "GET", "If-None-Match", "\"9\"" },
    { "GET", "If-Match", "\"9\"" },
    { "GET", "Cache-Control", "no-cache" },
    { "GET", "Cache-Control", "max-age=0" },
  };
  g_auto (Script) s;

  init (&s, async, "GET");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *asked = g_strconcat (rows[i].method, " /a", NULL);
      const Step steps[] = { FIND ("/a"), EXCHANGE (.asked = asked, .status = 416) };

      tern_request_set_method (s.request, rows[i].method);
      tern_headers_append (tern_request_get_headers (s.request), rows[i].name, rows[i].value);
      script_run (&s, steps, DOWN UP);
      tern_headers_remove (tern_request_get_headers (s.request), rows[i].name);
    }
}

/* ---- parts ---- */

static void
fill_part (Script *s, GBytes **meta, GBytes **body)
{
  static const Step part[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 206, .fields = FRESH "\nContent-Range: bytes 0-1/4",
              .body = "pa"),
  };

  tern_headers_set (tern_request_get_headers (s->request), "Range", "bytes=0-1");
  script_run (s, part, DOWN UP);
  script_read (s);
  test_entries_peek (get_store (s), "/a", meta, body);
  tern_headers_remove (tern_request_get_headers (s->request), "Range");
}

static void
test_rest (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) whole_meta = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill_part (&s, &meta, &body);
  {
    const Step rest[] = {
      FIND ("/a", .value = meta, .opened = body),
      LEADS,
      EXCHANGE (.asked = "GET /a", .status = 206, .fields = FRESH "\nContent-Range: bytes 2-3/4",
                .body = "ge", .sent = "Range: bytes=2-"),
    };
    const Step gone[] = {
      FIND ("/a", .value = meta, .opened = body),
      LEADS,
      EXCHANGE (.asked = "GET /a", .status = 416, .sent = "If-Range: \"1\""),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .body = "new", .sent = "Range:"),
    };
    const Step other[] = {
      FIND ("/a", .value = meta, .opened = body),
      LEADS,
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = "ETag: \"2\"\nCache-Control: max-age=9",
                .body = "new", .sent = "Range: bytes=2-"),
    };

    script_run (&s, rest, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 4);
    script_read (&s);
    test_entries_peek (get_store (&s), "/a", &whole_meta, &whole);
    g_assert_cmpmem (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole), "page", 4);
    script_run (&s, gone, DOWN AGAIN UP);
    script_assert_status (&s, 200);
    script_run (&s, other, DOWN UP);
    script_assert_status (&s, 200);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/cache-entries/hit", test_hit, NULL);
  tern_test_add_both ("/flow/cache-entries/not-modified", test_not_modified, NULL);
  tern_test_add_both ("/flow/cache-entries/joins", test_joins, NULL);
  tern_test_add_both ("/flow/cache-entries/no-join", test_no_join, NULL);
  tern_test_add_both ("/flow/cache-entries/rest", test_rest, NULL);
  return g_test_run ();
}
