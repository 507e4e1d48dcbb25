/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The cache stage: which calls of the store it asks for, in which order, and what it answers from
 * their outcome. */

#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

#define HIT "v redirect, v auth, v coding, = cache, ^ coding, ^ auth, ^ redirect"
#define AGAIN UP_TO_CACHE "~ cache, " FROM_PROXY
#define FRESH "Cache-Control: max-age=60\nETag: \"1\""
#define STALE "Cache-Control: no-cache\nETag: \"1\""

static void
init (Script *s, gboolean async, const char *method)
{
  script_init (s, async, method, "/a");
  s->settings->cache_store = script_store_new ();
}

/* Runs a miss with these fields, so that there are a record and a body to be found. */
static void
fill (Script *s, const char *fields, GBytes **meta, GBytes **body)
{
  const Step steps[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 200, .fields = fields, .body = "page",
              .sent = "If-None-Match:"),
  };

  script_run (s, steps, DOWN UP);
  script_assert_status (s, 200);
  g_assert_null (script_store_peek (s->settings->cache_store, "#meta"));
  script_read (s);
  *meta = g_bytes_ref (script_store_peek (s->settings->cache_store, "/a#meta"));
  *body = g_bytes_ref (script_store_peek (s->settings->cache_store, "/a#body"));
}

static void
test_miss_and_hit (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  {
    const Step steps[] = { FIND ("/a", .value = meta), OPEN ("/a", .value = body) };

    script_run (&s, steps, HIT);
    script_assert_status (&s, 200);
    g_assert_true (s.flow->result.response->from_cache);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 4);
  }
}

/* Half an entry, or none that can be read, is a miss. */
static void
test_broken (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  {
    const Step no_body[] = {
      FIND ("/a", .value = meta),
      OPEN ("/a"),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .sent = "If-None-Match:"),
    };
    const Step other_body[] = {
      FIND ("/a", .value = meta),
      OPEN ("/a", .body = "pags"),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .sent = "If-None-Match:"),
    };
    const Step rubbish[] = {
      FIND ("/a", .body = "rubbish"),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH),
    };

    script_run (&s, no_body, DOWN UP);
    script_run (&s, other_body, DOWN UP);
    script_run (&s, rubbish, DOWN UP);
  }
}

/* The record of another page does not answer for this one. */
static void
test_foreign (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  tern_request_set_uri (s.request, "http://origin.example/b");
  {
    const Step steps[] = {
      FIND ("/b", .value = meta),
      EXCHANGE (.asked = "GET /b", .status = 404),
      DELETE ("/b"),
    };

    script_run (&s, steps, DOWN UP);
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
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = FRESH "\nX-New: yes",
                .sent = "If-None-Match: \"1\""),
      OPEN ("/a", .value = body),
      STORE ("/a"),
    };

    script_run (&s, steps, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_true (s.flow->result.response->from_cache);
    g_assert_cmpstr (tern_headers_get (s.flow->result.response->headers, "X-New"), ==, "yes");
    g_assert_nonnull (s.stored);
  }
  {
    /* What was rewritten is fresh. */
    const Step steps[] = { FIND ("/a", .value = s.stored), OPEN ("/a", .value = body) };

    script_run (&s, steps, HIT);
    script_assert_status (&s, 200);
  }
}

static void
test_modified (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, STALE, &meta, &body);
  {
    const Step replaced[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .body = "new",
                .sent = "If-None-Match: \"1\""),
    };
    const Step forgotten[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = "Cache-Control: no-store"),
      DELETE ("/a"),
    };
    const Step failed[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_RESOLVE },
                .domain = tern_error_quark, .code = TERN_ERROR_SERVER_NOT_FOUND),
    };
    const Step faulty[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 500),
    };

    script_run (&s, replaced, DOWN UP);
    g_assert_false (s.flow->result.response->from_cache);
    script_read (&s);
    g_assert_false (g_bytes_equal (script_store_peek (s.settings->cache_store, "#body"), body));
    script_run (&s, forgotten, DOWN UP);
    script_run (&s, failed, DOWN UP);
    script_assert_error (&s, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
    script_run (&s, faulty, DOWN UP);
    script_assert_status (&s, 500);
  }
}

/* A 304 about what is not there any more: away with the rest, and once more without conditions;
 * what comes then is dealt with like any answer. */
static void
test_304_for_nothing (gboolean async, gconstpointer data)
{
  static const char *const answers[] = { FRESH, "X: y", "Cache-Control: no-store" };
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, STALE, &meta, &body);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      const Step steps[] = {
        FIND ("/a", .value = meta),
        EXCHANGE (.asked = "GET /a", .status = 304, .fields = STALE,
                  .sent = "If-None-Match: \"1\""),
        OPEN ("/a"),
        DELETE ("/a"),
        EXCHANGE (.asked = "GET /a", .status = 200, .fields = answers[i], .body = "new",
                  .sent = "If-None-Match:"),
        DELETE ("/a"),
      };

      script_run_at (G_STRLOC, &s, steps, i == 0 ? 5 : 6, DOWN AGAIN UP);
      script_assert_status (&s, 200);
      g_assert_false (s.flow->result.response->from_cache);
    }
  {
    /* One that goes on saying 304 is believed in the end. */
    const Step steps[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = "ETag: \"2\""),
      DELETE ("/a"),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = "ETag: \"2\""),
    };

    script_run (&s, steps, DOWN AGAIN UP);
    script_assert_status (&s, 304);
  }
}

