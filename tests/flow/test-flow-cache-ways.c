/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rarer ways through the cache's stage: salts, variants, what stands in for a failure, what a
 * lost answer takes away, the answers to HEAD, and questions that begin at the cache. */

#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-record.h"
#include "policy/tern-cache-sibling.h"

#define HIT "v redirect, v auth, v coding, = cache, ^ coding, ^ auth, ^ redirect"
#define AGAIN UP_TO_CACHE "~ cache, " FROM_PROXY
#define FRESH "Cache-Control: max-age=60\nETag: \"1\""
#define RESCUED "Age: 100\nETag: \"1\"\nCache-Control: max-age=60, stale-if-error=1000"
#define SALT "0123456789abcdef0123456789abcdef"

static void
init (Script *s, gboolean async, const char *method)
{
  script_init (s, async, method, "/a");
  s->settings->cache_store = script_store_new ();
}

static void
set_field (Script *s, const char *name, const char *value)
{
  tern_headers_set (tern_request_get_headers (s->request), name, value);
}

static GBytes *
peek (Script *s, const char *suffix)
{
  GBytes *bytes = script_store_peek (s->settings->cache_store, suffix);

  return bytes ? g_bytes_ref (bytes) : NULL;
}

/* A miss with these fields, so that there are a record and a body. */
static void
fill (Script *s, const char *fields, GBytes **meta, GBytes **body)
{
  const Step steps[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 200, .fields = fields, .body = "page"),
  };

  script_run (s, steps, DOWN UP);
  script_read (s);
  *meta = peek (s, "/a#meta");
  *body = peek (s, "/a#body");
}

/* ---- salts ---- */

/* One is made where there is none, or none that is one; then it is remembered with the store. */
static void
test_salt (gboolean async, gconstpointer data)
{
  static const char *const found[] = { NULL, "too short", "0123456789abcdef0123456789abcdeX" };

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      const Step first[] = {
        GET ("tern:salt", .body = found[i]),         SET ("tern:salt"), FIND ("/a"),
        EXCHANGE (.asked = "GET /a", .status = 403), DELETE ("/a"),
      };
      const Step next[] = {
        FIND ("/a"),
        EXCHANGE (.asked = "GET /a", .status = 403),
        DELETE ("/a"),
      };
      g_auto (Script) s;

      init (&s, async, "GET");
      set_field (&s, "Cookie", "a=b");
      script_run (&s, first, DOWN UP);
      script_run (&s, next, DOWN UP);
    }
}

static void
test_salt_found (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    GET ("tern:salt", .body = SALT),
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 403),
    DELETE ("/a"),
  };
  static const Step unneeded[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 403),
    DELETE ("/a"),
  };
  g_auto (Script) s;

  init (&s, async, "GET");
  script_run (&s, unneeded, DOWN UP); /* nobody looks for one without need */
  set_field (&s, "Authorization", "Bearer me");
  script_run (&s, steps, DOWN UP);
}

/* ---- variants ---- */

typedef struct
{
  GBytes *home; /* was stored for "de", ten seconds before the other one */
  GBytes *home_body;
  GBytes *sibling; /* for "fr" */
  GBytes *sibling_body;
  char *slot; /* the sibling's, as the script is asked for it */
} Variants;

static GBytes *
make_older (GBytes *meta, char **slot)
{
  g_autoptr (TernCacheRecord) record = tern_cache_record_parse (meta, NULL);
  const TernCacheSibling *sibling = record->siblings->pdata[0];

  record->response_time -= 10;
  *slot = g_strconcat ("/a#", sibling->slot, NULL);
  return tern_cache_record_serialize (record);
}

static void
fill_variants (Script *s, Variants *v)
{
  static const char fields[] = "Cache-Control: max-age=60\nVary: X-Tongue\nETag: \"de\"";
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) with_line = NULL;
  g_autofree char *suffix = NULL;

  set_field (s, "X-Tongue", "de");
  fill (s, fields, &first, &v->home_body);
  set_field (s, "X-Tongue", "fr");
  {
    const Step steps[] = {
      FIND ("/a", .value = first),
      EXCHANGE (.asked = "GET /a", .status = 200, .body = "autre page",
                .fields = "Cache-Control: max-age=60\nVary: X-Tongue\nETag: \"fr\"",
                .sent = "If-None-Match: \"de\""),
    };

    script_run (s, steps, DOWN UP);
    script_read (s);
  }
  with_line = peek (s, "/a#meta");
  v->home = make_older (with_line, &v->slot);
  suffix = g_strconcat (v->slot, "#meta", NULL);
  v->sibling = peek (s, suffix);
  memcpy (suffix + strlen (suffix) - 4, "body", 4);
  v->sibling_body = peek (s, suffix);
  g_assert_nonnull (v->sibling);
  g_assert_nonnull (v->sibling_body);
}

