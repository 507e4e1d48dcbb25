/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The talk with a SOCKS proxy as tables: every byte that is said, every answer and what it means,
 * and that not a byte more is asked for than a reply has. */
#include "net/tern-socks-handshake.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"

#define BYTES(text) (text), (sizeof (text) - 1)
#define AFTER "SSH-2.0 the target speaks\r\n"

typedef struct
{
  const char *name;
  guint version;
  const char *host;
  const char *user;
  const char *password;
  /* What is said and answered in turns; said is compared, answered is fed byte by byte. */
  struct
  {
    const char *said;
    gsize said_len;
    const char *answered;
    gsize answered_len;
  } turns[3];
  int code; /* -1: it works */
  const char *text;
} Row;

#define REQUEST_NAME "\5\1\0\3\016origin.example\x01\xBB"
#define OK_IPV4 "\5\0\0\1\x7F\0\0\1\x10\x00"
#define BAD(text_, reply)                                                                          \
  { { BYTES ("\5\1\0"), BYTES ("\5\0") }, { BYTES (REQUEST_NAME), BYTES (reply) } },               \
      TERN_ERROR_PROXY_TUNNEL, text_
#define LONG_NAME                                                                                  \
  "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"     \
  "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"     \
  "012345678901234567890123456789012345678901234567890123456789012345678901234"

