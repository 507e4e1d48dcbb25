/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONNECT on a socket pair: what is asked byte for byte, what is made of every answer, and that
 * nothing behind it is touched. */
#include "exchange/tern-tunnel.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"

#define AFTER "\x16\x03\x01not yours\r\n\r\n"

typedef struct
{
  TernTunnel *tunnel;
  int peer;
  TernWait wait;
  GError *error;
} Talk;

static TernTunnelPlan
make_plan (const char *host, guint16 port)
{
  return (TernTunnelPlan){ .proxy = "proxy.example",
                           .host = host,
                           .port = port,
                           .version = 11,
                           .limits = { 4096, 16384, 20 },
                           .deadline = TERN_NEVER };
}

static void
talk_init (Talk *self, const TernTunnelPlan *plan)
{
  TernTransport *transport;
  int fds[2];

  *self = (Talk){ 0 };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (fcntl (fds[0], F_SETFL, O_RDWR | O_NONBLOCK), ==, 0);
  self->peer = fds[1];
  self->tunnel = tern_tunnel_new (plan, &self->error);
  g_assert_no_error (self->error);
  transport = tern_transport_new_tcp (fds[0]);
  tern_tunnel_take_transport (self->tunnel, transport);
  tern_wait_init (&self->wait, NULL, NULL);
}

static TernStep
talk_step (Talk *self)
{
  tern_wait_reset (&self->wait);
  g_clear_error (&self->error);
  return tern_tunnel_step (self->tunnel, &self->wait, &self->error);
}

static void
talk_say (Talk *self, const char *text, gsize len)
{
  g_assert_cmpint (send (self->peer, text, len, MSG_NOSIGNAL), ==, len);
}

static void
talk_clear (Talk *self)
{
  tern_tunnel_free (self->tunnel);
  tern_wait_clear (&self->wait);
  g_clear_error (&self->error);
  close (self->peer);
}

/* --- what is asked --- */

static TernHeaders *
make_fields (const char *first, ...)
{
  TernHeaders *fields = tern_headers_new ();
  va_list args;

  va_start (args, first);
  for (const char *name = first; name; name = va_arg (args, const char *))
    g_assert_true (tern_headers_append (fields, name, va_arg (args, const char *)));
  va_end (args);
  return fields;
}

static void
assert_asked (const TernTunnelPlan *plan, const char *expected)
{
  char buffer[2048] = "";
  Talk talk;

  talk_init (&talk, plan);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_WAIT);
  g_assert_cmpint (recv (talk.peer, buffer, sizeof buffer - 1, MSG_DONTWAIT), >, 0);
  g_assert_cmpstr (buffer, ==, expected);
  talk_clear (&talk);
}

static void
test_head (void)
{
  g_autoptr (TernHeaders) fields
      = make_fields ("X-Site", "7", "Content-Length", "12", "proxy-connection", "keep-alive",
                     "Proxy-Authorization", "Basic old", "Transfer-Encoding", "chunked", NULL);
  g_autoptr (TernHeaders) secret = make_fields ("proxy-authorization", "Basic bmV3", NULL);
  g_autoptr (TernHeaders) host = make_fields ("hOST", "given", "Host", "twice", NULL);
  TernTunnelPlan plan = make_plan ("Origin.example", 443);

  assert_asked (&plan, "CONNECT origin.example:443 HTTP/1.1\r\nHost: origin.example:443\r\n\r\n");
  plan.user_agent = "tern/1";
  plan.fields[0] = fields;
  plan.fields[2] = secret;
  assert_asked (&plan,
                "CONNECT origin.example:443 HTTP/1.1\r\nHost: origin.example:443\r\n"
                "X-Site: 7\r\nproxy-authorization: Basic bmV3\r\nUser-Agent: tern/1\r\n\r\n");
  plan = make_plan ("::1", 80);
  plan.version = 10;
  assert_asked (&plan, "CONNECT [::1]:80 HTTP/1.0\r\nHost: [::1]:80\r\n\r\n");
  plan = make_plan ("[::1]", 8443);
  assert_asked (&plan, "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n");
  plan = make_plan ("bücher.example", 443);
  plan.fields[0] = host;
  assert_asked (&plan, "CONNECT xn--bcher-kva.example:443 HTTP/1.1\r\nhOST: given\r\n\r\n");
}

