/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two faces of a download. */
#include "load.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE_MS 60000

void
load_init (Load *self, gboolean async)
{
  *self = (Load){ .async = async, .client = tern_client_new () };
  tern_client_set_timeout (self->client, 20);
  self->options = tern_download_options_new ();
  tern_download_options_set_retry_delay (self->options, 0);
  self->dir = tern_test_make_dir ("download");
  self->path = g_build_filename (self->dir, "file", NULL);
}

void
load_clear (Load *self)
{
  g_clear_object (&self->download);
  g_clear_error (&self->error);
  g_clear_object (&self->options);
  g_clear_object (&self->client);
  tern_test_remove_dir (self->dir);
  g_free (self->dir);
  g_free (self->path);
}

typedef struct
{
  GMainContext *context;
  GAsyncResult *result;
  gboolean done;
} Turn;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Turn *turn = data;

  g_assert_false (turn->done); /* one callback and no second */
  turn->result = g_object_ref (result);
  turn->done = TRUE;
}

/* Into the descriptor, where there is one. */
static void
run_async (Load *self, const char *uri, GFile *file, int fd, GCancellable *cancellable)
{
  Turn turn = { .context = g_main_context_new () };

  /* A context of its own, so that what strays into another is never seen. */
  g_main_context_push_thread_default (turn.context);
  if (file)
    tern_client_download_async (self->client, uri, file, self->options, cancellable, on_done,
                                &turn);
  else
    tern_client_download_to_fd_async (self->client, uri, fd, self->options, cancellable, on_done,
                                      &turn);
  g_assert_false (turn.done);
  tern_test_run_until (&turn.done, PATIENCE_MS);
  self->download
      = file ? tern_client_download_finish (self->client, turn.result, &self->error)
             : tern_client_download_to_fd_finish (self->client, turn.result, &self->error);
  g_main_context_pop_thread_default (turn.context);
  g_clear_object (&turn.result);
  g_main_context_unref (turn.context);
}

static gboolean
run (Load *self, const char *uri, GFile *file, int fd, GCancellable *cancellable)
{
  g_clear_object (&self->download);
  g_clear_error (&self->error);
  if (self->async)
    run_async (self, uri, file, fd, cancellable);
  else if (file)
    self->download
        = tern_client_download (self->client, uri, file, self->options, cancellable, &self->error);
  else
    self->download = tern_client_download_to_fd (self->client, uri, fd, self->options, cancellable,
                                                 &self->error);
  g_assert_true ((self->download == NULL) == (self->error != NULL));
  return self->download != NULL;
}

gboolean
load_run_uri (Load *self, const char *uri, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);

  return run (self, uri, file, -1, cancellable);
}

gboolean
load_run (Load *self, const Shelf *shelf, const char *target, GCancellable *cancellable)
{
  g_autofree char *uri = tern_origin_uri (shelf->origin, target);

  return load_run_uri (self, uri, cancellable);
}

gboolean
load_run_uri_fd (Load *self, const char *uri, int fd)
{
  return run (self, uri, NULL, fd, NULL);
}

gboolean
load_run_fd (Load *self, const Shelf *shelf, int fd)
{
  g_autofree char *uri = tern_origin_uri (shelf->origin, "/file");

  return load_run_uri_fd (self, uri, fd);
}

void
load_assert_n_files (Load *self, guint n)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  const char *name;
  guint found = 0;

  while ((name = g_dir_read_name (dir)))
    found++;
  g_assert_cmpuint (found, ==, n);
}

void
load_assert_right_at (const char *where, Load *self, const Shelf *shelf, const char *path)
{
  g_autofree char *content = NULL;
  g_autofree char *sum = shelf_sum (shelf, G_CHECKSUM_SHA256);
  gsize length;

  if (self->error)
    g_error ("%s: failed: %s", where, self->error->message);
  g_assert_true (g_file_get_contents (path ? path : self->path, &content, &length, NULL));
  if (length != shelf->size)
    g_error ("%s: %zu bytes, not %zu", where, length, shelf->size);
  for (gsize i = 0; i < length; i++)
    if ((guint8)content[i] != shelf_byte (shelf, i))
      g_error ("%s: byte %zu is wrong", where, i);
  g_assert_cmpuint (tern_download_get_size (self->download), ==, shelf->size);
  g_assert_cmpstr (tern_download_get_checksum (self->download), ==, sum);
}

char *
load_partial (Load *self)
{
  return g_strconcat (self->path, ".tern-part", NULL);
}

gssize
load_partial_size (Load *self)
{
  g_autofree char *path = load_partial (self);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gssize)info.st_size : -1;
}

typedef struct
{
  GCancellable *cancellable;
  guint64 size;
} Limit;

static void
on_progress (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer data)
{
  const Limit *limit = data;

  if (received >= limit->size)
    g_cancellable_cancel (limit->cancellable);
}

static void
free_limit (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
load_cancel_at (Load *self, GCancellable *cancellable, guint64 size)
{
  Limit *limit = g_new (Limit, 1);

  *limit = (Limit){ cancellable, size };
  g_signal_connect_data (self->options, "progress", G_CALLBACK (on_progress), limit, free_limit, 0);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_TSAN TRUE
#endif
#elif defined(__SANITIZE_THREAD__)
#define HAS_TSAN TRUE
#endif
#ifndef HAS_TSAN
#define HAS_TSAN FALSE
#endif

gboolean
load_may_fork (void)
{
  if (!HAS_TSAN && !g_getenv ("TERN_TEST_MEMCHECK"))
    return TRUE;
  g_test_skip ("a child of a process with threads is not for this sanitizer");
  return FALSE;
}