static void
test_only_if_cached (gboolean async, gconstpointer data)
{
  static const Step miss[] = { FIND ("/a") };
  g_auto (Script) s;

  init (&s, async, "GET");
  tern_headers_append (tern_request_get_headers (s.request), "Cache-Control", "only-if-cached");
  script_run (&s, miss, HIT);
  script_assert_status (&s, 504);
  g_clear_object (&s.settings->cache_store);
  script_run_at (G_STRLOC, &s, miss, 0, HIT);
  script_assert_status (&s, 504);
  g_assert_null (s.flow->result.body);
}

static void
test_bypass (gboolean async, gconstpointer data)
{
  static const Step own[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 304, .sent = "If-None-Match: \"9\""),
  };
  static const Step no_store[] = {
    EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .body = "page"),
    DELETE ("/a"),
  };
  static const Step head[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "HEAD /a", .status = 200, .fields = FRESH),
  };
  static const Step nothing[] = { EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH) };
  g_auto (Script) s;

  init (&s, async, "GET");
  tern_headers_append (tern_request_get_headers (s.request), "If-None-Match", "\"9\"");
  script_run (&s, own, DOWN UP);
  script_assert_status (&s, 304);
  tern_headers_remove (tern_request_get_headers (s.request), "If-None-Match");
  tern_headers_append (tern_request_get_headers (s.request), "Cache-Control", "no-store");
  script_run (&s, no_store, DOWN UP);
  script_read (&s);
  g_assert_null (script_store_peek (s.settings->cache_store, "#meta"));
  tern_headers_remove (tern_request_get_headers (s.request), "Cache-Control");
  tern_request_set_method (s.request, "HEAD");
  script_run (&s, head, DOWN UP);
  g_clear_object (&s.settings->cache_store);
  tern_request_set_method (s.request, "GET");
  script_run (&s, nothing, DOWN UP);
}

/* What is stored answers conditions, ranges and HEAD without the network. */
static void
test_other_forms (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *method, *name, *value;
    guint status;
    int length; /* -1: no body */
  } rows[] = {
    { "HEAD", "Accept", "*", 200, -1 },
    { "GET", "If-None-Match", "\"1\"", 304, -1 },
    { "GET", "If-None-Match", "\"9\"", 200, 4 },
    { "GET", "Range", "bytes=1-2", 206, 2 },
    { "GET", "Range", "bytes=9-", 416, -1 },
  };
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Step steps[] = { FIND ("/a", .value = meta), OPEN ("/a", .value = body) };

      tern_request_set_method (s.request, rows[i].method);
      tern_headers_append (tern_request_get_headers (s.request), rows[i].name, rows[i].value);
      script_run (&s, steps, HIT);
      script_assert_status (&s, rows[i].status);
      g_assert_true (s.flow->result.response->from_cache);
      g_assert_cmpint (s.flow->result.body != NULL, ==, rows[i].length >= 0);
      if (s.flow->result.body)
        g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, rows[i].length);
      tern_headers_remove (tern_request_get_headers (s.request), rows[i].name);
    }
}

/* A part is kept as a part: it answers for itself, and never for the whole. */
static void
test_parts (gboolean async, gconstpointer data)
{
  static const Step lie[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 206, .fields = FRESH "\nContent-Range: bytes 1-3/4",
              .body = "ag"),
  };
  static const Step part[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 206, .fields = FRESH "\nContent-Range: bytes 1-2/4",
              .body = "ag"),
  };
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  tern_headers_set (tern_request_get_headers (s.request), "Range", "bytes=1-2");
  script_run (&s, lie, DOWN UP);
  script_read (&s);
  g_assert_null (script_store_peek (s.settings->cache_store, "#meta"));
  script_run (&s, part, DOWN UP);
  script_read (&s);
  meta = g_bytes_ref (script_store_peek (s.settings->cache_store, "/a#meta"));
  body = g_bytes_ref (script_store_peek (s.settings->cache_store, "/a#body"));
  {
    const Step within[] = { FIND ("/a", .value = meta), OPEN ("/a", .value = body) };
    const Step beyond[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 200, .sent = "If-None-Match:"),
      DELETE ("/a"),
    };

    tern_headers_set (tern_request_get_headers (s.request), "Range", "bytes=2-2");
    script_run (&s, within, HIT);
    script_assert_status (&s, 206);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 1);
    g_assert_cmpstr (tern_headers_get (s.flow->result.response->headers, "Content-Range"), ==,
                     "bytes 2-2/4");
    tern_headers_remove (tern_request_get_headers (s.request), "Range");
    script_run (&s, beyond, DOWN UP);
    g_assert_cmpstr (s.flow->result.response->cache_status, ==,
                     "tern; fwd=partial; fwd-status=200; detail=no-lifetime");
  }
}

