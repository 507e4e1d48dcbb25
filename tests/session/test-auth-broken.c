/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Logins for which a plugin is there that cannot be loaded: whoever has credentials is told so, and
 * a scheme beside it that works is taken without a word. */

#include <tern/tern-plugins.h>

#include "session.h"

#include <glib/gstdio.h>

#define BROKEN "WWW-Authenticate: Broken-One realm=\"r\"\r\n"
#define BASIC "WWW-Authenticate: Basic realm=\"r\"\r\n"

static char *folder;

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
remove_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* One of each kind: the module is no module, and the ABI is another. */
static void
add_plugins (void)
{
  folder = g_dir_make_tmp ("tern-auth-XXXXXX", NULL);
  write_file ("auth-broken-one.tern-plugin",
              "[Plugin]\nKind=auth-scheme\nNames=broken-one\nModule=libtern-auth-broken-one\n"
              "Rank=900\nAbi=1\nMinCore=1.0\nName=Broken\nLicence=LGPL-2.1-or-later\n");
  write_file ("libtern-auth-broken-one.so", "this is no module");
  write_file ("auth-broken-two.tern-plugin",
              "[Plugin]\nKind=auth-scheme\nNames=broken-two\nModule=libtern-auth-broken-one\n"
              "Rank=900\nAbi=77\nMinCore=1.0\nName=Broken\nLicence=LGPL-2.1-or-later\n");
  tern_plugins_add_path (folder);
}

static void
remove_plugins (void)
{
  remove_file ("auth-broken-one.tern-plugin");
  remove_file ("libtern-auth-broken-one.so");
  remove_file ("auth-broken-two.tern-plugin");
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static void
on_gate (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const gboolean is_answer = tern_origin_request_header (request, "Authorization") != NULL;

  tern_origin_reply (conn, is_answer ? 200 : 401, NULL, is_answer ? NULL : data, "body");
}

static void
gate_init (Session *s, gboolean async, const char *fields)
{
  session_init (s, async);
  tern_origin_add_route (s->origin, "/", on_gate, (gpointer)fields);
}

/* Each time, also when it is known already; no other request is made. */
static void
test_alone (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  gate_init (&s, async, BROKEN);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < 3; i++)
    {
      session_ask (&s, "GET", "/a");
      session_fetch (&s);
      session_assert_error (&s, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN,
                            "“broken-one” cannot be used: ");
      g_assert_nonnull (strstr (s.error->message, "libtern-auth-broken-one"));
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, i + 1);
    }
}

static void
test_abi (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  gate_init (&s, async, "WWW-Authenticate: Unknown x=y, BROKEN-TWO realm=\"r\"\r\n");
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_ask (&s, "GET", "/a");
  session_fetch (&s);
  session_assert_error (&s, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI,
                        "auth-broken-two.tern-plugin");
}

static void
test_beside (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  gate_init (&s, async, BROKEN BASIC);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_get (&s, "/a", 200, "body");
  origin_assert_field (s.origin, 1, "Authorization", "Basic dXNlcjpzZWNyZXQ=");
}

/* What the server says of an answer counts, and nobody is told who has nothing to say. */
static void
test_refusal (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  gate_init (&s, async, BROKEN);
  session_get (&s, "/a", 401, "body");
  tern_client_add_credentials (s.client, "user", "secret", "elsewhere.example");
  session_get (&s, "/a", 401, "body");
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_origin_add_reply (s.origin, "/refused", 401, BROKEN BASIC, "wrong");
  session_get (&s, "/refused", 401, "wrong");
  tern_origin_add_reply (s.origin, "/unknown", 401, "WWW-Authenticate: Unknown x=y\r\n", "who?");
  session_get (&s, "/unknown", 401, "who?");
}

static void
test_proxy (gboolean async, gconstpointer data)
{
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_reply (s.origin, "/a", 407, "Proxy-Authenticate: Broken-One realm=\"r\"\r\n", "");
  proxy = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (s.origin));
  tern_proxy_set_credentials (proxy, "user", "secret");
  tern_client_set_proxy (s.client, proxy);
  session_ask (&s, "GET", "http://server.example/a");
  session_fetch (&s);
  session_assert_error (&s, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "broken-one");
}

static void
test_as_response (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  gate_init (&s, async, BROKEN);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_client_set_errors_as_responses (s.client, TRUE);
  session_get (&s, "/a", 400, NULL);
}

#define BOTH(name, function) tern_test_add_both ("/session/auth-broken/" name, function, NULL)

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  add_plugins ();
  BOTH ("alone", test_alone);
  BOTH ("abi", test_abi);
  BOTH ("beside", test_beside);
  BOTH ("refusal", test_refusal);
  BOTH ("proxy", test_proxy);
  BOTH ("as-response", test_as_response);
  failed = g_test_run ();
  remove_plugins ();
  return failed;
}
