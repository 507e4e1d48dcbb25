/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernFetchService where servers want to know who is there, or want a body: secrets reach the
 * server that they are for and nobody who watches the bus. */
#include "bus.h"

#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

/* name:s3cret-word in base64, as Basic has it; and the token. */
#define BASIC "Basic bmFtZTpzM2NyZXQtd29yZA=="
#define PASSWORD "s3cret-word"
#define TOKEN "t0ken-of-a-bearer"

static void
serve_guarded (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *sent = tern_origin_request_header (request, "authorization");

  if (g_strcmp0 (sent, data ? "Bearer " TOKEN : BASIC) == 0)
    tern_origin_reply (conn, 200, NULL, NULL, "welcome");
  else
    tern_origin_reply (conn, 401, NULL,
                       data ? "WWW-Authenticate: Bearer realm=\"r\"\r\n"
                            : "WWW-Authenticate: Basic realm=\"r\"\r\n",
                       "who?");
}

static void
serve_echo (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *type = tern_origin_request_header (request, "content-type");
  g_autofree char *field
      = g_strdup_printf ("Content-Type: %s\r\nX-Method: %s\r\n", type ? type : "none",
                         tern_origin_request_method (request));

  tern_origin_reply (conn, 200, NULL, field, tern_origin_request_body (request, NULL));
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static gboolean
is_there (gpointer data)
{
  return g_atomic_pointer_get ((gpointer *)data) != NULL;
}

static GAsyncResult *
await (GAsyncResult **result)
{
  tern_test_run_until_func (is_there, result, BUS_TIMEOUT_MS);
  return *result;
}

/* Everything that goes over the bus, byte for byte. */
typedef struct
{
  GDBusConnection *connection;
  GMutex lock;
  GByteArray *bytes;
} Watch;

/* Called in the connection's thread. Only the answer to what we asked is for us. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  Watch *self = data;
  g_autofree guchar *blob = NULL;
  gsize size = 0;

  if (!incoming)
    return message;
  blob = g_dbus_message_to_blob (message, &size, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, NULL);
  g_mutex_lock (&self->lock);
  g_byte_array_append (self->bytes, blob, (guint)size);
  g_mutex_unlock (&self->lock);
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN
      && g_strcmp0 (g_dbus_message_get_destination (message),
                    g_dbus_connection_get_unique_name (connection))
             == 0)
    return message;
  g_object_unref (message);
  return NULL;
}

static void
watch_begin (Watch *self, Bus *bus)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  self->bytes = g_byte_array_new ();
  self->connection = bus_caller (bus);
  g_dbus_connection_add_filter (self->connection, on_message, self, NULL);
  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus.Monitoring",
                                       "BecomeMonitor", g_variant_new ("(asu)", NULL, 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
watch_saw (Watch *self, const char *text)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = memmem (self->bytes->data, self->bytes->len, text, strlen (text)) != NULL;
  g_mutex_unlock (&self->lock);
  return found;
}

/* When all has been seen that came before @last. */
static void
watch_end (Watch *self, const char *last)
{
  for (guint i = 0; !watch_saw (self, last) && i < BUS_TIMEOUT_MS / 10; i++)
    g_usleep (10000);
  g_assert_true (watch_saw (self, last));
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
}

static void
watch_clear (Watch *self)
{
  g_object_unref (self->connection);
  g_byte_array_unref (self->bytes);
  g_mutex_clear (&self->lock);
}

static guint
open_status (TernFetchService *service, gboolean async, const char *uri)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  if (async)
    {
      tern_fetch_service_open_async (service, uri, NULL, NULL, on_result, &result);
      stream = tern_fetch_service_open_finish (service, await (&result), &status, NULL, &error);
    }
  else
    stream = tern_fetch_service_open (service, uri, NULL, &status, NULL, NULL, &error);
  g_assert_no_error (error);
  return status;
}

/* NULL where the job went well. */
static GError *
fetch_error (TernFetchService *service, gboolean async, const char *uri)
{
  g_autoptr (TernFetchJob) job = NULL;
  g_autoptr (GAsyncResult) result = NULL, end = NULL;
  GError *error = NULL;

  if (async)
    {
      tern_fetch_service_fetch_async (service, uri, -1, NULL, NULL, on_result, &result);
      job = tern_fetch_service_fetch_finish (service, await (&result), &error);
      g_assert_no_error (error);
      tern_fetch_job_wait_async (job, NULL, on_result, &end);
      tern_fetch_job_wait_finish (job, await (&end), &error);
      return error;
    }
  job = tern_fetch_service_fetch (service, uri, -1, NULL, NULL, &error);
  g_assert_no_error (error);
  tern_fetch_job_wait (job, NULL, &error);
  return error;
}

