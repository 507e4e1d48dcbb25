/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Test helpers: waiting with an end, counting what must not leak, comparing bytes, and the table
 * that runs one test sync and async. They must never know libtern: they judge it. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Waiting. Both iterate the thread-default context and abort the test when the time is over. */
typedef gboolean (*TernTestPredicate) (gpointer data);

void      tern_test_run_until      (const gboolean   *flag,
                                    guint             timeout_ms);
void      tern_test_run_until_func (TernTestPredicate predicate,
                                    gpointer          data,
                                    guint             timeout_ms);
/* Iterates the thread-default context for that long whatever happens. */
void      tern_test_run_for        (guint             ms);

/* Counting in /proc/self. An in-process origin has one descriptor and one thread per open
 * connection, one of each for its listener. */
guint     tern_test_count_fds      (void);
guint     tern_test_count_threads  (void);
/* Resident memory in KiB, for "flat in body size". */
gsize     tern_test_peak_rss_kib   (void);

/* Whether a process's memory tells something about the library: not under a sanitizer or memcheck,
 * which keep what was freed. */
gboolean  tern_test_measures_memory (void);

/* A stopwatch is a number: start it, ask it. */
gint64    tern_test_watch_start    (void);
double    tern_test_watch_ms       (gint64            start);

/* "GET /\r\n" as C escapes and back; unescape knows \r \n \t \0 \\ \" \xHH. */
char     *tern_test_escape         (gconstpointer     data,
                                    gssize            length);
GBytes   *tern_test_unescape       (const char       *text);

/* A fresh folder below the temp folder, and its removal with all that is in it. */
char     *tern_test_make_dir       (const char       *prefix);
void      tern_test_remove_dir     (const char       *dir);

/* Ports: one that nobody listens on (a connect is refused); whether ::1 exists here. */
guint16   tern_test_unused_port    (void);
gboolean  tern_test_have_ipv6      (void);

/* Runs @func in @n_threads threads at once, each with its number, and joins them. */
typedef void (*TernTestThreadFunc) (guint number, gpointer data);

void      tern_test_run_threads    (guint              n_threads,
                                    TernTestThreadFunc func,
                                    gpointer           data);

/* Registers `path/sync` and `path/async`; @func does the same thing through both. */
typedef void (*TernTestBothFunc) (gboolean async, gconstpointer data);

void      tern_test_add_both       (const char        *path,
                                    TernTestBothFunc   func,
                                    gconstpointer      data);

/* The error has this domain, code and, when not NULL, this text in its message. */
#define tern_test_assert_error(error, domain, code, text)                                         \
  tern_test_assert_error_at (G_STRLOC, (error), (domain), (int) (code), (text))
#define tern_test_assert_bytes(data, length, expected, expected_length)                           \
  tern_test_assert_bytes_at (G_STRLOC, (data), (length), (expected), (expected_length))

void      tern_test_assert_error_at (const char       *where,
                                     const GError     *error,
                                     GQuark            domain,
                                     int               code,
                                     const char       *text);
/* Lengths may be -1 for text; a difference is shown escaped. */
void      tern_test_assert_bytes_at (const char       *where,
                                     gconstpointer     data,
                                     gssize            length,
                                     gconstpointer     expected,
                                     gssize            expected_length);

G_END_DECLS
