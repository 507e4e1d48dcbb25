/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of what is tried again: never what a server may have done already. */

#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#define AGAIN UP_TO_RETRY "~ retry, = exchange"

#define FAILS(...)                                                                                 \
  .domain = tern_error_quark, .code = TERN_ERROR_REMOTE_DISCONNECTED, .facts = { __VA_ARGS__ }

/* ---- kept connections that died ---- */

typedef struct
{
  const char *method;
  gboolean idempotent;
} Method;

static const Method methods[] = {
  { "GET", TRUE },    { "HEAD", TRUE },   { "PUT", TRUE },    { "DELETE", TRUE },
  { "OPTIONS", TRUE }, { "TRACE", TRUE }, { "POST", FALSE },  { "PATCH", FALSE },
  { "get", FALSE },   { "FROB", FALSE },  { "CONNECT", FALSE },
};

static void
check (gboolean async, const char *method, TernExchangeFacts facts, GQuark (*domain) (void),
       int code, gboolean again)
{
  g_autofree char *first = g_strconcat (method, " /a", NULL);
  g_autofree char *second = g_strconcat (method, facts.reused ? " /a fresh" : " /a", NULL);
  const Step steps[] = {
    EXCHANGE (.asked = first, .domain = domain, .code = code, .facts = facts),
    EXCHANGE (.asked = second, .status = 200),
  };
  g_auto (Script) s;

  script_init (&s, async, method, "/a");
  script_run_at (G_STRLOC, &s, steps, again ? 2 : 1, again ? DOWN AGAIN UP : DOWN UP);
  if (again)
    script_assert_status (&s, 200);
  else
    script_assert_error (&s, domain (), code);
}

static void
test_kept (gboolean async, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    for (guint bits = 0; bits < 8; bits++)
      {
        const gboolean reused = bits & 1, sent = bits & 2, started = bits & 4;
        const TernExchangeFacts facts = { .phase = sent ? TERN_PHASE_WAIT : TERN_PHASE_SEND,
                                          .reused = reused,
                                          .request_sent = sent,
                                          .answer_started = started };
        const gboolean again = reused && !started && (!sent || methods[i].idempotent);

        check (async, methods[i].method, facts, tern_error_quark, TERN_ERROR_REMOTE_DISCONNECTED,
               again);
      }
}

/* Nobody has more time than there is, and what fails for the program's own reasons fails again. */
static void
test_errors (gboolean async, gconstpointer data)
{
  const TernExchangeFacts kept = { .phase = TERN_PHASE_WAIT, .reused = TRUE, .request_sent = TRUE };
  const TernExchangeFacts dialing = { .phase = TERN_PHASE_CONNECT };
  const TernExchangeFacts local = { .phase = TERN_PHASE_SEND, .reused = TRUE, .local = TRUE };
  const TernExchangeFacts looking = { .phase = TERN_PHASE_RESOLVE };
  const TernExchangeFacts queued = { .phase = TERN_PHASE_QUEUE };
  const TernExchangeFacts shaking = { .phase = TERN_PHASE_TLS };

  check (async, "GET", kept, g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, TRUE);
  check (async, "GET", kept, g_io_error_quark, G_IO_ERROR_TIMED_OUT, FALSE);
  check (async, "GET", kept, g_io_error_quark, G_IO_ERROR_CANCELLED, FALSE);
  check (async, "POST", dialing, g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, TRUE);
  check (async, "GET", dialing, g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, TRUE);
  check (async, "GET", dialing, g_io_error_quark, G_IO_ERROR_TIMED_OUT, FALSE);
  check (async, "GET", local, g_io_error_quark, G_IO_ERROR_NOT_FOUND, FALSE);
  check (async, "GET", looking, tern_error_quark, TERN_ERROR_SERVER_NOT_FOUND, FALSE);
  check (async, "GET", queued, g_io_error_quark, G_IO_ERROR_FAILED, FALSE);
  check (async, "GET", shaking, tern_error_quark, TERN_ERROR_CERTIFICATE, FALSE);
}

/* ---- how often ---- */