static const Row rows[] = {
  /* SOCKS5, what works */
  { "5/ipv4-reply",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") }, { BYTES (REQUEST_NAME), BYTES (OK_IPV4) } },
    -1,
    NULL },
  { "5/ipv6-reply",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") },
      { BYTES (REQUEST_NAME), BYTES ("\5\0\0\4"
                                     "0123456789abcdef"
                                     "\1\2") } },
    -1,
    NULL },
  { "5/name-reply",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") },
      { BYTES (REQUEST_NAME), BYTES ("\5\0\0\3\4host\1\2") } },
    -1,
    NULL },
  { "5/empty-name-reply",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") }, { BYTES (REQUEST_NAME), BYTES ("\5\0\0\3\0\1\2") } },
    -1,
    NULL },
  { "5/longest-name-reply",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") },
      { BYTES (REQUEST_NAME), BYTES ("\5\0\0\3\xFF" LONG_NAME "\1\2") } },
    -1,
    NULL },
  { "5/ipv4",
    5,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") },
      { BYTES ("\5\1\0\1\xC0\0\2\7\x01\xBB"), BYTES (OK_IPV4) } },
    -1,
    NULL },
  { "5/ipv6",
    5,
    "2001:db8::7",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\0") },
      { BYTES ("\5\1\0\4\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\7\x01\xBB"), BYTES (OK_IPV4) } },
    -1,
    NULL },
  { "5/password",
    5,
    "192.0.2.7",
    "me",
    "s\xC3\xA9!",
    { { BYTES ("\5\2\0\2"), BYTES ("\5\2") },
      { BYTES ("\1\2me\4s\xC3\xA9!"), BYTES ("\1\0") },
      { BYTES ("\5\1\0\1\xC0\0\2\7\x01\xBB"), BYTES (OK_IPV4) } },
    -1,
    NULL },
  { "5/password-not-wanted",
    5,
    "192.0.2.7",
    "me",
    "secret",
    { { BYTES ("\5\2\0\2"), BYTES ("\5\0") },
      { BYTES ("\5\1\0\1\xC0\0\2\7\x01\xBB"), BYTES (OK_IPV4) } },
    -1,
    NULL },
  /* what does not */
  { "5/version-of-methods",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\4\0") } },
    TERN_ERROR_PROXY_TUNNEL,
    "version 4" },
  { "5/http",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("HT") } },
    TERN_ERROR_PROXY_TUNNEL,
    "version 72" },
  { "5/method-not-offered",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\1") } },
    TERN_ERROR_PROXY_TUNNEL,
    "method 1" },
  { "5/password-wanted",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\2") } },
    TERN_ERROR_PROXY_AUTH,
    "there are none" },
  { "5/no-method-without-password",
    5,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\5\1\0"), BYTES ("\5\xFF") } },
    TERN_ERROR_PROXY_AUTH,
    "there are none" },
  { "5/no-method",
    5,
    "origin.example",
    "me",
    "secret",
    { { BYTES ("\5\2\0\2"), BYTES ("\5\xFF") } },
    TERN_ERROR_PROXY_AUTH,
    "takes no user name" },
  { "5/password-refused",
    5,
    "origin.example",
    "me",
    "secret",
    { { BYTES ("\5\2\0\2"), BYTES ("\5\2") }, { BYTES ("\1\2me\6secret"), BYTES ("\1\1") } },
    TERN_ERROR_PROXY_AUTH,
    "refused the user name or the password" },
  { "5/version-of-auth",
    5,
    "origin.example",
    "me",
    "secret",
    { { BYTES ("\5\2\0\2"), BYTES ("\5\2") }, { BYTES ("\1\2me\6secret"), BYTES ("\5\0") } },
    TERN_ERROR_PROXY_TUNNEL,
    "version 5" },
  { "5/version-of-reply", 5, "origin.example", NULL, NULL, BAD ("version 4", "\4\0") },
  { "5/reply-1", 5, "origin.example", NULL, NULL, BAD ("failed (code 1)", "\5\1") },
  { "5/reply-2", 5, "origin.example", NULL, NULL, BAD ("not allow it (code 2)", "\5\2") },
  { "5/reply-3", 5, "origin.example", NULL, NULL, BAD ("network (code 3)", "\5\3") },
  { "5/reply-4", 5, "origin.example", NULL, NULL, BAD ("reach the host (code 4)", "\5\4") },
  { "5/reply-5", 5, "origin.example", NULL, NULL, BAD ("host refused the connection", "\5\5") },
  { "5/reply-6", 5, "origin.example", NULL, NULL, BAD ("time to live was over (code 6)", "\5\6") },
  { "5/reply-7", 5, "origin.example", NULL, NULL, BAD ("know the command (code 7)", "\5\7") },
  { "5/reply-8", 5, "origin.example", NULL, NULL, BAD ("type of address (code 8)", "\5\10") },
  { "5/reply-9", 5, "origin.example", NULL, NULL, BAD ("refused (code 9)", "\5\11") },
  { "5/reply-255", 5, "origin.example", NULL, NULL, BAD ("refused (code 255)", "\5\xFF") },
  { "5/type-0", 5, "origin.example", NULL, NULL, BAD ("unknown type 0", "\5\0\0\0\0") },
  { "5/type-2", 5, "origin.example", NULL, NULL, BAD ("unknown type 2", "\5\0\0\2\0") },
  /* SOCKS4 and SOCKS4a */
  { "4/ipv4",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\x5A"
                                                   "123456") } },
    -1,
    NULL },
  { "4/user",
    4,
    "192.0.2.7",
    "me",
    "ignored",
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7me\0"), BYTES ("\0\x5A\0\0\0\0\0\0") } },
    -1,
    NULL },
  { "4a/name",
    4,
    "origin.example",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\0\0\0\1\0origin.example\0"), BYTES ("\0\x5A\0\0\0\0\0\0") } },
    -1,
    NULL },
  { "4a/name-and-user",
    4,
    "origin.example",
    "me",
    "",
    { { BYTES ("\4\1\x01\xBB\0\0\0\1me\0origin.example\0"), BYTES ("\0\x5A\0\0\0\0\0\0") } },
    -1,
    NULL },
  { "4/version",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\4\x5A") } },
    TERN_ERROR_PROXY_TUNNEL,
    "version 4" },
  { "4/91",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\x5B") } },
    TERN_ERROR_PROXY_TUNNEL,
    "code 91" },
  { "4/92",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\x5C") } },
    TERN_ERROR_PROXY_AUTH,
    "code 92" },
  { "4/93",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\x5D") } },
    TERN_ERROR_PROXY_AUTH,
    "code 93" },
  { "4/94",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\x5E") } },
    TERN_ERROR_PROXY_TUNNEL,
    "unknown code 94" },
  { "4/0",
    4,
    "192.0.2.7",
    NULL,
    NULL,
    { { BYTES ("\4\1\x01\xBB\xC0\0\2\7\0"), BYTES ("\0\0") } },
    TERN_ERROR_PROXY_TUNNEL,
    "unknown code 0" },
};

/* --- the pure talk --- */

static GBytes *
make_bytes (const char *text)
{
  return text ? g_bytes_new_static (text, strlen (text)) : NULL;
}

static TernSocksPlan
make_plan (const Row *row)
{
  return (TernSocksPlan){ .version = row->version,
                          .host = row->host,
                          .port = 443,
                          .user = make_bytes (row->user),
                          .password = make_bytes (row->password) };
}

