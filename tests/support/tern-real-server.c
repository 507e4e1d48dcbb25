/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernRealServer: see the header. A free port is found by binding and letting go, so another
 * program may take it in between; then the server exits and is started once more elsewhere. */

#include "tern-real-server.h"

#include "tern-test-util.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 10000
#define TRIES 3

struct _TernRealServer
{
  char   *dir;
  GPid    pid;
  guint16 port;
  guint16 tls_port;
};

static const char nginx_config[]
    = "daemon off;\n"
      "master_process off;\n"
      "pid nginx.pid;\n"
      "error_log error.log warn;\n"
      "events { worker_connections 512; }\n"
      "http {\n"
      "  access_log off;\n"
      "  client_body_temp_path tmp-body; proxy_temp_path tmp-proxy;\n"
      "  fastcgi_temp_path tmp-fastcgi; uwsgi_temp_path tmp-uwsgi; scgi_temp_path tmp-scgi;\n"
      "  types { text/html html; text/plain txt; application/octet-stream bin; }\n"
      "  keepalive_timeout 60; keepalive_requests 100000;\n"
      "  gzip on; gzip_min_length 256; gzip_types text/plain;\n"
      "  server {\n"
      "    listen 127.0.0.1:%u;\n"
      "%s"
      "    root www;\n"
      "    location /basic/ {\n"
      "      alias www/; auth_basic \"nginx nest\"; auth_basic_user_file passwords;\n"
      "    }\n"
      "    location = /redirect { return 302 /hello.txt; }\n"
      "    location = /empty { return 204; }\n"
      "    location = /status/404 { return 404; }\n"
      "    location = /status/500 { return 500; }\n"
      "    location = /status/503 { return 503; }\n"
      "    location = /cached.txt { alias www/hello.txt; add_header Cache-Control max-age=60; }\n"
      "    location = /no-store.txt { alias www/hello.txt; add_header Cache-Control no-store; }\n"
      "  }\n"
      "}\n";

static void
put (TernRealServer *self,
     const char     *name,
     const char     *data,
     gssize          length)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, data, length, &error))
    g_error ("real server: %s", error->message);
}

static void
put_nginx_files (TernRealServer *self)
{
  g_autofree char *www = g_build_filename (self->dir, "www", NULL);
  g_autofree char *big = g_malloc (TERN_REAL_SERVER_BIG_SIZE);
  g_autoptr (GString) page = g_string_new ("<!doctype html><title>terns</title>\n");

  g_mkdir (www, 0755);
  put (self, "www/hello.txt", TERN_REAL_SERVER_TEXT, -1);
  for (gsize i = 0; i < TERN_REAL_SERVER_BIG_SIZE; i++)
    big[i] = (char) (i * 7 % 251);
  put (self, "www/big.bin", big, TERN_REAL_SERVER_BIG_SIZE);
  while (page->len < 8192)
    g_string_append (page, "<p>Terns are seabirds of the family Laridae.</p>\n");
  put (self, "www/page.html", page->str, (gssize) page->len);
  put (self, "passwords", "user:{PLAIN}secret\n", -1);
}

static void
put_nginx_config (TernRealServer      *self,
                  const TernTestCerts *certs)
{
  g_autoptr (GString) tls = g_string_new (NULL);
  g_autofree char *config = NULL;

  if (certs)
    g_string_append_printf (
        tls, "    listen 127.0.0.1:%u ssl;\n    ssl_certificate %s;\n    ssl_certificate_key %s;\n",
        self->tls_port, tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_SERVER),
        tern_test_certs_get_key_file (certs, TERN_TEST_CERT_SERVER));
  config = g_strdup_printf (nginx_config, self->port, tls->str);
  put (self, "nginx.conf", config, -1);
}

