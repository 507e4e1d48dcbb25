/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names with several addresses (RFC 8305), sync the same as async: a dead first one costs a quarter
 * of a second, a refused one nothing. */
#include "ask.h"
#include "names.h"
#include "tern-dead-listener.h"

typedef struct
{
  gboolean async;
  TernOrigin *origin;
  TernDeadListener *dead;
  Names *names;
  Ask ask;
  guint fds;
} Race;

static void
race_init (Race *self, gboolean async)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = names_uri ("/");

  *self = (Race){ .async = async, .origin = tern_origin_new () };
  self->dead = tern_dead_listener_new ("127.0.0.2", 0, &error);
  g_assert_no_error (error);
  tern_origin_add_reply (self->origin, "/", 200, NULL, "fine");
  ask_init (&self->ask, async, NULL, "GET", uri);
  self->names = names_new (self->ask.client);
  self->fds = tern_test_count_fds ();
}

static void
race_clear (Race *self)
{
  ask_clear (&self->ask);
  names_free (self->names);
  tern_dead_listener_free (self->dead);
  tern_origin_free (self->origin);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Race, race_clear)

static void
add_dead (Race *self)
{
  names_add (self->names, "127.0.0.2", tern_dead_listener_get_port (self->dead));
}

static void
add_live (Race *self)
{
  names_add (self->names, "127.0.0.1", tern_origin_get_port (self->origin));
}

static void
add_refused (Race *self)
{
  names_add (self->names, "127.0.0.1", tern_test_unused_port ());
}

/* It works, after that many milliseconds. */
static void
run (Race *self, double ms)
{
  ask_fetch (&self->ask, NULL);
  ask_assert_ok (&self->ask, 200, "fine");
  g_assert_cmpfloat (self->ask.ms, >, ms - 10);
  /* What should cost nothing must stay below the quarter of a second. */
  g_assert_cmpfloat (self->ask.ms, <, ms + (ms > 0 ? 100 : 60) * ask_slack ());
  g_assert_cmpuint (tern_origin_n_connections (self->origin), ==, 1);
  /* The losers are gone: the kept connection and its other end are all that came. */
  g_assert_cmpuint (tern_test_count_fds (), <=, self->fds + 3);
}

static void
test_dead_first (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  add_dead (&race);
  add_live (&race);
  run (&race, 250);
  g_assert_cmpint (tern_response_get_timings (race.ask.response)->connect, >=,
                   240 * G_TIME_SPAN_MILLISECOND);
}

static void
test_two_dead (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  add_dead (&race);
  add_dead (&race);
  add_live (&race);
  run (&race, 500);
}

static void
test_refused_first (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  add_refused (&race);
  add_refused (&race);
  add_live (&race);
  run (&race, 0);
}

/* Only the first stands in the way of the rest. */
static void
test_live_first (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  add_live (&race);
  add_dead (&race);
  run (&race, 0);
}

static void
test_all_refused (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  tern_client_set_retries (race.ask.client, 1);
  add_refused (&race);
  add_refused (&race);
  g_assert_false (ask_fetch (&race.ask, NULL));
  ask_assert_io_error (&race.ask, CONNECTION_REFUSED, NAMES_HOST);
  g_assert_cmpfloat (race.ask.ms, <, 60 * ask_slack ());
}

/* The deadline covers the whole race, and nothing of it stays. */
static void
test_all_dead (gboolean async, gconstpointer data)
{
  g_auto (Race) race;

  race_init (&race, async);
  for (guint i = 0; i < 10; i++)
    add_dead (&race);
  tern_client_set_connect_timeout (race.ask.client, 0.6);
  g_assert_false (ask_fetch (&race.ask, NULL));
  ask_assert_io_error (&race.ask, TIMED_OUT, "connecting (" NAMES_HOST ")");
  g_assert_cmpfloat (race.ask.ms, <, 600 + 100 * ask_slack ());
  g_assert_cmpuint (tern_test_count_fds (), <=, race.fds + 1);
}

static void
test_ipv6 (gboolean async, gconstpointer data)
{
  const gboolean dead = data != NULL;
  g_autoptr (TernDeadListener) dead6 = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Race) race;

  race_init (&race, async);
  if (!tern_test_have_ipv6 ())
    {
      g_test_skip ("there is no ::1 here");
      return;
    }
  dead6 = dead ? tern_dead_listener_new ("::1", 0, &error) : NULL;
  g_assert_no_error (error);
  race.fds = tern_test_count_fds ();
  names_add (race.names, "::1",
             dead ? tern_dead_listener_get_port (dead6) : tern_test_unused_port ());
  add_live (&race);
  run (&race, dead ? 250 : 0);
}

static void
test_ipv6_literal (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = NULL;
  g_autoptr (TernOriginRequest) seen = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *host = NULL;
  g_auto (Ask) ask = { 0 };

  if (!tern_test_have_ipv6 ())
    {
      g_test_skip ("there is no ::1 here");
      return;
    }
  origin = tern_origin_new_at ("::1", 0, NULL);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  host = g_strdup_printf ("[::1]:%u", tern_origin_get_port (origin));
  uri = g_strdup_printf ("http://%s/", host);
  ask_init (&ask, async, NULL, "GET", uri);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_header (seen, "Host"), ==, host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/session/eyeballs/dead-first", test_dead_first, NULL);
  tern_test_add_both ("/session/eyeballs/two-dead", test_two_dead, NULL);
  tern_test_add_both ("/session/eyeballs/refused-first", test_refused_first, NULL);
  tern_test_add_both ("/session/eyeballs/live-first", test_live_first, NULL);
  tern_test_add_both ("/session/eyeballs/all-refused", test_all_refused, NULL);
  tern_test_add_both ("/session/eyeballs/all-dead", test_all_dead, NULL);
  tern_test_add_both ("/session/eyeballs/ipv6-refused", test_ipv6, NULL);
  tern_test_add_both ("/session/eyeballs/ipv6-dead", test_ipv6, "dead");
  tern_test_add_both ("/session/eyeballs/ipv6-literal", test_ipv6_literal, NULL);
  return g_test_run ();
}
