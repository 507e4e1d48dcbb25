/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers that try what they should not: to see others' jobs and cache, options of every wrong
 * type, descriptors of the wrong kind, secrets in the wrong place. The helper answers each with an
 * error, and goes on. */
#include "pattern.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define URI "http://127.0.0.1:9/"
/* One byte shorter than what is shown of a key. */
#define LONG_KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static guint
count (GVariant *reply)
{
  g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

  return g_variant_n_children (list);
}

static void
on_any_signal (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *signal,
               GVariant *arguments,
               gpointer data)
{
  (*(guint *)data)++;
}

/* One cannot see, hear, touch or claim what is another's. */
static void
test_others_jobs (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autofree char *job = NULL;
  static const char *const methods[] = { "Pause", "Resume", "Cancel", "Remove" };
  g_autoptr (GVariant) listed = NULL, managed = NULL, seen = NULL;
  g_autoptr (GError) error = NULL;
  Pattern pattern = { 0 };
  guint heard = 0, id;
  int fd;

  pattern_serve (bus, "/", &pattern);
  id = g_dbus_connection_signal_subscribe (other, FETCHD_NAME, NULL, NULL, NULL, NULL,
                                           G_DBUS_SIGNAL_FLAGS_NONE, on_any_signal, &heard, NULL);
  fd = bus_file (bus, "file");
  job = bus_fetch (one, uri, fd, NULL, NULL);
  close (fd);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_assert_false (bus_job_call (other, job, methods[i], NULL, -1, &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
      g_clear_error (&error);
    }
  g_assert_null (bus_job_get (other, job, "Uri", &error));
  g_clear_error (&error);
  listed = bus_call (other, FETCHD_PATH, FETCHD_NAME, "ListJobs", NULL, -1, NULL, &error);
  g_assert_cmpuint (count (listed), ==, 0);
  managed = bus_call (other, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
                      -1, NULL, &error);
  g_assert_cmpuint (count (managed), ==, 0);
  seen = bus_call (other, FETCHD_PATH "/jobs", "org.freedesktop.DBus.Introspectable", "Introspect",
                   NULL, -1, NULL, &error);
  g_assert_no_error (error);
  {
    g_autofree char *text = g_variant_print (seen, FALSE);

    g_assert_null (strstr (text, strrchr (job, '/') + 1));
  }
  pattern_open (&pattern);
  bus_job_wait (one, job, "Done");
  tern_test_run_for (300);
  g_assert_cmpuint (heard, ==, 0);
  g_dbus_connection_signal_unsubscribe (other, id);
}

static void
serve_fresh (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_reply (conn, 200, NULL, "Cache-Control: max-age=3600\r\n", "content");
}

/* Neither the cache nor a connection of one serves another. */
static void
test_others_cache (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/fresh");
  GDBusConnection *const callers[] = { one, one, other, other };
  const guint n_requests[] = { 1, 1, 2, 2 };
  guint status;

  tern_origin_add_route (bus->origin, "/fresh", serve_fresh, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      g_autoptr (GByteArray) all = bus_drain (bus_open (callers[i], uri, NULL, &status, NULL));

      g_assert_cmpuint (all->len, ==, 7);
      g_assert_cmpuint (tern_origin_n_requests (bus->origin), ==, n_requests[i]);
    }
  g_assert_cmpuint (tern_origin_n_connections (bus->origin), ==, 2);
}

static void
serve_guarded (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *sent = tern_origin_request_header (request, "authorization");

  /* "name:secret" */
  if (g_strcmp0 (sent, "Basic bmFtZTpzZWNyZXQ=") == 0)
    tern_origin_reply (conn, 200, NULL, NULL, "welcome");
  else
    tern_origin_reply (conn, 401, NULL, "WWW-Authenticate: Basic realm=\"r\"\r\n", "who?");
}

static int
secrets_pipe (const char *host)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *const fields[] = { "password", host, "name", "secret" };
  int ends[2];

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_string_append_len (text, fields[i], (gssize)strlen (fields[i]) + 1);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (write (ends[1], text->str, text->len), ==, (gssize)text->len);
  close (ends[1]);
  return ends[0];
}