/* In the child: a test that crashes must not leave its servers behind. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
has_exited (TernRealServer *self)
{
  if (self->pid == 0 || waitpid (self->pid, NULL, WNOHANG) != self->pid)
    return self->pid == 0;
  self->pid = 0;
  return TRUE;
}

static gboolean
can_connect (guint16 port)
{
  struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons (port),
                              .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  gboolean ok = connect (fd, (struct sockaddr *) &addr, sizeof addr) == 0;
  close (fd);
  return ok;
}

/* Starts the program and waits until it takes connections. */
static gboolean
start (TernRealServer    *self,
       const char *const *argv,
       GError           **error)
{
  gint64 begun = tern_test_watch_start ();

  if (!g_spawn_async (self->dir, (char **) argv, NULL,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                          | G_SPAWN_STDERR_TO_DEV_NULL,
                      die_with_parent, NULL, &self->pid, error))
    return FALSE;
  while (tern_test_watch_ms (begun) < READY_MS && !has_exited (self))
    {
      if (can_connect (self->port ? self->port : self->tls_port))
        return TRUE;
      g_usleep (5000);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s did not come up", argv[0]);
  return FALSE;
}

static void
stop (TernRealServer *self)
{
  gint64 begun = tern_test_watch_start ();

  if (self->pid == 0)
    return;
  kill (self->pid, SIGTERM);
  while (!has_exited (self))
    {
      if (tern_test_watch_ms (begun) > 2000)
        kill (self->pid, SIGKILL);
      g_usleep (2000);
    }
}

/* Debian keeps nginx in sbin, which is not on everybody's PATH. */
static char *
find_program (const char *name,
              GError    **error)
{
  g_autofree char *sbin = g_build_filename ("/usr/sbin", name, NULL);
  char *found = g_find_program_in_path (name);

  if (found)
    return found;
  if (g_file_test (sbin, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&sbin);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s is not installed", name);
  return NULL;
}

TernRealServer *
tern_real_server_new_nginx (const TernTestCerts *certs,
                            GError             **error)
{
  g_autofree char *program = find_program ("nginx", error);

  if (program == NULL)
    return NULL;
  g_autoptr (TernRealServer) self = g_new0 (TernRealServer, 1);
  self->dir = tern_test_make_dir ("tern-nginx");
  put_nginx_files (self);
  for (guint i = 0; i < TRIES; i++)
    {
      g_autofree char *prefix = g_strconcat (self->dir, "/", NULL);
      const char *argv[] = { program, "-p", prefix, "-c", "nginx.conf", "-e", "error.log", NULL };

      self->port = tern_test_unused_port ();
      self->tls_port = certs ? tern_test_unused_port () : 0;
      put_nginx_config (self, certs);
      g_clear_error (error);
      if (start (self, argv, error))
        return g_steal_pointer (&self);
      stop (self);
    }
  return NULL;
}

TernRealServer *
tern_real_server_new_gnutls (const TernTestCerts *certs,
                             TernTestCert         which,
                             const char          *priority,
                             GError             **error)
{
  g_autofree char *program = find_program ("gnutls-serv", error);

  if (program == NULL)
    return NULL;
  g_autoptr (TernRealServer) self = g_new0 (TernRealServer, 1);
  self->dir = tern_test_make_dir ("tern-gnutls");
  for (guint i = 0; i < TRIES; i++)
    {
      self->tls_port = tern_test_unused_port ();
      g_autofree char *port = g_strdup_printf ("%u", self->tls_port);
      const char *argv[] = { program, "--http", "--quiet", "--port", port,
                             "--x509certfile", tern_test_certs_get_cert_file (certs, which),
                             "--x509keyfile", tern_test_certs_get_key_file (certs, which),
                             "--priority", priority ? priority : "NORMAL", NULL };

      g_clear_error (error);
      if (start (self, argv, error))
        return g_steal_pointer (&self);
      stop (self);
    }
  return NULL;
}

void
tern_real_server_free (TernRealServer *self)
{
  if (self == NULL)
    return;
  stop (self);
  tern_test_remove_dir (self->dir);
  g_free (self->dir);
  g_free (self);
}

char *
tern_real_server_uri (const TernRealServer *self,
                      const char           *path)
{
  return self->port ? g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path) : NULL;
}

char *
tern_real_server_tls_uri (const TernRealServer *self,
                          const char           *path)
{
  return self->tls_port ? g_strdup_printf ("https://localhost:%u%s", self->tls_port, path) : NULL;
}

guint16
tern_real_server_get_port (const TernRealServer *self)
{
  return self->port;
}

guint16
tern_real_server_get_tls_port (const TernRealServer *self)
{
  return self->tls_port;
}

const char *
tern_real_server_get_dir (const TernRealServer *self)
{
  return self->dir;
}