static void
test_count (gboolean async, gconstpointer data)
{
  static const Step refused[] = {
    EXCHANGE (.asked = "GET /a", .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED,
              .facts = { .phase = TERN_PHASE_CONNECT }),
    EXCHANGE (.asked = "GET /a", .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED,
              .facts = { .phase = TERN_PHASE_CONNECT }),
    EXCHANGE (.asked = "GET /a", .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED,
              .facts = { .phase = TERN_PHASE_CONNECT }),
  };
  static const char *const traces[] = { DOWN UP, DOWN UP, DOWN AGAIN UP, DOWN AGAIN AGAIN UP };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  g_assert_cmpuint (s.settings->retries, ==, 2);
  for (guint tries = 0; tries <= 3; tries++)
    {
      s.settings->retries = tries; /* 0 is one as well: there is no request without a try */
      script_run_at (G_STRLOC, &s, refused, MAX (1, tries), traces[tries]);
      script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
    }
}

/* After a kept connection died, a fresh one; when that is refused, there is no third try. */
static void
test_fresh (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", FAILS (.phase = TERN_PHASE_WAIT, .reused = TRUE,
                                        .request_sent = TRUE)),
    EXCHANGE (.asked = "GET /a fresh", .domain = g_io_error_quark,
              .code = G_IO_ERROR_CONNECTION_REFUSED, .facts = { .phase = TERN_PHASE_CONNECT }),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
test_body (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "PUT /a", .touches_body = TRUE,
              FAILS (.phase = TERN_PHASE_WAIT, .reused = TRUE, .request_sent = TRUE)),
    EXCHANGE (.asked = "PUT /a fresh", .status = 200),
  };
  static const Step untouched[] = {
    EXCHANGE (.asked = "PUT /a", FAILS (.phase = TERN_PHASE_SEND, .reused = TRUE)),
    EXCHANGE (.asked = "PUT /a fresh", .status = 200),
  };
  g_auto (Script) s;

  script_init (&s, async, "PUT", "/a");
  script_body (&s, TRUE);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_body (&s, FALSE);
  script_run (&s, untouched, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  /* The first error says more than that the body cannot be had again. */
  script_run_at (G_STRLOC, &s, steps, 1, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED);
}

/* ---- 417 ---- */

static void
test_expectation (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 417, .facts = { .expected = TRUE }),
    EXCHANGE (.asked = "POST /a no-expect", .status = 200),
  };
  static const Step still[] = {
    EXCHANGE (.asked = "POST /a", .status = 417, .facts = { .expected = TRUE }),
    EXCHANGE (.asked = "POST /a no-expect", .status = 417),
  };
  static const Step unasked[] = { EXCHANGE (.asked = "POST /a", .status = 417) };
  static const Step touched[] = {
    EXCHANGE (.asked = "POST /a", .status = 417, .facts = { .expected = TRUE },
              .touches_body = TRUE),
  };
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  script_body (&s, FALSE);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, still, DOWN AGAIN UP);
  script_assert_status (&s, 417);
  script_run (&s, unasked, DOWN UP);
  script_assert_status (&s, 417);
  script_run (&s, touched, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
}

/* The next hop may expect again, and has its own tries and connections. */
static void
test_next_hop (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "GET /a", FAILS (.reused = TRUE)),
    EXCHANGE (.asked = "GET /a fresh", .status = 417, .facts = { .expected = TRUE }),
    EXCHANGE (.asked = "GET /a fresh no-expect", .status = 302, .fields = "Location: b"),
    DRAIN,
    EXCHANGE (.asked = "GET /b", .status = 200),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  script_run (&s, steps, DOWN AGAIN AGAIN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP);
  script_assert_status (&s, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/retry/kept", test_kept, NULL);
  tern_test_add_both ("/flow/retry/errors", test_errors, NULL);
  tern_test_add_both ("/flow/retry/count", test_count, NULL);
  tern_test_add_both ("/flow/retry/fresh", test_fresh, NULL);
  tern_test_add_both ("/flow/retry/body", test_body, NULL);
  tern_test_add_both ("/flow/retry/expectation", test_expectation, NULL);
  tern_test_add_both ("/flow/retry/next-hop", test_next_hop, NULL);
  return g_test_run ();
}