static guint
open_with_secrets (GDBusConnection *caller, const char *uri, int secrets)
{
  g_autoptr (GUnixFDList) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = bus_call (
      caller, FETCHD_PATH, FETCHD_NAME, "Open",
      g_variant_new_parsed (secrets < 0 ? "(%s, @a{sv} {})" : "(%s, {'secrets': <handle 0>})", uri),
      secrets, &list, &error);
  guint32 status = 0;

  g_assert_no_error (error);
  g_variant_get_child (reply, 1, "u", &status);
  return status;
}

/* A secret is for its host, and for its caller. */
static void
test_secrets (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/guarded");
  g_autofree char *elsewhere = tern_origin_uri (bus->origin, "/away");
  g_autofree char *location = NULL;
  int fd = secrets_pipe ("other.invalid");

  tern_origin_add_route (bus->origin, "/guarded", serve_guarded, NULL);
  g_assert_cmpuint (open_with_secrets (one, uri, fd), ==, 401);
  close (fd);
  fd = secrets_pipe ("127.0.0.1");
  g_assert_cmpuint (open_with_secrets (one, uri, fd), ==, 200);
  close (fd);
  g_assert_cmpuint (open_with_secrets (other, uri, -1), ==, 401);
  /* Led to another name of the same server, the secret stays at home. */
  location = g_strdup_printf ("Location: http://localhost:%u/guarded\r\n",
                              tern_origin_get_port (bus->origin));
  tern_origin_add_reply (bus->origin, "/away", 302, location, "");
  fd = secrets_pipe ("127.0.0.1");
  g_assert_cmpuint (open_with_secrets (other, elsewhere, fd), ==, 401);
  close (fd);
}

static void
on_agent_call (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *arguments,
               GDBusMethodInvocation *invocation,
               gpointer data)
{
  g_autoptr (GVariant) challenge = g_variant_get_child_value (arguments, 1);
  guint32 attempt = 0;

  (*(guint *)data)++;
  g_assert_true (g_variant_lookup (challenge, "attempt", "u", &attempt));
  g_dbus_method_invocation_return_value (
      invocation, g_variant_new_parsed (
                      "({'name': <b'name'>, 'password': <@ay [115, 101, 99, 114, 101, 116]>},)"));
}

static void
on_open_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GVariant **)data = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source),
                                                                        NULL, result, NULL);
}

static gboolean
is_there (gpointer data)
{
  return *(gpointer *)data != NULL;
}

static void
test_agent (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/guarded");
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
      "<node><interface name='org.libtern.Fetch1.Agent'><method name='GetCredentials'>"
      "<arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"
      "<arg type='a{sv}' direction='out'/></method></interface></node>",
      NULL);
  const GDBusInterfaceVTable table = { .method_call = on_agent_call };
  guint asked = 0;
  g_autoptr (GVariant) reply = NULL;
  guint32 status = 0;

  tern_origin_add_route (bus->origin, "/guarded", serve_guarded, NULL);
  g_assert_cmpuint (g_dbus_connection_register_object (caller, "/agent", node->interfaces[0],
                                                       &table, &asked, NULL, NULL),
                    >, 0);
  g_dbus_connection_call_with_unix_fd_list (
      caller, FETCHD_NAME, FETCHD_PATH, FETCHD_NAME, "Open",
      g_variant_new_parsed ("(%s, {'agent': <objectpath '/agent'>})", uri), NULL,
      G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, NULL, on_open_done, &reply);
  tern_test_run_until_func (is_there, &reply, BUS_TIMEOUT_MS);
  g_variant_get_child (reply, 1, "u", &status);
  g_assert_cmpuint (asked, >=, 1);
  g_assert_cmpuint (status, ==, 200);
}

static void
assert_fetch_refused (GDBusConnection *caller,
                      const char *uri,
                      const char *options,
                      const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *job = bus_fetch (caller, uri, -1, options, &error);
  g_autofree char *name = g_strconcat (FETCHD_ERROR, wanted, NULL);

  g_assert_null (job);
  bus_assert_error_at (options ? options : uri, error, name);
}