/* The program asks about what it has; the cache asks about what it has as well. */
static void
test_own_conditions (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, STALE, &meta, &body);
  tern_headers_append (tern_request_get_headers (s.request), "If-None-Match", "\"9\"");
  {
    const Step the_programs[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = "ETag: \"9\"",
                .sent = "If-None-Match: \"9\", \"1\""),
    };
    const Step the_caches[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = FRESH),
      OPEN ("/a", .value = body),
      STORE ("/a"),
    };

    script_run (&s, the_programs, DOWN UP);
    script_assert_status (&s, 304);
    g_assert_false (s.flow->result.response->from_cache);
    script_run (&s, the_caches, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_true (s.flow->result.response->from_cache);
  }
}

static void
test_invalidation (gboolean async, gconstpointer data)
{
  static const Step plain[] = {
    EXCHANGE (.asked = "POST /a", .status = 200),
    DELETE ("/a"),
  };
  static const Step named[] = {
    EXCHANGE (.asked = "POST /a", .status = 201,
              .fields = "Location: /b\nContent-Location: http://origin.example/c#x"),
    DELETE ("/a"),
    DELETE ("/b"),
    DELETE ("/c"),
  };
  static const Step foreign[] = {
    EXCHANGE (.asked = "POST /a", .status = 201, .fields = "Location: http://other.example/b"),
    DELETE ("/a"),
  };
  static const Step refused[] = { EXCHANGE (.asked = "POST /a", .status = 400) };
  static const Step failed[] = {
    EXCHANGE (.asked = "POST /a", .facts = { .phase = TERN_PHASE_RESOLVE },
              .domain = tern_error_quark, .code = TERN_ERROR_SERVER_NOT_FOUND),
  };
  g_auto (Script) s;

  init (&s, async, "POST");
  script_run (&s, plain, DOWN UP);
  script_run (&s, named, DOWN UP);
  script_run (&s, foreign, DOWN UP);
  script_run (&s, refused, DOWN UP);
  script_run (&s, failed, DOWN UP);
}

/* A redirect that changes something makes room before it is followed. */
static void
test_after_redirect (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 303, .fields = "Location: b"),
    DELETE ("/a"),
    DELETE ("/b"),
    DRAIN,
    FIND ("/b"),
    EXCHANGE (.asked = "GET /b", .status = 200),
    DELETE ("/b"),
  };
  g_auto (Script) s;

  init (&s, async, "POST");
  script_run (&s, steps, DOWN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP);
  script_assert_status (&s, 200);
}

/* Above the cache, a login asks it again: with the credentials it may know the answer. */
static void
test_beneath_auth (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 401, .fields = "WWW-Authenticate: Basic"),
    DRAIN,
    GET ("tern:salt"),
    SET ("tern:salt"),
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .body = "page",
              .sent = "Authorization: Basic bWU6c2VjcmV0"),
  };
  g_auto (Script) s;

  init (&s, async, "GET");
  tern_request_set_uri (s.request, "http://me:secret@origin.example/a");
  script_run (&s, steps, DOWN UP_TO_AUTH "~ auth, " FROM_CODING UP);
  script_assert_status (&s, 200);
}

static void
test_partition (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    FIND ("/a mine%20own"),
    EXCHANGE (.asked = "GET /a", .status = 404),
    DELETE ("/a mine%20own"),
  };
  g_auto (Script) s;

  init (&s, async, "GET");
  tern_request_set_partition (s.request, "mine own");
  script_run (&s, steps, DOWN UP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/cache/miss-and-hit", test_miss_and_hit, NULL);
  tern_test_add_both ("/flow/cache/broken", test_broken, NULL);
  tern_test_add_both ("/flow/cache/foreign", test_foreign, NULL);
  tern_test_add_both ("/flow/cache/not-modified", test_not_modified, NULL);
  tern_test_add_both ("/flow/cache/modified", test_modified, NULL);
  tern_test_add_both ("/flow/cache/304-for-nothing", test_304_for_nothing, NULL);
  tern_test_add_both ("/flow/cache/only-if-cached", test_only_if_cached, NULL);
  tern_test_add_both ("/flow/cache/bypass", test_bypass, NULL);
  tern_test_add_both ("/flow/cache/other-forms", test_other_forms, NULL);
  tern_test_add_both ("/flow/cache/parts", test_parts, NULL);
  tern_test_add_both ("/flow/cache/own-conditions", test_own_conditions, NULL);
  tern_test_add_both ("/flow/cache/invalidation", test_invalidation, NULL);
  tern_test_add_both ("/flow/cache/after-redirect", test_after_redirect, NULL);
  tern_test_add_both ("/flow/cache/beneath-auth", test_beneath_auth, NULL);
  tern_test_add_both ("/flow/cache/partition", test_partition, NULL);
  return g_test_run ();
}
