/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rules of RFC 9111 and its relatives, one scenario a rule: what the origin serves, what is
 * asked, what comes of it and how often the origin is asked. A table, run over every kind of store,
 * sync and async. */

#include "page.h"

#include <string.h>
#include <tern/tern-util.h>

/* In fields, "@-100@" is the date of a hundred seconds ago. Lines end in "\n". */
typedef struct
{
  /* What the origin serves from now on, unless status is 0; or the very bytes of its next answer.
   */
  guint serve;
  const char *with;
  const char *body;
  const char *raw;

  /* Then a request, unless n_asked is NOTHING. */
  int n_asked;
  const char *method; /* NULL: GET */
  const char *fields;
  guint status; /* 0: 200 */
  const char *answer;
  const char *cache; /* how the status of the cache begins, with "*" for anything; NULL: any */
  const char *has;   /* "Name: what its value begins with", or "Name:" where it is not there */
} Act;

#define NOTHING (-1)
#define SERVE(status, with, body)                                                                  \
  {                                                                                                \
    status, with, body, .n_asked = NOTHING                                                         \
  }
#define RAW(bytes)                                                                                 \
  {                                                                                                \
    .raw = bytes, .n_asked = NOTHING                                                               \
  }
#define ASK(n, text, ...)                                                                          \
  {                                                                                                \
    .n_asked = n, .answer = text, __VA_ARGS__                                                      \
  }
#define HIT(text, ...) ASK (0, text, .cache = "tern; hit", __VA_ARGS__)
#define MAX_ACTS 12

typedef struct
{
  const char *name;
  Act acts[MAX_ACTS];
} Scenario;

#define TAGGED "ETag: \"1\"\n"
#define FRESH "Cache-Control: max-age=60\n"
#define STALE "Age: 100\nCache-Control: max-age=60"
#define VALIDATED "tern; fwd=stale; fwd-status=304; stored"