static void
add_secret (TernFetchService *service, gboolean token, const char *domain)
{
  g_autoptr (GError) error = NULL;

  if (token)
    tern_fetch_service_add_token (service, TOKEN, domain, &error);
  else
    tern_fetch_service_add_credentials (service, "name", PASSWORD, domain, &error);
  g_assert_no_error (error);
}

/* By a password, or by a token. */
static void
test_secrets (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus), other = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autoptr (TernFetchService) stranger = tern_fetch_service_new_for_connection (other);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/guarded");
  g_autofree char *server = g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (bus->origin));
  g_autofree char *last = tern_origin_uri (bus->origin, "/last-of-all");
  g_autoptr (GError) error = NULL;
  Watch watch;

  tern_origin_add_route (bus->origin, "/guarded", serve_guarded, (gpointer)data);
  watch_begin (&watch, bus);
  add_secret (service, data != NULL, "127.0.0.1:1");
  g_assert_cmpuint (open_status (service, async, uri), ==, 401);
  error = fetch_error (service, async, uri);
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_AUTHENTICATION);
  g_clear_error (&error);
  add_secret (service, data != NULL, server);
  g_assert_cmpuint (open_status (service, async, uri), ==, 200);
  error = fetch_error (service, async, uri);
  g_assert_no_error (error);
  g_assert_cmpuint (open_status (stranger, async, uri), ==, 401);
  g_assert_cmpuint (open_status (stranger, async, last), ==, 404);
  watch_end (&watch, "/last-of-all");
  g_assert_true (watch_saw (&watch, "secrets"));
  g_assert_true (watch_saw (&watch, "/guarded"));
  g_assert_false (watch_saw (&watch, PASSWORD));
  g_assert_false (watch_saw (&watch, TOKEN));
  watch_clear (&watch);
}