static void
test_bad_plan (void)
{
  static const char *const hosts[] = { "",    "a b",  "a\r\nX: y", "u@h",  "h/x",  "h#x",
                                       "h?x", "[::1", "::1]",      "h:80", "a\\b", "\xff" };
  g_autoptr (TernHeaders) fields = tern_headers_new ();
  g_autofree char *longest = g_strnfill (256, 'a');

  for (gsize i = 0; i <= G_N_ELEMENTS (hosts); i++)
    {
      const char *host = i < G_N_ELEMENTS (hosts) ? hosts[i] : longest;
      const TernTunnelPlan plan = make_plan (host, 443);
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_tunnel_new (&plan, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
      g_assert_null (strchr (error->message, '\r'));
    }
  for (guint i = 0; i < 2; i++)
    {
      TernTunnelPlan plan = make_plan ("h", 443);
      g_autoptr (GError) error = NULL;

      tern_headers_append (fields, "X", "a\r\nB: c");
      plan.fields[1] = i == 0 ? fields : NULL;
      plan.user_agent = i == 0 ? NULL : "a\nb";
      g_assert_null (tern_tunnel_new (&plan, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
    }
}

/* --- what is made of the answer --- */

typedef struct
{
  const char *name;
  const char *answer;
} Answer;

static const Answer open_answers[] = {
  { "200", "HTTP/1.1 200 Connection established\r\n\r\n" },
  { "http-1.0", "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n" },
  { "length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n" },
  { "204", "HTTP/1.1 204 Fine\r\n\r\n" },
  { "299", "HTTP/1.1 299 \r\n\r\n" },
  { "interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
               "HTTP/1.1 200 OK\r\n\r\n" },
  { "bare-lf", "HTTP/1.1 200 OK\nA: b\n\n" },
};

/* What comes behind the head belongs to who speaks in the tunnel, however the answer was cut. */
static void
test_open (gconstpointer data)
{
  const Answer *row = data;
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  g_autofree char *all = g_strconcat (row->answer, AFTER, NULL);
  const gsize len = strlen (row->answer);

  for (gsize piece = 1; piece <= len; piece = piece == 1 ? len : len + 1)
    {
      g_autoptr (TernTransport) transport = NULL;
      char rest[64] = "";
      Talk talk;

      talk_init (&talk, &plan);
      for (gsize at = 0; piece == 1 && at + 1 < len; at++)
        {
          talk_say (&talk, all + at, 1);
          g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_WAIT);
        }
      talk_say (&talk, all + len - piece, piece + strlen (AFTER));
      g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
      g_assert_null (tern_tunnel_steal_refusal (talk.tunnel));
      g_assert_cmpuint (tern_tunnel_get_head (talk.tunnel)->status / 100, ==, 2);
      transport = tern_tunnel_steal_transport (talk.tunnel);
      g_assert_false (transport->frugal);
      g_assert_cmpint (recv (transport->fd, rest, sizeof rest, MSG_DONTWAIT), ==, strlen (AFTER));
      g_assert_cmpstr (rest, ==, AFTER);
      talk_clear (&talk);
    }
}

typedef struct
{
  const char *name;
  const char *answer;
  guint status;
  const char *body;
} Refusal;

static const Refusal refusals[] = {
  { "407",
    "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 4\r\n\r\nhow?", 407,
    "how?" },
  { "chunked", "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 403,
    "ab" },
  { "to-close", "HTTP/1.0 502 Bad\r\n\r\nuntil the end", 502, "until the end" },
  { "empty", "HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n", 500, "" },
  { "cut", "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nonly this", 503, "only this" },
  { "bad-frame", "HTTP/1.1 503 Busy\r\nContent-Length: x\r\n\r\nonly this", 503, "" },
  { "redirect",
    "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 1\r\n\r\nx", 302,
    "x" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *row = data;
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  g_autoptr (TernResponse) response = NULL;
  g_autoptr (GBytes) content = NULL;
  Talk talk;

  talk_init (&talk, &plan);
  talk_say (&talk, row->answer, strlen (row->answer));
  shutdown (talk.peer, SHUT_WR);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
  g_assert_null (tern_tunnel_steal_transport (talk.tunnel));
  response = tern_tunnel_steal_refusal (talk.tunnel);
  g_assert_cmpuint (tern_response_get_status (response), ==, row->status);
  content = tern_response_read_all (response, NULL, NULL);
  tern_test_assert_bytes (g_bytes_get_data (content, NULL), g_bytes_get_size (content), row->body,
                          -1);
  talk_clear (&talk);
}

/* A page without an end is cut, one that does not come is not waited for long. */
static void
test_endless_refusal (void)
{
  static const char head[] = "HTTP/1.1 403 No\r\n\r\n";
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  g_autofree char *page = g_strnfill (70000, 'x');
  g_autoptr (TernResponse) response = NULL;
  g_autoptr (GBytes) content = NULL;
  Talk talk;

  talk_init (&talk, &plan);
  talk_say (&talk, head, strlen (head));
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_WAIT);
  g_assert_true (tern_tunnel_is_refused (talk.tunnel));
  g_assert_cmpint (talk.wait.deadline, <=, g_get_monotonic_time () + 2 * G_TIME_SPAN_SECOND);
  talk_say (&talk, page, 70000);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
  response = tern_tunnel_steal_refusal (talk.tunnel);
  content = tern_response_read_all (response, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 65536);
  talk_clear (&talk);
}

/* One that is silent for too long is as good as one that ended. */
static void
test_silent_refusal (void)
{
  static const char head[] = "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nhalf";
  TernTunnelPlan plan = make_plan ("origin.example", 443);
  g_autoptr (TernResponse) response = NULL;
  g_autoptr (GBytes) content = NULL;
  Talk talk;

  plan.idle_timeout = 50 * G_TIME_SPAN_MILLISECOND;
  talk_init (&talk, &plan);
  talk_say (&talk, head, strlen (head));
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_WAIT);
  g_assert_cmpint (talk.wait.deadline, <=, g_get_monotonic_time () + plan.idle_timeout);
  g_usleep (plan.idle_timeout + 1000);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
  response = tern_tunnel_steal_refusal (talk.tunnel);
  content = tern_response_read_all (response, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 4);
  talk_clear (&talk);
}

/* After a byte has moved the idle clock is wound anew, so the step must come back before it waits:
 * where it may block it would sleep for nearly all of the time that was left before. */
static void
test_clock (void)
{
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  const gint64 start = g_get_monotonic_time ();
  Talk talk;

  talk_init (&talk, &plan);
  talk.wait.may_block = TRUE;
  tern_wait_add_deadline (&talk.wait, start + 20 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (tern_tunnel_step (talk.tunnel, &talk.wait, &talk.error), ==, TERN_STEP_WAIT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  talk_clear (&talk);
}

static const Answer broken_answers[] = {
  { "nothing", "" },
  { "cut-in-line", "HTTP/1.1 20" },
  { "cut-in-head", "HTTP/1.1 200 OK\r\nVia: x\r\n" },
  { "noise", "SSH-2.0-OpenSSH\r\n\r\n" },
  { "no-status", "HTTP/1.1 abc\r\n\r\n" },
  { "http-2", "HTTP/2.0 200 OK\r\n\r\n" },
  { "switching", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" },
};

static void
assert_tunnel_error (Talk *talk)
{
  tern_test_assert_error (talk->error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, "origin.example:443");
}

static void
test_broken (gconstpointer data)
{
  const Answer *row = data;
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  Talk talk;

  talk_init (&talk, &plan);
  talk_say (&talk, row->answer, strlen (row->answer));
  shutdown (talk.peer, SHUT_WR);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_FAILED);
  assert_tunnel_error (&talk);
  talk_clear (&talk);
}

/* Heads without an end, interim ones without an end, lines without an end. */
static void
test_limits (void)
{
  static const char *const pieces[]
      = { "X-A: 0123456789012345678901234567890123456789\r\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "\r\nHTTP/1.1 100 Go on\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      const TernTunnelPlan plan = make_plan ("origin.example", 443);
      TernStep step = TERN_STEP_WAIT;
      Talk talk;

      talk_init (&talk, &plan);
      talk_say (&talk, "HTTP/1.1 100 Go on\r\n", 20);
      for (guint n = 0; n < 1000 && step == TERN_STEP_WAIT; n++)
        {
          talk_say (&talk, pieces[i], strlen (pieces[i]));
          step = talk_step (&talk);
        }
      g_assert_cmpint (step, ==, TERN_STEP_FAILED);
      assert_tunnel_error (&talk);
      talk_clear (&talk);
    }
}

/* The proxy that refuses at once and closes: its word counts, not that writing failed. */
static void
test_early_refusal (void)
{
  static const char answer[] = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
  const TernTunnelPlan plan = make_plan ("origin.example", 443);
  g_autoptr (TernResponse) response = NULL;
  Talk talk;

  talk_init (&talk, &plan);
  talk_say (&talk, answer, strlen (answer));
  close (talk.peer);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
  response = tern_tunnel_steal_refusal (talk.tunnel);
  g_assert_cmpuint (tern_response_get_status (response), ==, 403);
  talk.peer = -1;
  talk_clear (&talk);
}

static void
test_refused_error (void)
{
  g_autoptr (GError) tunnel = NULL;
  g_autoptr (GError) auth = NULL;

  tern_tunnel_set_refused (&tunnel, "http://p:3128", "o.example:443", 403, "Forbidden");
  tern_test_assert_error (tunnel, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, "403 Forbidden");
  g_assert_nonnull (strstr (tunnel->message, "http://p:3128"));
  g_assert_nonnull (strstr (tunnel->message, "o.example:443"));
  tern_tunnel_set_refused (&auth, "http://p:3128", "o.example:443", 407, "Auth");
  g_assert_error (auth, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
}

/* A line has 64 KiB, and may turn the text around it about (U+202E). */
static void
test_refused_at_length (void)
{
  g_autofree char *many = g_strnfill (60000, 'x');
  g_autofree char *reason = g_strconcat ("\xE2\x80\xAE", many, NULL);
  g_autoptr (GError) error = NULL;

  tern_tunnel_set_refused (&error, "http://p:3128", "o.example:443", 403, reason);
  g_assert_cmpuint (strlen (error->message), <, 400);
  g_assert_null (strstr (error->message, "\xE2\x80\xAE"));
}

#define ADD_ROWS(folder, rows, func)                                                               \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)                                                  \
    {                                                                                              \
      g_autofree char *path = g_strconcat ("/tunnel/" folder "/", rows[i].name, NULL);             \
                                                                                                   \
      g_test_add_data_func (path, &rows[i], func);                                                 \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tunnel/head", test_head);
  g_test_add_func ("/tunnel/bad-plan", test_bad_plan);
  ADD_ROWS ("open", open_answers, test_open)
  ADD_ROWS ("refused", refusals, test_refused)
  ADD_ROWS ("broken", broken_answers, test_broken)
  g_test_add_func ("/tunnel/endless-refusal", test_endless_refusal);
  g_test_add_func ("/tunnel/silent-refusal", test_silent_refusal);
  g_test_add_func ("/tunnel/clock", test_clock);
  g_test_add_func ("/tunnel/early-refusal", test_early_refusal);
  g_test_add_func ("/tunnel/limits", test_limits);
  g_test_add_func ("/tunnel/refused-error", test_refused_error);
  g_test_add_func ("/tunnel/refused-error/long", test_refused_at_length);
  return g_test_run ();
}