static void
clear_plan (TernSocksPlan *plan)
{
  g_clear_pointer (&plan->user, g_bytes_unref);
  g_clear_pointer (&plan->password, g_bytes_unref);
}

static void
assert_verdict (const Row *row, const GError *error)
{
  if (row->code < 0)
    g_assert_no_error (error);
  else
    {
      tern_test_assert_error (error, TERN_ERROR, row->code, row->text);
      g_assert_nonnull (strstr (error->message, row->host));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_talk (gconstpointer data)
{
  const Row *row = data;
  TernSocksPlan plan = make_plan (row);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernSocks) socks = tern_socks_new (&plan, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (row->turns) && row->turns[i].said; i++)
    {
      GBytes *output = tern_socks_get_output (socks);
      const char *answer = row->turns[i].answered;
      gsize left = row->turns[i].answered_len;

      g_assert_nonnull (output);
      tern_test_assert_bytes (g_bytes_get_data (output, NULL), g_bytes_get_size (output),
                              row->turns[i].said, row->turns[i].said_len);
      do
        {
          const gsize need = tern_socks_get_need (socks);

          g_assert_cmpuint (need, >, 0);
          g_assert_cmpuint (need, <=, MIN (left, TERN_SOCKS_MAX_NEED));
          g_assert_no_error (error);
          tern_socks_eat (socks, (const guint8 *)answer, &error);
          answer += need;
          left -= need;
        }
      while (left > 0);
    }
  assert_verdict (row, error);
  if (!error)
    g_assert_cmpuint (tern_socks_get_need (socks), ==, 0);
  clear_plan (&plan);
}

/* --- on a transport --- */

typedef struct
{
  TernSocksHandshake *handshake;
  TernWait wait;
  GError *error;
  int peer;
} Talk;

static void
talk_init (Talk *self, const Row *row)
{
  TernSocksPlan plan = make_plan (row);
  int fds[2];

  *self = (Talk){ 0 };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (fcntl (fds[0], F_SETFL, O_RDWR | O_NONBLOCK), ==, 0);
  self->peer = fds[1];
  self->handshake = tern_socks_handshake_new (&plan, &self->error);
  g_assert_no_error (self->error);
  tern_socks_handshake_take_transport (self->handshake, tern_transport_new_tcp (fds[0]));
  tern_wait_init (&self->wait, NULL, NULL);
  clear_plan (&plan);
}

static TernStep
talk_step (Talk *self)
{
  tern_wait_reset (&self->wait);
  return tern_socks_handshake_step (self->handshake, &self->wait, &self->error);
}

static void
talk_clear (Talk *self)
{
  tern_socks_handshake_free (self->handshake);
  tern_wait_clear (&self->wait);
  g_clear_error (&self->error);
  if (self->peer >= 0)
    close (self->peer);
}

/* Plays the row with at most @limit bytes of answers, a byte at a time, then closes; the step must
 * end as the row says when it has all, else because of the close. */
static void
play (const Row *row, gsize limit)
{
  TernStep step = TERN_STEP_WAIT;
  gsize given = 0;
  gboolean whole = TRUE;
  Talk talk;

  talk_init (&talk, row);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_WAIT);
  for (guint i = 0; i < G_N_ELEMENTS (row->turns) && row->turns[i].said && whole; i++)
    {
      char said[600];

      g_assert_cmpint (recv (talk.peer, said, sizeof said, MSG_DONTWAIT), ==,
                       row->turns[i].said_len);
      for (gsize at = 0; at < row->turns[i].answered_len; at++)
        {
          whole = given++ < limit;
          if (!whole)
            break;
          g_assert_cmpint (step, ==, TERN_STEP_WAIT);
          g_assert_cmpint (send (talk.peer, row->turns[i].answered + at, 1, MSG_NOSIGNAL), ==, 1);
          step = talk_step (&talk);
        }
    }
  if (whole)
    {
      g_assert_cmpint (step, ==, row->code < 0 ? TERN_STEP_DONE : TERN_STEP_FAILED);
      assert_verdict (row, talk.error);
    }
  else
    {
      shutdown (talk.peer, SHUT_WR);
      g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_FAILED);
      tern_test_assert_error (talk.error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, "closed");
    }
  talk_clear (&talk);
}

