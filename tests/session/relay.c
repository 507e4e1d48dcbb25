/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The proxy's handler, which runs in the threads of its connections: see the header. */

#include "relay.h"

#include <string.h>

#include "tern-origin-tunnel.h"

static void
answer (TernOriginConn *conn, const TernOriginRequest *request)
{
  const char *target = tern_origin_request_target (request);
  const char *to = strstr (target, "?to=");
  g_autofree char *location = to ? g_strdup_printf ("Location: %s\r\n", to + 4) : NULL;

  tern_origin_reply (conn, to ? 302 : 200, NULL, location, target);
}

static void
serve (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Relay *self = data;
  const char *key = g_atomic_pointer_get (&self->key);
  const char *given = tern_origin_request_header (request, "Proxy-Authorization");

  if (key && g_strcmp0 (given, key) != 0)
    tern_origin_reply (conn, 407, NULL, RELAY_ASK, "who is there?");
  else if (strcmp (tern_origin_request_method (request), "CONNECT") != 0)
    answer (conn, request);
  else if (self->refusal)
    tern_origin_reply (conn, self->refusal, NULL, "X-Why: policy\r\n", "not through here");
  else
    tern_origin_tunnel (conn, request, "HTTP/1.1 200 Connection established\r\n\r\n");
}

void
relay_init (Relay *self)
{
  *self = (Relay){ .origin = tern_origin_new () };
  tern_origin_add_route (self->origin, "", serve, self);
}

void
relay_clear (Relay *self)
{
  g_clear_pointer (&self->origin, tern_origin_free);
}

char *
relay_uri (Relay *self, const char *userinfo)
{
  return g_strdup_printf ("http://%s%s127.0.0.1:%u", userinfo ? userinfo : "", userinfo ? "@" : "",
                          tern_origin_get_port (self->origin));
}

void
relay_assert_asked_at (const char *where, Relay *self, const char *asked)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint i = 0; i < tern_origin_n_requests (self->origin); i++)
    {
      g_autoptr (TernOriginRequest) request = tern_origin_get_request (self->origin, i);
      const char *value = tern_origin_request_header (request, "Proxy-Authorization");

      if (tern_origin_request_n_headers (request, "Proxy-Authorization") > 1)
        g_error ("%s: two answers in %s", where, tern_origin_request_head (request));
      g_string_append_printf (seen, "%s%s %s %s", i ? " | " : "",
                              tern_origin_request_method (request),
                              tern_origin_request_target (request), value ? value : "-");
    }
  if (strcmp (seen->str, asked) != 0)
    g_error ("%s: asked was “%s”, not “%s”", where, seen->str, asked);
  tern_origin_clear_log (self->origin);
}

void
origin_assert_untold_at (const char *where, TernOrigin *origin)
{
  for (guint i = 0; i < tern_origin_n_requests (origin); i++)
    {
      g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, i);
      const char *head = tern_origin_request_head (request);

      if (tern_origin_request_header (request, "Proxy-Authorization")
          || strstr (head, &RELAY_USER[strlen ("Basic ")]) || strstr (head, "secret"))
        g_error ("%s: the origin was told:\n%s", where, head);
    }
}