static void
variants_clear (Variants *v)
{
  g_clear_pointer (&v->home, g_bytes_unref);
  g_clear_pointer (&v->home_body, g_bytes_unref);
  g_clear_pointer (&v->sibling, g_bytes_unref);
  g_clear_pointer (&v->sibling_body, g_bytes_unref);
  g_clear_pointer (&v->slot, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Variants, variants_clear)

static void
test_sibling (gboolean async, gconstpointer data)
{
  g_auto (Variants) v = { 0 };
  g_auto (Script) s;

  init (&s, async, "GET");
  fill_variants (&s, &v);
  {
    const Step hit[] = {
      FIND ("/a", .value = v.home),
      FIND (v.slot, .value = v.sibling),
      OPEN (v.slot, .value = v.sibling_body),
    };
    /* A line that leads to nothing is a miss; all tags are asked about. */
    const Step gone[] = {
      FIND ("/a", .value = v.home),
      FIND (v.slot),
      EXCHANGE (.asked = "GET /a", .status = 404, .sent = "If-None-Match: \"de\", \"fr\""),
    };

    script_run (&s, hit, HIT);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 10);
    script_run (&s, gone, DOWN UP);
  }
}

/* A 304 names a variant of which only the line was read: it is looked up then. */
static void
test_tagged (gboolean async, gconstpointer data)
{
  g_auto (Variants) v = { 0 };
  g_auto (Script) s;

  init (&s, async, "GET");
  fill_variants (&s, &v);
  set_field (&s, "X-Tongue", "it");
  {
    const Step there[] = {
      FIND ("/a", .value = v.home),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = "ETag: \"fr\"",
                .sent = "If-None-Match: \"de\", \"fr\""),
      FIND (v.slot, .value = v.sibling),
      OPEN (v.slot, .value = v.sibling_body),
    };
    const Step gone[] = {
      FIND ("/a", .value = v.home),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = "ETag: \"fr\""),
      FIND (v.slot),
      DELETE ("/a"),
      EXCHANGE (.asked = "GET /a", .status = 200, .fields = FRESH, .sent = "If-None-Match:"),
    };

    script_run (&s, there, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_cmpint (tern_reader_get_remaining (s.flow->result.body), ==, 10);
    script_run (&s, gone, DOWN AGAIN UP);
    script_assert_status (&s, 200);
  }
}

/* What an update overwrites is the newest that the program has seen, whatever it was chosen by. */
static void
test_guard (gboolean async, gconstpointer data)
{
  g_auto (Variants) v = { 0 };
  g_auto (Script) s;

  init (&s, async, "GET");
  fill_variants (&s, &v);
  tern_headers_remove (tern_request_get_headers (s.request), "X-Tongue");
  tern_request_set_method (s.request, "PUT");
  {
    const Step newer[] = {
      FIND ("/a", .value = v.home),
      FIND (v.slot, .value = v.sibling),
      EXCHANGE (.asked = "PUT /a", .status = 500, .sent = "If-Match: \"fr\""),
    };
    const Step gone[] = {
      FIND ("/a", .value = v.home),
      FIND (v.slot),
      EXCHANGE (.asked = "PUT /a", .status = 412, .sent = "If-Match: \"de\""),
      DELETE ("/a"),
    };
    const Step nothing[] = {
      FIND ("/a"),
      EXCHANGE (.asked = "PUT /a", .status = 204, .sent = "If-Match:"),
      DELETE ("/a"),
    };
    const Step ignored[] = {
      EXCHANGE (.asked = "PUT /a", .status = 500, .sent = "If-Match:"),
    };

    script_run (&s, newer, DOWN UP);
    script_run (&s, gone, DOWN UP);
    script_assert_status (&s, 412);
    script_run (&s, nothing, DOWN UP);
    s.settings->ignore_etag = TRUE;
    script_run (&s, ignored, DOWN UP);
  }
}

/* ---- others who ask for the same ---- */

