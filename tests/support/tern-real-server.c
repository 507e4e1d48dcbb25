/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernRealServer: see the header. A free port is found by binding and letting go, so another
 * program may take it in between; then the server exits and is started once more elsewhere. */

#include "tern-real-server-private.h"

#include "tern-test-util.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utime.h>

#define READY_MS 20000
#define TRIES 5
/* Below the ports that the kernel hands out: no connection of another test takes one of these. */
#define LOWEST_PORT 12000
#define HIGHEST_PORT 32000

void
tern_real_server_put (TernRealServer *self, const char *name, const char *data, gssize length)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  if (g_mkdir (folder, 0755) == 0)
    tern_guard_give (folder);
  if (!g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    g_error ("real server: %s", error->message);
  tern_guard_give (path);
}

void
tern_real_server_put_text (TernRealServer *self, const char *name, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  tern_real_server_put (self, name, text, -1);
}

static void
put_copy (TernRealServer *self, const char *name, const char *from)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (from, &text, NULL, &error))
    g_error ("real server: %s", error->message);
  tern_real_server_put (self, name, text, -1);
}

void
tern_real_server_put_certs (TernRealServer *self, const TernTestCerts *certs, TernTestCert which)
{
  put_copy (self, "server.pem", tern_test_certs_get_cert_file (certs, which));
  put_copy (self, "server.key", tern_test_certs_get_key_file (certs, which));
  put_copy (self, "ca.pem", tern_test_certs_get_ca_file (certs));
}

/* Two seconds old: what changed within the second has no strong validator (RFC 9110 §8.8.2.2). */
static void
make_older (TernRealServer *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  time_t then = time (NULL) - 2;
  struct utimbuf times = { .actime = then, .modtime = then };

  g_utime (path, &times);
}

void
tern_real_server_put_site (TernRealServer *self, const char *text)
{
  g_autofree char *big = g_malloc (TERN_REAL_SERVER_BIG_SIZE);
  g_autoptr (GString) page = g_string_new ("<!doctype html><title>terns</title>\n");

  for (gsize i = 0; i < TERN_REAL_SERVER_BIG_SIZE; i++)
    big[i] = (char)(i * 7 % 251);
  while (page->len < 8192)
    g_string_append (page, "<p>Terns are seabirds of the family Laridae.</p>\n");
  tern_real_server_put (self, "www/hello.txt", text, -1);
  tern_real_server_put (self, "www/big.bin", big, TERN_REAL_SERVER_BIG_SIZE);
  tern_real_server_put (self, "www/page.html", page->str, (gssize)page->len);
  make_older (self, "www/hello.txt");
  make_older (self, "www/big.bin");
  make_older (self, "www/page.html");
}

void
tern_real_server_arg (GPtrArray *argv, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (argv, g_strdup_vprintf (format, args));
  va_end (args);
}

static gboolean
can (gboolean listen, guint16 port)
{
  struct sockaddr_in addr = { .sin_family = AF_INET,
                              .sin_port = htons (port),
                              .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  int failed = listen ? bind (fd, (struct sockaddr *)&addr, sizeof addr)
                      : connect (fd, (struct sockaddr *)&addr, sizeof addr);
  close (fd);
  return !failed;
}

/* Random, so that tests that run at once look in different places. */
static guint16
find_port (gboolean wanted)
{
  g_autoptr (GRand) rand = g_rand_new ();
  guint16 port = 0;

  while (wanted && (port == 0 || !can (TRUE, port)))
    port = (guint16)g_rand_int_range (rand, LOWEST_PORT, HIGHEST_PORT);
  return port;
}

static gboolean
answers (guint16 port)
{
  return port == 0 || can (FALSE, port);
}

static gboolean
wait_until_ready (TernRealServer *self, const char *program, GError **error)
{
  gint64 begun = tern_test_watch_start ();

  while (tern_test_watch_ms (begun) < READY_MS && !tern_guard_has_ended (&self->guard))
    {
      if (answers (self->port) && answers (self->tls_port) && answers (self->mutual_port))
        return TRUE;
      g_usleep (5000);
    }
  g_autofree char *log = tern_real_server_read_log (self);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s did not come up: %s", program, log);
  return FALSE;
}

/* Debian keeps servers in sbin, which is not on everybody's PATH. */
static char *
find_program (const char *name, GError **error)
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

static gboolean
try (TernRealServer *self,
     const TernRealKind *kind,
     const char *program,
     gconstpointer options,
     GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) litter = g_ptr_array_new_with_free_func (g_free);

  tern_real_server_arg (argv, "%s", program);
  kind->configure (self, options, argv);
  g_ptr_array_add (argv, NULL);
  if (kind->add_litter)
    kind->add_litter (self, litter);
  g_ptr_array_add (litter, NULL);
  return tern_guard_start (&self->guard, self->dir, (const char *const *)argv->pdata,
                           (const char *const *)litter->pdata, error)
         && wait_until_ready (self, kind->program, error);
}

TernRealServer *
tern_real_server_launch (const TernRealKind *kind,
                         TernRealPorts ports,
                         gconstpointer options,
                         GError **error)
{
  g_autofree char *program = find_program (kind->program, error);

  if (program == NULL)
    return NULL;
  g_autoptr (TernRealServer) self = g_new0 (TernRealServer, 1);
  g_autofree char *prefix = g_strconcat ("tern-", kind->program, NULL);
  self->dir = tern_test_make_dir (prefix);
  tern_guard_give (self->dir);
  if (kind->put_files)
    kind->put_files (self, options);
  for (guint i = 0; i < TRIES; i++)
    {
      self->port = find_port (ports & TERN_REAL_PORT_PLAIN);
      self->tls_port = find_port (ports & TERN_REAL_PORT_TLS);
      self->mutual_port = find_port (ports & TERN_REAL_PORT_MUTUAL);
      g_clear_error (error);
      if (try (self, kind, program, options, error))
        return g_steal_pointer (&self);
      tern_guard_stop (&self->guard);
    }
  return NULL;
}

void
tern_real_server_free (TernRealServer *self)
{
  if (self == NULL)
    return;
  tern_guard_stop (&self->guard);
  tern_test_remove_dir (self->dir);
  g_free (self->dir);
  g_free (self);
}

char *
tern_real_server_uri (const TernRealServer *self, const char *path)
{
  return self->port ? g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path) : NULL;
}

static char *
secure_uri (guint16 port, const char *path)
{
  return port ? g_strdup_printf ("https://localhost:%u%s", port, path) : NULL;
}

char *
tern_real_server_tls_uri (const TernRealServer *self, const char *path)
{
  return secure_uri (self->tls_port, path);
}

char *
tern_real_server_mutual_uri (const TernRealServer *self, const char *path)
{
  return secure_uri (self->mutual_port, path);
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

guint16
tern_real_server_get_mutual_port (const TernRealServer *self)
{
  return self->mutual_port;
}

const char *
tern_real_server_get_dir (const TernRealServer *self)
{
  return self->dir;
}

char *
tern_real_server_read_log (const TernRealServer *self)
{
  static const char *const names[] = { "output", "error.log", "access.log" };
  GString *log = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, names[i], NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL))
        g_string_append (log, text);
    }
  return g_string_free (log, FALSE);
}