/* Every key with a value of every type but its own. */
static void
test_options_of_every_type (void)
{
  g_autoptr (Bus) bus = bus_new ("--max-burst=100000");
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  static const struct
  {
    const char *key;
    const char *type;
  } keys[] = { { "handle_token", "s" }, { "detached", "b" },     { "headers", "a(ss)" },
               { "checksum", "s" },     { "max_size", "t" },     { "retries", "u" },
               { "priority", "i" },     { "timeout", "d" },      { "total_timeout", "d" },
               { "method", "s" },       { "content_type", "s" }, { "body", "h" },
               { "secrets", "h" },      { "agent", "o" },        { "nonsense", "v" } };
  static const char *const values[]
      = { "byte 1",        "true",     "int16 1",   "uint16 1",
          "int32 1",       "uint32 1", "int64 1",   "uint64 1",
          "handle 7",      "1.5",      "'text'",    "objectpath '/'",
          "signature 's'", "@as []",   "@a{sv} {}", "@(ss) ('a', 'b')",
          "<1>",           "@ay []",   "@a(ss) []", "@ah []" };
  guint32 pid;

  assert_fetch_refused (caller, URI, "{'x': <1>}", "InvalidOption");
  pid = bus_helper_pid (caller);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint v = 0; v < G_N_ELEMENTS (values); v++)
      {
        g_autoptr (GVariant) value = g_variant_parse (NULL, values[v], NULL, NULL, NULL);
        g_autofree char *options = g_strdup_printf ("{'%s': <%s>}", keys[i].key, values[v]);
        g_autoptr (GError) error = NULL;
        g_autofree char *job = NULL;
        guint status;

        g_assert_nonnull (value);
        if (g_variant_is_of_type (value, G_VARIANT_TYPE (keys[i].type)))
          continue;
        job = bus_fetch (caller, URI, -1, options, &error);
        bus_assert_error (error, "InvalidOption");
        g_clear_error (&error);
        g_assert_cmpint (bus_open (caller, URI, options, &status, &error), ==, -1);
        bus_assert_error (error, "InvalidOption");
      }
  g_assert_cmpuint (bus_helper_pid (caller), ==, pid);
}