/* Whatever becomes of who was waited for, nobody waits twice. */
static void
test_join (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, FRESH, &meta, &body);
  g_set_object (&s.settings->cache_store, NULL);
  s.settings->cache_store = script_store_new_entries ();
  {
    const Step alone[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_ALONE),
      EXCHANGE (.asked = "GET /a", .status = 403),
      DELETE ("/a"),
    };
    /* It was stored meanwhile. */
    const Step again[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_AGAIN),
      FIND ("/a", .value = meta),
      OPEN ("/a", .value = body),
    };
    const Step again_for_nothing[] = {
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_AGAIN),
      FIND ("/a"),
      JOIN ("/a", TERN_FLIGHT_ALONE),
      EXCHANGE (.asked = "GET /a", .status = 403),
      DELETE ("/a"),
    };

    script_run (&s, alone, DOWN UP);
    script_run (&s, again, HIT);
    script_assert_status (&s, 200);
    script_run (&s, again_for_nothing, DOWN UP);
  }
}

/* Who wants something of his own, or the newest, asks by himself. */
static void
test_not_joined (gboolean async, gconstpointer data)
{
  static const char *const fields[][2] = {
    { "Range", "bytes=1-" },
    { "If-None-Match", "\"9\"" },
    { "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT" },
    { "Cache-Control", "no-cache" },
    { "Cache-Control", "max-age=0" },
  };
  static const Step steps[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "GET /a", .status = 403),
    DELETE ("/a"),
  };
  static const Step head[] = {
    FIND ("/a"),
    EXCHANGE (.asked = "HEAD /a", .status = 403),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.settings->cache_store = script_store_new_entries ();
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      set_field (&s, fields[i][0], fields[i][1]);
      script_run (&s, steps, DOWN UP);
      tern_headers_remove (tern_request_get_headers (s.request), fields[i][0]);
    }
  tern_request_set_method (s.request, "HEAD");
  script_run (&s, head, DOWN UP);
}

/* ---- what stands in for a failure ---- */

static void
test_rescue (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, RESCUED, &meta, &body);
  {
    const Step by_status[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 503, .sent = "If-None-Match: \"1\""),
      OPEN ("/a", .value = body),
    };
    const Step by_failure[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_RECEIVE, .request_sent = TRUE },
                .domain = g_io_error_quark, .code = G_IO_ERROR_TIMED_OUT),
      OPEN ("/a", .value = body),
    };
    /* Without the body there is nothing to rescue with: what came, comes. */
    const Step half[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 503),
      OPEN ("/a"),
    };
    const Step half_of_nothing[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_RESOLVE },
                .domain = tern_error_quark, .code = TERN_ERROR_SERVER_NOT_FOUND),
      OPEN ("/a"),
    };

    script_run (&s, by_status, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_true (s.flow->result.response->from_cache);
    script_run (&s, by_failure, DOWN UP);
    script_assert_status (&s, 200);
    script_run (&s, half, DOWN UP);
    script_assert_status (&s, 503);
    script_run (&s, half_of_nothing, DOWN UP);
    script_assert_error (&s, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND);
  }
}

/* Not where the failure is one that the program has to know of. */
static void
test_no_rescue (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, RESCUED, &meta, &body);
  {
    const Step tls[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_TLS }, .domain = tern_error_quark,
                .code = TERN_ERROR_CERTIFICATE),
    };
    const Step local[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_CONNECT, .local = TRUE },
                .domain = g_io_error_quark, .code = G_IO_ERROR_FAILED),
    };
    const Step cancelled[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .facts = { .phase = TERN_PHASE_RECEIVE },
                .domain = g_io_error_quark, .code = G_IO_ERROR_CANCELLED),
    };
    const Step not_found[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 410),
      DELETE ("/a"),
    };

    script_run (&s, tls, DOWN UP);
    script_assert_error (&s, TERN_ERROR, TERN_ERROR_CERTIFICATE);
    script_run (&s, local, DOWN UP);
    script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_FAILED);
    script_run (&s, cancelled, DOWN UP);
    script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    script_run (&s, not_found, DOWN UP);
    script_assert_status (&s, 410);
  }
}

/* ---- lost answers ---- */

#define LOST(...)                                                                                  \
  EXCHANGE (.asked = "PUT /a", .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_CLOSED,   \
            .facts = { .phase = TERN_PHASE_RECEIVE, __VA_ARGS__ })