static const Scenario scenarios[] = {
  /* ---- how long (RFC 9111 §4.2) ---- */
  { "guessed", /* a tenth, 100 seconds */
    { SERVE (200, "Date: @0@\nLast-Modified: @-1000@\n", "one"), ASK (1, "one"),
      HIT ("one", .has = "Age: ") } },
  { "guessed-over",
    { SERVE (200, "Date: @-200@\nLast-Modified: @-1200@\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "guessed-for-no-error",
    { SERVE (403, "Last-Modified: @-1000@\n", "no"), ASK (1, "no", .status = 403),
      ASK (1, "no", .status = 403, .cache = "tern; fwd=uri-miss; fwd-status=403") } },
  { "guessed-for-public",
    { SERVE (403, "Last-Modified: @-10000@\nCache-Control: public\n", "no"),
      ASK (1, "no", .status = 403), HIT ("no", .status = 403) } },
  { "expires-is-no-date",
    { SERVE (200, TAGGED "Expires: Thu, 32 Foo 2099 00:00:00 GMT\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "expires-twice",
    { SERVE (200, TAGGED "Expires: @60@\nExpires: @90@\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "expires-by-date",
    { SERVE (200, TAGGED "Date: @-30@\nExpires: @-10@\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "age",
    { SERVE (200, FRESH "Age: 41\n", "one"), ASK (1, "one", .has = "Age: 41"),
      HIT ("one", .has = "Age: 4") } },
  { "not-for-shared-caches",
    { SERVE (200, "Cache-Control: s-maxage=0, proxy-revalidate, max-age=60\n", "one"),
      ASK (1, "one"), HIT ("one") } },
  { "pragma-of-a-response",
    { SERVE (200, FRESH "Pragma: no-cache\n", "one"), ASK (1, "one"), HIT ("one") } },

  /* ---- how it is written (§1.2.2, §4.2.1, §5.2) ---- */
  { "letters", { SERVE (200, "cAcHe-CoNtRoL: MAX-age=60\n", "one"), ASK (1, "one"), HIT ("one") } },
  { "quoted-number",
    { SERVE (200, "Cache-Control: max-age=\"60\"\n", "one"), ASK (1, "one"), HIT ("one") } },
  { "no-number",
    { SERVE (200, TAGGED "Cache-Control: max-age=6o\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "huge-number",
    { SERVE (200, "Cache-Control: max-age=99999999999999999999999\n", "one"), ASK (1, "one"),
      HIT ("one") } },
  { "negative-number",
    { SERVE (200, TAGGED "Cache-Control: max-age=-60\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "twice",
    { SERVE (200, TAGGED "Cache-Control: max-age=60\nCache-Control: max-age=0\n", "one"),
      ASK (1, "one"), ASK (1, "one", .cache = VALIDATED) } },
  { "within-quotes",
    { SERVE (200, "Cache-Control: mine=\"a, no-store, max-age=0\", max-age=60\n", "one"),
      ASK (1, "one"), HIT ("one") } },

  /* ---- what may be kept (§3) ---- */
  { "status-203",
    { SERVE (203, FRESH, "s"), ASK (1, "s", .status = 203), HIT ("s", .status = 203) } },
  { "status-204",
    { SERVE (204, FRESH, NULL), ASK (1, "", .status = 204), HIT ("", .status = 204) } },
  { "status-300",
    { SERVE (300, FRESH, "s"), ASK (1, "s", .status = 300), HIT ("s", .status = 300) } },
  { "status-405",
    { SERVE (405, FRESH, "s"), ASK (1, "s", .status = 405), HIT ("s", .status = 405) } },
  { "status-410",
    { SERVE (410, FRESH, "s"), ASK (1, "s", .status = 410), HIT ("s", .status = 410) } },
  { "status-414",
    { SERVE (414, FRESH, "s"), ASK (1, "s", .status = 414), HIT ("s", .status = 414) } },
  { "status-418",
    { SERVE (418, FRESH, "s"), ASK (1, "s", .status = 418), HIT ("s", .status = 418) } },
  { "status-451",
    { SERVE (451, FRESH, "s"), ASK (1, "s", .status = 451), HIT ("s", .status = 451) } },
  { "status-501",
    { SERVE (501, FRESH, "s"), ASK (1, "s", .status = 501), HIT ("s", .status = 501) } },
  { "status-503",
    { SERVE (503, FRESH, "s"), ASK (1, "s", .status = 503), HIT ("s", .status = 503) } },
  { "status-429",
    { SERVE (429, FRESH, "s"), ASK (1, "s", .status = 429), ASK (1, "s", .status = 429) } },
  { "status-421",
    { SERVE (421, FRESH, "s"), ASK (1, "s", .status = 421), ASK (1, "s", .status = 421) } },
  { "status-301",
    { SERVE (301, "Location: /page/there\n", "to"), ASK (1, "to", .status = 301),
      HIT ("to", .status = 301) } },
  { "status-308",
    { SERVE (308, "Location: /page/there\n", "to"), ASK (1, "to", .status = 308),
      HIT ("to", .status = 308) } },
  { "status-301-for-a-time",
    { SERVE (301, "Location: /page/there\n" STALE "\n", "to"), ASK (1, "to", .status = 301),
      ASK (1, "to", .status = 301, .cache = "tern; fwd=stale; fwd-status=301; stored") } },
  { "status-302",
    { SERVE (302, "Location: /page/there\nLast-Modified: @-1000@\n", "to"),
      ASK (1, "to", .status = 302), ASK (1, "to", .status = 302) } },
  { "status-302-fresh",
    { SERVE (302, "Location: /page/there\n" FRESH, "to"), ASK (1, "to", .status = 302),
      HIT ("to", .status = 302) } },
  { "status-307-fresh",
    { SERVE (307, "Location: /page/there\n" FRESH, "to"), ASK (1, "to", .status = 307),
      HIT ("to", .status = 307) } },
  { "negative-then-there",
    { SERVE (404, FRESH, "none"), ASK (1, "none", .status = 404), SERVE (200, FRESH, "one"),
      HIT ("none", .status = 404), ASK (1, "one", .fields = "Cache-Control: no-cache\n"),
      HIT ("one") } },
  { "must-understand",
    { SERVE (200, "Cache-Control: no-store, must-understand, max-age=60\n", "one"), ASK (1, "one"),
      HIT ("one") } },
  { "must-understand-unknown",
    { SERVE (299, "Cache-Control: must-understand, max-age=60\n", "one"),
      ASK (1, "one", .status = 299), ASK (1, "one", .status = 299) } },
  { "unknown-status",
    { SERVE (299, FRESH, "one"), ASK (1, "one", .status = 299), HIT ("one", .status = 299) } },
  { "private",
    { SERVE (200, "Cache-Control: private, max-age=60\n", "one"), ASK (1, "one"), HIT ("one") } },
  { "private-fields",
    { SERVE (200, "Cache-Control: private=\"X-Mine\", max-age=60\nX-Mine: yes\n", "one"),
      ASK (1, "one"), HIT ("one", .has = "X-Mine: yes") } },
  { "vary-star-among-others",
    { SERVE (200, FRESH "Vary: X-A, *\n", "one"), ASK (1, "one"), ASK (1, "one") } },
  { "post",
    { SERVE (200, FRESH TAGGED "Content-Location: /page\n", "posted"),
      ASK (1, "posted", .method = "POST"), SERVE (200, FRESH, "one"), ASK (1, "one"),
      HIT ("one") } },

  /* ---- what may be sent (§4, §5.2) ---- */
  { "no-cache",
    { SERVE (200, TAGGED "Cache-Control: no-cache, max-age=60\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "no-cache-fields",
    { SERVE (200,
             TAGGED "Cache-Control: max-age=60, no-cache=\"X-Mine, X-Too\"\nX-Mine: yes\n",
             "one"),
      ASK (1, "one", .has = "X-Mine: yes"), HIT ("one", .has = "X-Mine:"),
      ASK (1, "one", .fields = "Cache-Control: no-cache\n", .has = "X-Mine: yes"),
      HIT ("one", .has = "X-Mine:") } },
  { "no-cache-fields-of-the-body",
    { SERVE (200, TAGGED "Cache-Control: max-age=60, no-cache=\"Content-Type\"\n", "one"),
      ASK (1, "one"), ASK (1, "one", .cache = VALIDATED) } },
  { "immutable",
    { SERVE (200, TAGGED "Cache-Control: max-age=60, immutable\n", "one"), ASK (1, "one"),
      HIT ("one", .fields = "Cache-Control: max-age=0\n"),
      ASK (1, "one", .fields = "Cache-Control: no-cache\n") } },
  { "immutable-but-stale",
    { SERVE (200, TAGGED STALE ", immutable\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "must-revalidate",
    { SERVE (200, TAGGED STALE ", must-revalidate\n", "one"), ASK (1, "one"),
      ASK (1, "one", .fields = "Cache-Control: max-stale\n", .cache = VALIDATED) } },
  { "max-stale",
    { SERVE (200, TAGGED STALE "\n", "one"), ASK (1, "one"),
      ASK (1, "one", .fields = "Cache-Control: max-stale=30\n", .cache = VALIDATED),
      ASK (0, "one", .fields = "Cache-Control: max-stale=50\n",
           .cache = "tern; hit; ttl=-*; detail=max-stale") } },
  { "stale-without-validator",
    { SERVE (200, STALE "\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = "tern; fwd=stale; fwd-status=200; stored") } },
  { "request-max-age-twice",
    { SERVE (200, FRESH TAGGED "Age: 30\n", "one"), ASK (1, "one"),
      ASK (1, "one", .fields = "Cache-Control: max-age=50\nCache-Control: max-age=10\n") } },
  { "pragma-beside-cache-control",
    { SERVE (200, FRESH TAGGED, "one"), ASK (1, "one"),
      HIT ("one", .fields = "Pragma: no-cache\nCache-Control: max-age=50\n") } },
  { "only-if-cached-stale",
    { SERVE (200, STALE "\n" TAGGED, "one"), ASK (1, "one"),
      ASK (0, "", .fields = "Cache-Control: only-if-cached\n", .status = 504),
      HIT ("one", .fields = "Cache-Control: only-if-cached, max-stale=90\n") } },
  { "vary-by-tongue",
    { SERVE (200, FRESH "Vary: Accept-Language\n", "one"),
      ASK (1, "one", .fields = "Accept-Language: de;q=1, en\n"),
      HIT ("one", .fields = "accept-language: DE ; q=1\nAccept-Language: EN\n"),
      ASK (1, "one", .fields = "Accept-Language: en, de;q=1\n") } },

  /* ---- the program's own conditions and ranges (§4.3.2, RFC 9110 §13, §14) ---- */
  { "if-modified-since",
    { SERVE (200, FRESH "Last-Modified: @-1000@\n", "one"), ASK (1, "one"),
      HIT ("", .fields = "If-Modified-Since: @-1000@\n", .status = 304),
      HIT ("", .fields = "If-Modified-Since: @-500@\n", .status = 304),
      HIT ("one", .fields = "If-Modified-Since: @-1100@\n"),
      HIT ("one", .fields = "If-Modified-Since: whenever\n") } },
  { "if-none-match",
    { SERVE (200, FRESH TAGGED "Content-Type: text/x\n", "one"), ASK (1, "one"),
      HIT ("", .fields = "If-None-Match: *\n", .status = 304, .has = "Content-Type:"),
      HIT ("", .fields = "If-None-Match: \"0\", W/\"1\"\n", .status = 304, .has = "ETag: \"1\""),
      HIT ("one", .fields = "If-None-Match: \"0\"\nIf-Modified-Since: @0@\n") } },
  { "if-unmodified-since",
    { SERVE (200, FRESH "Last-Modified: @-1000@\n", "one"), ASK (1, "one"),
      ASK (1,
           "one",
           .fields = "If-Unmodified-Since: @-500@\n",
           .cache = "tern; fwd=request; fwd-status=200") } },
  { "if-range",
    { SERVE (200, FRESH TAGGED, "one"), ASK (1, "one"),
      HIT ("ne",
           .fields = "If-Range: \"1\"\nRange: bytes=1-\n",
           .status = 206,
           .has = "Content-Range: bytes 1-2/3"),
      HIT ("one", .fields = "If-Range: \"2\"\nRange: bytes=1-\n") } },
  { "other-units",
    { SERVE (200, FRESH, "one"), ASK (1, "one"),
      ASK (1, "one", .fields = "Range: lines=1-\n", .cache = "tern; fwd=request") } },
  { "stored-part",
    { RAW ("HTTP/1.1 206 Partial Content\r\nCache-Control: max-age=60\r\nETag: \"1\"\r\n"
           "Content-Range: bytes 2-5/9\r\nContent-Length: 4\r\n\r\n2345"),
      ASK (1, "2345", .fields = "Range: bytes=2-5\n", .status = 206),
      HIT (
          "34", .fields = "Range: bytes=3-4\n", .status = 206, .has = "Content-Range: bytes 3-4/9"),
      SERVE (200, FRESH TAGGED, "012345678"), ASK (1, "012345678"), HIT ("012345678") } },
  { "weak-part",
    { RAW ("HTTP/1.1 206 Partial Content\r\nCache-Control: max-age=60\r\nETag: W/\"1\"\r\n"
           "Content-Range: bytes 2-5/9\r\nContent-Length: 4\r\n\r\n2345"),
      ASK (1, "2345", .fields = "Range: bytes=2-5\n", .status = 206), SERVE (200, FRESH, "whole"),
      ASK (1, "whole", .fields = "Range: bytes=2-5\n") } },

  /* ---- what a 304 changes (§3.2, §4.3.4) ---- */
  { "merging",
    { SERVE (200,
             TAGGED "Cache-Control: no-cache\nX-Hop: old\nX-Kept: old\nX-Both: old\n"
                    "Content-Type: text/x\n",
             "one"),
      ASK (1, "one"),
      RAW ("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 999\r\n"
           "Content-Encoding: gzip\r\nContent-Range: bytes 0-1/2\r\nConnection: X-Hop\r\n"
           "X-Hop: new\r\nKeep-Alive: 5\r\nX-Both: new\r\nX-Both: too\r\n"
           "Cache-Control: max-age=60\r\n\r\n"),
      ASK (1, "one", .has = "X-Hop: old", .cache = VALIDATED), HIT ("one", .has = "X-Kept: old"),
      HIT ("one", .has = "X-Both: new, too"), HIT ("one", .has = "Content-Length: 3"),
      HIT ("one", .has = "Keep-Alive:"), HIT ("one", .has = "Content-Encoding:"),
      HIT ("one", .has = "Content-Range:"), HIT ("one", .has = "Content-Type: text/x") } },
  { "weak-validator",
    { SERVE (200, "ETag: W/\"1\"\nCache-Control: no-cache\n", "one"), ASK (1, "one"),
      ASK (1, "one", .cache = VALIDATED) } },
  { "validated-by-date",
    { SERVE (200, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\nCache-Control: no-cache\n", "one"),
      ASK (1, "one"), ASK (1, "one", .cache = VALIDATED) } },
  { "fault-on-validation",
    { SERVE (200, TAGGED STALE "\n", "one"), ASK (1, "one"), SERVE (502, FRESH, "down"),
      ASK (1, "down", .status = 502, .cache = "tern; fwd=stale; fwd-status=502"),
      SERVE (200, TAGGED FRESH, "one"), ASK (1, "one", .cache = VALIDATED), HIT ("one") } },
  { "head-freshens",
    { SERVE (200, TAGGED STALE "\n", "one"), ASK (1, "one"),
      SERVE (200, TAGGED FRESH "X: new\n", "one"), ASK (1, "", .method = "HEAD"),
      HIT ("one", .has = "X: new") } },
  { "head-tells-of-a-change",
    { SERVE (200, TAGGED STALE "\n", "one"), ASK (1, "one"), SERVE (200, TAGGED FRESH, "longer"),
      ASK (1, "", .method = "HEAD"), ASK (1, "longer", .cache = "tern; fwd=uri-miss") } },

  /* ---- what becomes invalid (§4.4) ---- */
  { "unsafe",
    { SERVE (200, FRESH, "one"), ASK (1, "one"), ASK (1, "one", .method = "POST"), ASK (1, "one"),
      ASK (1, "one", .method = "OPTIONS"), HIT ("one") } },
  { "unsafe-refused",
    { SERVE (200, FRESH, "one"), ASK (1, "one"), SERVE (405, NULL, "no"),
      ASK (1, "no", .method = "DELETE", .status = 405), HIT ("one") } },
  { "unsafe-redirected-elsewhere",
    { SERVE (200, FRESH, "one"), ASK (1, "one"),
      SERVE (303, "Location: http://127.0.0.1:1/\n", NULL),
      ASK (1, "", .method = "POST", .status = 303), SERVE (200, FRESH, "two"), ASK (1, "two") } },
};

/* ---- running one ---- */

/* With dates in the place of "@-100@", and lines that end as the origin wants them. */
static char *
expand (const char *fields)
{
  GString *out = g_string_new (NULL);
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (const char *at = fields ? fields : ""; *at; at++)
    if (*at == '@')
      {
        char *end;
        const gint64 offset = g_ascii_strtoll (at + 1, &end, 10);
        g_autofree char *date = tern_http_date_format (now + offset);

        g_assert_cmpint (*end, ==, '@');
        g_string_append (out, date);
        at = end;
      }
    else
      g_string_append (out, *at == '\n' ? "\r\n" : (char[]){ *at, '\0' });
  return g_string_free (out, FALSE);
}

static void
add_fields (Session *session, const char *fields)
{
  g_autofree char *text = expand (fields);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      char *colon = strstr (lines[i], ": ");

      *colon = '\0';
      session_header (session, lines[i], colon + 2);
    }
}

static void
check_has (const char *where, TernResponse *response, const char *has)
{
  const char *colon = strchr (has, ':');
  g_autofree char *name = g_strndup (has, colon - has);
  g_autofree char *value = tern_response_get_header (response, name);

  if (colon[1] == '\0' ? value != NULL : !value || !g_str_has_prefix (value, colon + 2))
    g_error ("%s: %s is “%s”, not “%s”", where, name, value ? value : "(absent)", colon + 1);
}

static void
ask (const char *where, Page *p, const Act *act)
{
  const guint before = tern_origin_n_requests (p->session.origin);
  g_autofree char *pattern = NULL;
  const char *text;
  guint n_asked;

  session_ask (&p->session, act->method ? act->method : "GET", "/page");
  add_fields (&p->session, act->fields);
  session_fetch (&p->session);
  session_assert_at (where, &p->session, act->status ? act->status : 200, act->answer);
  text = tern_response_get_cache_status (p->session.response);
  n_asked = tern_origin_n_requests (p->session.origin) - before;
  if (n_asked != (guint)act->n_asked)
    g_error ("%s: the origin was asked %u times (%s)", where, n_asked, text);
  pattern = g_strconcat (act->cache ? act->cache : "", "*", NULL);
  if (!g_pattern_match_simple (pattern, text))
    g_error ("%s: the cache says “%s”, not “%s…”", where, text, act->cache);
  if (act->has)
    check_has (where, p->session.response, act->has);
}

static void
run (gboolean async, StoreKind kind, const Scenario *scenario)
{
  g_auto (Page) p;

  page_init (&p, async, kind);
  tern_client_set_follow_redirects (p.session.client, FALSE);
  for (guint i = 0; i < MAX_ACTS; i++)
    {
      const Act *act = &scenario->acts[i];
      g_autofree char *with = expand (act->with);
      g_autofree char *where = g_strdup_printf ("%s, act %u", scenario->name, i + 1);

      if (act->serve)
        page_set (&p, act->serve, with, act->body);
      else if (act->raw)
        tern_origin_push_script (p.session.origin, act->raw, -1, 0);
      else if (act->answer)
        ask (where, &p, act);
    }
}

/* The kind of store and the scenario in one pointer. */
static void
test_scenario (gboolean async, gconstpointer data)
{
  const guint number = GPOINTER_TO_UINT (data);

  run (async, number % N_STORES, &scenarios[number / N_STORES]);
}

static void
add_tests (StoreKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/cache/rules/%s/%s", scenarios[i].name, shelf_get_name (kind));

      tern_test_add_both (path, test_scenario, GUINT_TO_POINTER (i * N_STORES + kind));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint kind = STORE_MEMORY; kind < N_STORES; kind++)
    if (shelf_has (kind))
      add_tests (kind);
  return g_test_run ();
}
