/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Questions behind answers: see the header. */

#include "behind.h"

#include "engine/tern-revalidation.h"

/* ---- the gate ---- */

void
gate_init (Gate *gate)
{
  g_mutex_init (&gate->lock);
  g_cond_init (&gate->opened);
}

void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->open = TRUE;
  g_cond_broadcast (&gate->opened);
  g_mutex_unlock (&gate->lock);
}

void
gate_clear (Gate *gate)
{
  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->opened);
}

void
gate_on_request (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Gate *gate = data;

  if (!tern_origin_request_header (request, "If-None-Match"))
    {
      tern_origin_reply (conn, 200, NULL, OLD_ONE, "one");
      return;
    }
  g_mutex_lock (&gate->lock);
  while (!gate->open)
    g_cond_wait (&gate->opened, &gate->lock);
  g_mutex_unlock (&gate->lock);
  tern_origin_reply (conn, 200, NULL, NEW_TWO, "two");
}

/* ---- helpers ---- */

static gboolean
is_idle (gpointer data)
{
  return tern_revalidation_count () == 0;
}

void
behind_wait (void)
{
  tern_test_run_until_func (is_idle, NULL, 60 * 1000);
}

void
behind_assert_stale_at (const char *where, Page *p, const char *body)
{
  const char *text;

  session_assert_at (where, &p->session, 200, body);
  page_assert_cache_at (where, p, TRUE, "tern; hit; ttl=-");
  text = tern_response_get_cache_status (p->session.response);
  if (!g_str_has_suffix (text, "; detail=stale-while-revalidate"))
    g_error ("%s: cache status is “%s”", where, text);
}

void
behind_get (Page *p, const char *path)
{
  session_ask (&p->session, "GET", path);
  session_fetch (&p->session);
  behind_assert_stale (p, "one");
}

void
behind_fill (Page *p)
{
  page_set (p, 200, OLD_ONE, "one");
  page_get (p, "one", 1);
}