#define LOST_AGAIN(...)                                                                            \
  EXCHANGE (.asked = "PUT /a fresh", .domain = g_io_error_quark,                                   \
            .code = G_IO_ERROR_CONNECTION_REFUSED,                                                 \
            .facts = { .phase = TERN_PHASE_CONNECT, __VA_ARGS__ })

/* What may have arrived takes the entry away, without that anybody waits for it; what never left
 * does not; and of two tries either counts. */
static void
test_lost (gboolean async, gconstpointer data)
{
  static const Step sent[] = { LOST (.request_sent = TRUE) };
  static const Step not_sent[] = { LOST (.request_sent = FALSE) };
  static const Step sent_once[] = {
    LOST (.request_sent = TRUE, .reused = TRUE),
    LOST_AGAIN (.request_sent = FALSE),
  };
  static const struct
  {
    const Step *steps;
    guint n;
    gboolean stays;
  } rows[] = {
    { sent, 1, FALSE },
    { not_sent, 1, TRUE },
    { sent_once, 2, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) meta = NULL;
      g_autoptr (GBytes) body = NULL;
      g_auto (Script) s;

      init (&s, async, "GET");
      fill (&s, FRESH, &meta, &body);
      tern_request_set_method (s.request, "PUT");
      s.settings->ignore_etag = TRUE; /* so that nothing is looked up */
      script_run_at (G_STRLOC, &s, rows[i].steps, rows[i].n, NULL);
      g_assert_nonnull (s.error);
      g_assert_cmpint (script_store_peek (s.settings->cache_store, "/a#meta") != NULL, ==,
                       rows[i].stays);
      g_assert_cmpint (script_store_peek (s.settings->cache_store, "/a#body") != NULL, ==,
                       rows[i].stays);
    }
}

/* ---- the answers to HEAD ---- */

static void
test_head (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, "Age: 100\nCache-Control: max-age=60\nETag: \"1\"", &meta, &body);
  tern_request_set_method (s.request, "HEAD");
  {
    const Step same[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "HEAD /a", .status = 200, .fields = FRESH, .sent = "If-None-Match:"),
      STORE ("/a"),
    };
    const Step other[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "HEAD /a", .status = 200, .fields = "ETag: \"2\""),
      DELETE ("/a"),
    };
    const Step silent[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "HEAD /a", .status = 503),
    };

    script_run (&s, same, DOWN UP);
    script_assert_status (&s, 200);
    g_assert_false (s.flow->result.response->from_cache);
    script_run (&s, other, DOWN UP);
    script_run (&s, silent, DOWN UP);
  }
}

/* ---- from the cache down ---- */

/* A question in the background sees nothing of the stages above, and does not take stale for an
 * answer. */
static void
test_from_cache (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Script) s;

  init (&s, async, "GET");
  fill (&s, "Age: 100\nETag: \"1\"\nCache-Control: max-age=60, stale-while-revalidate=1000", &meta,
        &body);
  s.top = TERN_STAGE_CACHE;
  {
    const Step steps[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 304, .fields = FRESH, .sent = "If-None-Match: \"1\""),
      OPEN ("/a", .value = body),
      STORE ("/a"),
    };
    const Step redirect[] = {
      FIND ("/a", .value = meta),
      EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: /b"),
      DELETE ("/a"),
    };

    script_run (&s, steps, FROM_CACHE UP_TO_CACHE "^ cache");
    script_run (&s, redirect, FROM_CACHE UP_TO_CACHE "^ cache");
    script_assert_status (&s, 302);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/cache-ways/salt", test_salt, NULL);
  tern_test_add_both ("/flow/cache-ways/salt-found", test_salt_found, NULL);
  tern_test_add_both ("/flow/cache-ways/sibling", test_sibling, NULL);
  tern_test_add_both ("/flow/cache-ways/tagged", test_tagged, NULL);
  tern_test_add_both ("/flow/cache-ways/guard", test_guard, NULL);
  tern_test_add_both ("/flow/cache-ways/join", test_join, NULL);
  tern_test_add_both ("/flow/cache-ways/not-joined", test_not_joined, NULL);
  tern_test_add_both ("/flow/cache-ways/rescue", test_rescue, NULL);
  tern_test_add_both ("/flow/cache-ways/no-rescue", test_no_rescue, NULL);
  tern_test_add_both ("/flow/cache-ways/lost", test_lost, NULL);
  tern_test_add_both ("/flow/cache-ways/head", test_head, NULL);
  tern_test_add_both ("/flow/cache-ways/from-cache", test_from_cache, NULL);
  return g_test_run ();
}