static void
test_bad_values (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *long_uri = g_strnfill (70000, 'a');
  g_autofree char *huge = g_strconcat ("http://a/", long_uri, NULL);
  static const struct
  {
    const char *options;
    const char *error;
  } cases[] = {
    { "{'handle_token': <'short'>}", "InvalidOption" },
    { "{'handle_token': <'0123456789abcdef/..'>}", "InvalidOption" },
    { "{'detached': <true>}", "InvalidOption" },
    { "{'headers': <[('a b', 'c')]>}", "InvalidOption" },
    { "{'headers': <[('a', 'b\\r\\nc: d')]>}", "InvalidOption" },
    { "{'headers': <[('AuthorizatioN', 'x')]>}", "SecretInOptions" },
    { "{'headers': <[('cookie', 'x')]>}", "SecretInOptions" },
    { "{'headers': <[('X-Auth-Token', 'x')]>}", "SecretInOptions" },
    { "{'headers': <[('X-WSSE', 'x')]>}", "SecretInOptions" },
    { "{'headers': <[('Cookie2', 'x')]>}", "SecretInOptions" },
    { "{'checksum': <'sha256:12'>}", "InvalidOption" },
    { "{'checksum': <'crc:12345678'>}", "InvalidOption" },
    { "{'retries': <uint32 4294967295>}", "InvalidOption" },
    { "{'priority': <-2147483648>}", "InvalidOption" },
    { "{'timeout': <-0.5>}", "InvalidOption" },
    { "{'total_timeout': <1e9>}", "InvalidOption" },
    { "{'secrets': <handle 0>}", "InvalidDescriptor" },
    { "{'secrets': <handle -1>}", "InvalidDescriptor" },
    /* The message about it is cut in the middle of a character. */
    { "{'" LONG_KEY "é': <true>}", "InvalidOption" },
    { "{'agent': <objectpath '/a'>, 'agent': <objectpath '/b'>}", "InvalidOption" },
  };
  static const char *const uris[] = { "",        "/",        "file:///etc/passwd", "http:",
                                      "http://", "ftp://a/", "mailto:a@b",         "http://[::1/" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_fetch_refused (caller, URI, cases[i].options, cases[i].error);
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    assert_fetch_refused (caller, uris[i], NULL, "InvalidUri");
  assert_fetch_refused (caller, huge, NULL, "InvalidUri");
  assert_fetch_refused (caller, "http://name:secret@127.0.0.1/", NULL, "SecretInOptions");
}

/* Messages of other shapes than the interface has. */
static void
test_bad_messages (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  static const struct
  {
    const char *method;
    const char *arguments;
  } cases[] = { { "Fetch", "('x',)" },          { "Fetch", "(1, 2, 3)" }, { "Open", "()" },
                { "Open", "('x', 'y')" },       { "Finish", "(1,)" },     { "ListJobs", "('x',)" },
                { "Claim", "('x',)" },          { "NoSuchMethod", "()" }, { "Finish", "('x',)" },
                { "Claim", "('x', @a{sv} {})" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply
          = bus_call (caller, FETCHD_PATH, FETCHD_NAME, cases[i].method,
                      g_variant_new_parsed (cases[i].arguments), -1, NULL, &error);

      g_assert_null (reply);
      g_assert_nonnull (error);
    }
  g_assert_cmpuint (bus_helper_pid (caller), >, 0);
}

static void
assert_descriptor_refused (GDBusConnection *caller, int fd, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *job = bus_fetch (caller, URI, fd, NULL, &error);

  g_assert_null (job);
  bus_assert_error_at (what, error, FETCHD_ERROR "InvalidDescriptor");
  close (fd);
}

static void
test_descriptors (void)
{
  g_autoptr (Bus) bus = bus_new ("--max-burst=10000");
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (GError) error = NULL;
  guint n_fds = 0;

  assert_fetch_refused (caller, "", NULL, "InvalidUri");
  n_fds = bus_helper_count_fds (caller);
  for (guint i = 0; i < 200; i++)
    {
      int ends[2];

      assert_descriptor_refused (caller, open (bus->folder, O_RDONLY | O_CLOEXEC), "a folder");
      assert_descriptor_refused (caller, open ("/proc/self/stat", O_RDONLY | O_CLOEXEC), "reading");
      assert_descriptor_refused (caller, open (bus->folder, O_PATH | O_CLOEXEC), "a path");
      assert_descriptor_refused (caller, open ("/dev/null", O_RDWR | O_CLOEXEC), "a device");
      assert_descriptor_refused (caller, epoll_create1 (EPOLL_CLOEXEC), "epoll");
      assert_descriptor_refused (caller, socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
                                 "datagrams");
      assert_descriptor_refused (caller, socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                 "nobody's socket");
      ends[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      g_assert_cmpint (listen (ends[0], 1), ==, 0);
      assert_descriptor_refused (caller, ends[0], "a listening socket");
      g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
      assert_descriptor_refused (caller, ends[0], "the reading end");
      close (ends[1]);
    }
  /* Two where one can be used, and a number of none. */
  {
    const int fd = bus_file (bus, "file");
    static const char *const handles[] = { "[handle 0, handle 0]", "[handle 1]", "[handle -5]" };

    for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
      {
        g_autoptr (GVariant) array
            = g_variant_parse (G_VARIANT_TYPE ("ah"), handles[i], NULL, NULL, NULL);
        g_autoptr (GVariant) reply
            = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "Fetch",
                        g_variant_new ("(s@aha{sv})", URI, array, NULL), fd, NULL, &error);

        g_assert_null (reply);
        bus_assert_error (error, "InvalidDescriptor");
        g_clear_error (&error);
      }
    close (fd);
  }
  /* Each was closed. */
  g_assert_true (bus_helper_wait_fds (caller, n_fds + 4));
}

static void
test_debugging (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = bus_call (caller, "/org/gtk/Debugging", "org.gtk.Debugging", "SetDebugEnabled",
                  g_variant_new ("(b)", TRUE), -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/hostile/others-jobs", test_others_jobs);
  g_test_add_func ("/fetchd/hostile/others-cache", test_others_cache);
  g_test_add_func ("/fetchd/hostile/secrets", test_secrets);
  g_test_add_func ("/fetchd/hostile/agent", test_agent);
  g_test_add_func ("/fetchd/hostile/options-of-every-type", test_options_of_every_type);
  g_test_add_func ("/fetchd/hostile/bad-values", test_bad_values);
  g_test_add_func ("/fetchd/hostile/bad-messages", test_bad_messages);
  g_test_add_func ("/fetchd/hostile/descriptors", test_descriptors);
  g_test_add_func ("/fetchd/hostile/debugging", test_debugging);
  return g_test_run ();
}