/* What cannot be a field of what the helper reads. */
static void
test_refused (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autoptr (GBytes) name = g_bytes_new_static ("n\0m", 3);
  g_autoptr (GBytes) password = g_bytes_new_static ("\xff\xfe", 2);
  g_autofree char *huge = g_strnfill (70000, 'x');
  g_autofree char *much = g_strnfill (30000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_false (tern_fetch_service_add_credentials (service, "a", "b", "", &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  g_assert_false (
      tern_fetch_service_add_credentials_bytes (service, name, password, "host", &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  g_assert_true (
      tern_fetch_service_add_credentials_bytes (service, password, password, "host", &error));
  g_assert_false (tern_fetch_service_add_token (service, huge, "host", &error));
  g_clear_error (&error);
  g_assert_true (tern_fetch_service_add_token (service, much, "host", &error));
  g_assert_true (tern_fetch_service_add_token (service, much, "host", &error));
  g_assert_false (tern_fetch_service_add_token (service, much, "host", &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  tern_fetch_service_clear_credentials (service);
  g_assert_true (tern_fetch_service_add_token (service, much, "host", &error));
  g_assert_no_error (error);
}

typedef struct
{
  TernFetchService *service;
  char *uri;
  guint status;
  gboolean done; /* atomically */
  guint asked;
  guint freed;
  gboolean knows;
} Asked;

static TernCredentials *
on_asked (TernFetchService *service, const char *uri, GVariant *challenge, gpointer data)
{
  Asked *self = data;
  const char *scheme = NULL, *server = NULL;
  gboolean exposed = TRUE;

  self->asked++;
  g_assert_true (service == self->service);
  g_assert_cmpstr (uri, ==, self->uri);
  g_assert_true (g_variant_lookup (challenge, "scheme", "&s", &scheme));
  g_assert_true (g_variant_lookup (challenge, "server", "&s", &server));
  g_assert_true (g_variant_lookup (challenge, "exposed", "b", &exposed));
  g_assert_cmpstr (scheme, ==, "basic");
  g_assert_nonnull (strstr (uri, server));
  g_assert_false (exposed);
  return self->knows ? tern_credentials_new ("name", PASSWORD) : NULL;
}

static void
on_freed (gpointer data)
{
  ((Asked *)data)->freed++;
}

static gpointer
open_in_thread (gpointer data)
{
  Asked *self = data;

  self->status = open_status (self->service, FALSE, self->uri);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

static gboolean
is_done (gpointer data)
{
  return g_atomic_int_get (&((Asked *)data)->done);
}

/* The loop that runs answers, whoever waits: this thread, or another one that blocks. */
static void
ask (Asked *self, gboolean async)
{
  g_autoptr (GThread) thread = NULL;

  self->done = FALSE;
  if (async)
    {
      self->status = open_status (self->service, TRUE, self->uri);
      return;
    }
  thread = g_thread_new ("open", open_in_thread, self);
  tern_test_run_until_func (is_done, self, BUS_TIMEOUT_MS);
  g_thread_join (g_steal_pointer (&thread));
}

static void
test_agent (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/guarded");
  g_autoptr (GError) error = NULL;
  Asked asked = { .service = service, .uri = uri };

  tern_origin_add_route (bus->origin, "/guarded", serve_guarded, NULL);
  g_assert_true (tern_fetch_service_set_agent (service, on_asked, &asked, on_freed, &error));
  ask (&asked, async);
  g_assert_cmpuint (asked.status, ==, 401);
  g_assert_cmpuint (asked.asked, ==, 1);
  asked.knows = TRUE;
  ask (&asked, async);
  g_assert_cmpuint (asked.status, ==, 200);
  g_assert_cmpuint (asked.asked, ==, 2);
  g_assert_true (tern_fetch_service_set_agent (service, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  while (asked.freed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (asked.freed, ==, 1);
}

/* Anybody on the bus can call; only the helper is answered. */
static void
test_agent_asked_by_others (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus), other = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GAsyncResult) result = NULL, call = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  Asked asked = { .service = service, .uri = (char *)"http://a/", .knows = TRUE };
  const char *xml, *node;

  g_assert_true (tern_fetch_service_set_agent (service, on_asked, &asked, NULL, &error));
  g_dbus_connection_call (other, g_dbus_connection_get_unique_name (caller), "/org/libtern/Agent",
                          "org.freedesktop.DBus.Introspectable", "Introspect", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, on_result, &result);
  list = g_dbus_connection_call_finish (other, await (&result), &error);
  g_assert_no_error (error);
  g_variant_get (list, "(&s)", &xml);
  node = strstr (xml, "<node name=\"");
  g_assert_nonnull (node);
  node += strlen ("<node name=\"");
  path = g_strdup_printf ("/org/libtern/Agent/%.*s", (int)strcspn (node, "\""), node);
  g_dbus_connection_call (other, g_dbus_connection_get_unique_name (caller), path,
                          "org.libtern.Fetch1.Agent", "GetCredentials",
                          g_variant_new_parsed ("('http://a/', @a{sv} {})"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, on_result, &call);
  g_assert_null (g_dbus_connection_call_finish (other, await (&call), &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
  g_assert_cmpuint (asked.asked, ==, 0);
}

/* From a file, and from a pipe, whose length nobody knows. */
static void
test_body (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/echo");

  tern_origin_add_route (bus->origin, "/echo", serve_echo, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) options = g_variant_parse (
          G_VARIANT_TYPE_VARDICT, i == 0 ? "{}" : "{'method': <'PUT'>}", NULL, NULL, NULL);
      g_autoptr (GInputStream) stream = NULL;
      g_autoptr (TernHeaders) headers = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) content = NULL;
      g_autoptr (GError) error = NULL;
      int ends[2] = { bus_file (bus, "body"), -1 };
      guint status = 0;

      if (i == 1)
        {
          close (ends[0]);
          g_assert_cmpint (pipe (ends), ==, 0);
        }
      g_assert_cmpint (write (ends[i], "a body", 6), ==, 6);
      if (i == 1)
        close (ends[1]);
      else
        g_assert_cmpint (lseek (ends[0], 0, SEEK_SET), ==, 0);
      if (async)
        {
          tern_fetch_service_open_with_body_async (service, uri, ends[0], "text/x-test", options,
                                                   NULL, on_result, &result);
          close (ends[0]);
          stream = tern_fetch_service_open_with_body_finish (service, await (&result), &status,
                                                             &headers, &error);
        }
      else
        {
          stream = tern_fetch_service_open_with_body (service, uri, ends[0], "text/x-test", options,
                                                      &status, &headers, NULL, &error);
          close (ends[0]);
        }
      g_assert_no_error (error);
      g_assert_cmpuint (status, ==, 200);
      g_assert_cmpstr (tern_headers_get (headers, "content-type"), ==, "text/x-test");
      g_assert_cmpstr (tern_headers_get (headers, "x-method"), ==, i == 0 ? "POST" : "PUT");
      content = g_input_stream_read_bytes (stream, 100, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), "a body", 6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/fetchd/login/password", test_secrets, NULL);
  tern_test_add_both ("/fetchd/login/token", test_secrets, GINT_TO_POINTER (TRUE));
  g_test_add_func ("/fetchd/login/refused", test_refused);
  tern_test_add_both ("/fetchd/login/agent", test_agent, NULL);
  g_test_add_func ("/fetchd/login/agent-asked-by-others", test_agent_asked_by_others);
  tern_test_add_both ("/fetchd/login/body", test_body, NULL);
  return g_test_run ();
}
