/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloading the same thing sync and async into a folder of the test's own. It must never look at
 * what came by itself: the test says what it should be. */
#pragma once

#include <tern/tern-cache.h>
#include <tern/tern-client.h>
#include <tern/tern-download.h>
#include <tern/tern-error.h>
#include <tern/tern-failure.h>
#include <tern/tern-response.h>

#include "shelf.h"
#include "tern-test-util.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean async;
  TernClient *client;
  TernDownloadOptions *options; /* tries again at once */
  char *dir;
  char *path; /* of the destination: "file" in the folder */
  TernDownload *download;
  GError *error;
} Load;

void load_init (Load *self, gboolean async);
void load_clear (Load *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Load, load_clear)

/* FALSE when it failed; what came of the one before is forgotten. */
gboolean load_run (Load *self, const Shelf *shelf, const char *target, GCancellable *cancellable);
gboolean load_run_uri (Load *self, const char *uri, GCancellable *cancellable);
gboolean load_run_fd (Load *self, const Shelf *shelf, int fd);
gboolean load_run_uri_fd (Load *self, const char *uri, int fd);

/* It failed so. */
#define load_assert_tern_error(self, code, text)                                                   \
  tern_test_assert_error ((self)->error, TERN_ERROR, TERN_ERROR_##code, (text))
#define load_assert_io_error(self, code, text)                                                     \
  tern_test_assert_error ((self)->error, G_IO_ERROR, G_IO_ERROR_##code, (text))

/* The destination, or @path, is what is on the shelf, and nothing lies beside it. */
#define load_assert_right(self, shelf) load_assert_right_at (G_STRLOC, (self), (shelf), NULL)
void load_assert_right_at (const char *where, Load *self, const Shelf *shelf, const char *path);
/* As many files are in the folder. */
void load_assert_n_files (Load *self, guint n);
/* The size of the partial file, -1 where there is none. */
gssize load_partial_size (Load *self);
char *load_partial (Load *self);

/* FALSE, and the test is skipped: the process has threads, so its child must not be looked at by
 * ThreadSanitizer (which forbids it new ones) or memcheck (which takes all that it has for leaks).
 */
gboolean load_may_fork (void);

/* Cancels @cancellable as soon as the partial file, or that of @path, has @size bytes. */
void load_cancel_at (Load *self, GCancellable *cancellable, guint64 size);

G_END_DECLS
