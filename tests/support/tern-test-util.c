/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Test helpers: see the header. */

#include "tern-test-util.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Valgrind and the sanitizers are slow; a limit that is meant for "hangs" should not catch that. */
static guint
stretched (guint ms)
{
  const char *factor = g_getenv ("TERN_TEST_TIME_FACTOR");
  guint64 by = factor ? g_ascii_strtoull (factor, NULL, 10) : 1;

  return (guint) (ms * CLAMP (by, 1, 100));
}

static gboolean
on_ring (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_timer (guint     ms,
              gboolean *rang)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, on_ring, rang, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
drop_timer (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

void
tern_test_run_until_func (TernTestPredicate predicate,
                          gpointer          data,
                          guint             timeout_ms)
{
  GMainContext *context = g_main_context_get_thread_default ();
  gboolean late = FALSE;
  gboolean tick = FALSE;
  GSource *timer = attach_timer (stretched (timeout_ms), &late);
  /* The predicate may turn true in another thread, which wakes nobody here. */
  GSource *ticker = attach_timer (5, &tick);

  while (!predicate (data) && !late)
    g_main_context_iteration (context, TRUE);
  drop_timer (ticker);
  drop_timer (timer);
  if (!predicate (data))
    g_error ("test: nothing happened within %u ms", timeout_ms);
}

void
tern_test_run_until (const gboolean *flag,
                     guint           timeout_ms)
{
  GMainContext *context = g_main_context_get_thread_default ();
  gboolean late = FALSE;
  GSource *timer = attach_timer (stretched (timeout_ms), &late);

  while (!*flag && !late)
    g_main_context_iteration (context, TRUE);
  drop_timer (timer);
  if (!*flag)
    g_error ("test: nothing happened within %u ms", timeout_ms);
}

void
tern_test_run_for (guint ms)
{
  GMainContext *context = g_main_context_get_thread_default ();
  gboolean rang = FALSE;
  GSource *timer = attach_timer (ms, &rang);

  while (!rang)
    g_main_context_iteration (context, TRUE);
  drop_timer (timer);
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

guint
tern_test_count_fds (void)
{
  /* Reading the folder takes a descriptor itself. */
  return count_entries ("/proc/self/fd") - 1;
}

guint
tern_test_count_threads (void)
{
  return count_entries ("/proc/self/task");
}

gsize
tern_test_peak_rss_kib (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return (gsize) usage.ru_maxrss;
}

gint64
tern_test_watch_start (void)
{
  return g_get_monotonic_time ();
}

double
tern_test_watch_ms (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

char *
tern_test_escape (gconstpointer data,
                  gssize        length)
{
  const guchar *bytes = data;
  gsize n = length < 0 ? strlen (data) : (gsize) length;
  GString *out = g_string_sized_new (n + 16);

  for (gsize i = 0; i < n; i++)
    {
      if (bytes[i] == '\r')
        g_string_append (out, "\\r");
      else if (bytes[i] == '\n')
        g_string_append (out, "\\n");
      else if (bytes[i] == '\t')
        g_string_append (out, "\\t");
      else if (bytes[i] == '\\' || bytes[i] == '"')
        g_string_append_printf (out, "\\%c", bytes[i]);
      else if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
        g_string_append_c (out, (char) bytes[i]);
      else
        g_string_append_printf (out, "\\x%02x", bytes[i]);
    }
  return g_string_free (out, FALSE);
}

/* Appends the byte that the escape at @p stands for; returns how many characters it took. */
static gsize
unescape_one (GByteArray *out,
              const char *p)
{
  static const char names[] = "rnt0\\\"";
  static const char values[] = "\r\n\t\0\\\"";
  const char *found = p[1] ? strchr (names, p[1]) : NULL;
  guint8 byte;

  if (p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]))
    {
      byte = (guint8) (g_ascii_xdigit_value (p[2]) * 16 + g_ascii_xdigit_value (p[3]));
      g_byte_array_append (out, &byte, 1);
      return 4;
    }
  if (found == NULL)
    g_error ("test: unknown escape in “%s”", p);
  byte = (guint8) values[found - names];
  g_byte_array_append (out, &byte, 1);
  return 2;
}

GBytes *
tern_test_unescape (const char *text)
{
  GByteArray *out = g_byte_array_new ();

  while (*text)
    {
      if (*text == '\\')
        {
          text += unescape_one (out, text);
          continue;
        }
      g_byte_array_append (out, (const guint8 *) text, 1);
      text++;
    }
  return g_byte_array_free_to_bytes (out);
}

char *
tern_test_make_dir (const char *prefix)
{
  g_autofree char *template = g_strconcat (prefix, "-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp (template, &error);

  if (dir == NULL)
    g_error ("test: no temp folder: %s", error->message);
  return dir;
}

void
tern_test_remove_dir (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      /* A link to a folder is removed as a link, never followed. */
      if (!g_file_test (child, G_FILE_TEST_IS_SYMLINK)
          && g_file_test (child, G_FILE_TEST_IS_DIR))
        tern_test_remove_dir (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

guint16
tern_test_unused_port (void)
{
  struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof addr;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &addr, sizeof addr), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &addr, &length), ==, 0);
  close (fd);
  return ntohs (addr.sin_port);
}

gboolean
tern_test_have_ipv6 (void)
{
  struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  gboolean ok = bind (fd, (struct sockaddr *) &addr, sizeof addr) == 0;
  close (fd);
  return ok;
}

typedef struct
{
  TernTestThreadFunc func;
  gpointer           data;
  guint              number;
} ThreadJob;

static gpointer
run_job (gpointer data)
{
  ThreadJob *job = data;

  job->func (job->number, job->data);
  return NULL;
}

void
tern_test_run_threads (guint              n_threads,
                       TernTestThreadFunc func,
                       gpointer           data)
{
  g_autofree ThreadJob *jobs = g_new0 (ThreadJob, n_threads);
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);

  for (guint i = 0; i < n_threads; i++)
    {
      jobs[i] = (ThreadJob) { func, data, i };
      threads[i] = g_thread_new ("test", run_job, &jobs[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

typedef struct
{
  TernTestBothFunc func;
  gconstpointer    data;
  gboolean         async;
} BothCase;

/* GLib frees what was given for a case when it has run; with `-p`, as in a subprocess, most do not.
 * Held here they are no leak then either. */
static GSList *both_cases;

static void
run_both_case (gconstpointer data)
{
  const BothCase *both = data;

  both->func (both->async, both->data);
}

void
tern_test_add_both (const char      *path,
                    TernTestBothFunc func,
                    gconstpointer    data)
{
  for (int async = 0; async <= 1; async++)
    {
      BothCase *both = g_new (BothCase, 1);
      g_autofree char *full = g_strconcat (path, async ? "/async" : "/sync", NULL);

      *both = (BothCase) { func, data, async };
      both_cases = g_slist_prepend (both_cases, both);
      g_test_add_data_func (full, both, run_both_case);
    }
}

void
tern_test_assert_error_at (const char   *where,
                           const GError *error,
                           GQuark        domain,
                           int           code,
                           const char   *text)
{
  if (error == NULL)
    g_error ("%s: no error, but %s %d was expected", where, g_quark_to_string (domain), code);
  if (error->domain != domain || error->code != code)
    g_error ("%s: error %s %d (%s), but %s %d was expected", where,
             g_quark_to_string (error->domain), error->code, error->message,
             g_quark_to_string (domain), code);
  if (text && strstr (error->message, text) == NULL)
    g_error ("%s: “%s” does not contain “%s”", where, error->message, text);
}

void
tern_test_assert_bytes_at (const char   *where,
                           gconstpointer data,
                           gssize        length,
                           gconstpointer expected,
                           gssize        expected_length)
{
  gsize n = length < 0 ? strlen (data) : (gsize) length;
  gsize wanted = expected_length < 0 ? strlen (expected) : (gsize) expected_length;

  if (n == wanted && (n == 0 || memcmp (data, expected, n) == 0))
    return;
  g_autofree char *got = tern_test_escape (data, (gssize) n);
  g_autofree char *want = tern_test_escape (expected, (gssize) wanted);
  g_error ("%s: got “%s”\nexpected “%s”", where, got, want);
}

gboolean
tern_test_measures_memory (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FALSE;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return FALSE;
#endif
#endif
  return g_getenv ("TERN_TEST_MEMCHECK") == NULL;
}