static void
test_handshake (gconstpointer data)
{
  const Row *row = data;
  gsize all = 0;

  for (guint i = 0; i < G_N_ELEMENTS (row->turns) && row->turns[i].said; i++)
    all += row->turns[i].answered_len;
  for (gsize limit = 0; limit <= all; limit++)
    play (row, limit);
}

/* Bytes that moved wind the idle clock, so the step comes back before it waits where it may block.
 */
static void
test_clock (void)
{
  const gint64 start = g_get_monotonic_time ();
  Talk talk;

  talk_init (&talk, &rows[0]);
  talk.wait.may_block = TRUE;
  tern_wait_add_deadline (&talk.wait, start + 20 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (tern_socks_handshake_step (talk.handshake, &talk.wait, &talk.error), ==,
                   TERN_STEP_WAIT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  talk_clear (&talk);
}

/* What the target says right behind the proxy's last byte is left to whom it belongs. */
static void
test_bytes_behind (void)
{
  g_autoptr (TernTransport) transport = NULL;
  char rest[64] = "";
  Talk talk;

  talk_init (&talk, &rows[0]);
  g_assert_cmpint (send (talk.peer, BYTES ("\5\0" OK_IPV4 AFTER), MSG_NOSIGNAL), >, 0);
  g_assert_cmpint (talk_step (&talk), ==, TERN_STEP_DONE);
  transport = tern_socks_handshake_steal_transport (talk.handshake);
  g_assert_cmpint (recv (transport->fd, rest, sizeof rest, MSG_DONTWAIT), ==, strlen (AFTER));
  g_assert_cmpstr (rest, ==, AFTER);
  talk_clear (&talk);
}

/* --- what is never sent --- */

static void
assert_refused (guint version, const char *host, const char *user, const char *password, int code)
{
  const Row row = { .version = version, .host = host, .user = user, .password = password };
  TernSocksPlan plan = make_plan (&row);
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_socks_handshake_new (&plan, &error));
  g_assert_error (error, TERN_ERROR, code);
  clear_plan (&plan);
}

static void
test_bad_plan (void)
{
  g_autofree char *longest = g_strnfill (255, 'a');
  g_autofree char *longer = g_strnfill (256, 'a');
  const Row fits = { .version = 5, .host = longest, .user = longest, .password = longest };
  TernSocksPlan plan = make_plan (&fits);
  g_autoptr (TernSocksHandshake) handshake = tern_socks_handshake_new (&plan, NULL);

  g_assert_nonnull (handshake);
  g_clear_pointer (&plan.user, g_bytes_unref);
  plan.user = g_bytes_new_static ("a\0b", 3);
  plan.version = 4;
  g_assert_null (tern_socks_handshake_new (&plan, NULL));
  clear_plan (&plan);
  for (guint version = 4; version <= 5; version++)
    {
      assert_refused (version, longer, NULL, NULL, TERN_ERROR_INVALID_URL);
      assert_refused (version, "", NULL, NULL, TERN_ERROR_INVALID_URL);
      assert_refused (version, "a b", NULL, NULL, TERN_ERROR_INVALID_URL);
      assert_refused (version, "a\nb", NULL, NULL, TERN_ERROR_INVALID_URL);
      assert_refused (version, "h", longer, "x", TERN_ERROR_PROXY_AUTH);
    }
  assert_refused (5, "h", "x", longer, TERN_ERROR_PROXY_AUTH);
  assert_refused (5, "h", "", "x", TERN_ERROR_PROXY_AUTH);
  assert_refused (5, "h", "x", "", TERN_ERROR_PROXY_AUTH);
  assert_refused (4, "::1", NULL, NULL, TERN_ERROR_PROXY_TUNNEL);
  /* It would say that a name follows. */
  assert_refused (4, "0.0.0.7", NULL, NULL, TERN_ERROR_PROXY_TUNNEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *talk = g_strconcat ("/socks/talk/", rows[i].name, NULL);
      g_autofree char *handshake = g_strconcat ("/socks/handshake/", rows[i].name, NULL);

      g_test_add_data_func (talk, &rows[i], test_talk);
      g_test_add_data_func (handshake, &rows[i], test_handshake);
    }
  g_test_add_func ("/socks/clock", test_clock);
  g_test_add_func ("/socks/bytes-behind", test_bytes_behind);
  g_test_add_func ("/socks/bad-plan", test_bad_plan);
  return g_test_run ();
}
