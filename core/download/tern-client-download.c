/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two kinds of downloads, each sync and async. All four run the same step; here is only which
 * driver runs it and how the result goes out. */
#include "download/tern-disposition.h"
#include "download/tern-download-run.h"
#include "io/tern-drive.h"

static TernDownload *
run_sync (TernDownloadRun *run, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;
  TernDownload *download = NULL;

  tern_drive_sync (tern_download_run_step, run, cancellable, &failure);
  tern_download_run_settle (run, &failure);
  if (failure)
    g_propagate_error (error, failure);
  else
    download = tern_download_run_steal (run);
  tern_download_run_free (run);
  return download;
}

static void
on_done (gpointer self, GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  TernDownloadRun *run = self;

  tern_download_run_settle (run, &error);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, tern_download_run_steal (run), g_object_unref);
  tern_download_run_free (run);
}

static void
run_async (TernClient *self,
           TernDownloadRun *run,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data,
           gpointer tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  /* The driver has the last word on cancellation: what is done is handed out. */
  g_task_set_check_cancellable (task, FALSE);
  tern_drive_async (tern_download_run_step, run, cancellable, on_done, task);
}

/**
 * tern_client_download:
 * @self: a client
 * @uri: what to fetch, absolute
 * @destination: the file; where it is a folder that exists, the server's Content-Disposition
 *   (RFC 6266) or the URI gives the name in it
 * @options: (nullable): options; %NULL is the defaults
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Downloads a resource into a file that appears when it is whole. Until then the bytes are kept
 * beside it, in a file whose name ends in `.tern-part`, with what is known of them in another one;
 * a download that was interrupted, cancelled or killed goes on there the next time, provided that
 * the server names the content by a strong validator (RFC 9110 §8.8.1) and it is still the same;
 * else it begins anew. The bytes are those on the wire: content codings are not undone.
 *
 * Connections that break and servers that are busy are tried again, see
 * #TernDownloadOptions:retries. #TernClient:total-timeout is for all tries together.
 *
 * Errors: those of tern_client_send(); %TERN_ERROR_CHECKSUM, %TERN_ERROR_TOO_LARGE;
 * #TERN_STATUS_ERROR with the status where the server answers with no content to be had;
 * %G_IO_ERROR_EXISTS where there is a file already and nobody said that it may be replaced, also
 * when it appears meanwhile; %G_IO_ERROR_NO_SPACE, before anything is fetched where the size is
 * known; %G_IO_ERROR_BUSY where another download has the same destination;
 * %G_IO_ERROR_NOT_REGULAR_FILE, %G_IO_ERROR_NOT_SUPPORTED for a destination that is no local file,
 * and what the file system says.
 *
 * Blocks, but no main context is iterated; may be called from any thread.
 *
 * Returns: (transfer full): what was downloaded; %NULL on error
 */
TernDownload *
tern_client_download (TernClient *self,
                      const char *uri,
                      GFile *destination,
                      TernDownloadOptions *options,
                      GCancellable *cancellable,
                      GError **error)
{
  return run_sync (tern_download_run_new (self, uri, destination, -1, options), cancellable, error);
}

/**
 * tern_client_download_async:
 * @self: a client
 * @uri: what to fetch, absolute
 * @destination: see tern_client_download()
 * @options: (nullable): options; %NULL is the defaults
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_client_download(), without blocking.
 */
void
tern_client_download_async (TernClient *self,
                            const char *uri,
                            GFile *destination,
                            TernDownloadOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  run_async (self, tern_download_run_new (self, uri, destination, -1, options), cancellable,
             callback, user_data, tern_client_download_async);
}

/**
 * tern_client_download_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_client_download_async().
 *
 * Returns: (transfer full): what was downloaded; %NULL on error
 */
TernDownload *
tern_client_download_finish (TernClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_client_download_to_fd:
 * @self: a client
 * @uri: what to fetch, absolute
 * @fd: a descriptor that is open for writing: a file, a pipe, a socket
 * @options: (nullable): options; %NULL is the defaults
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Downloads a resource into a descriptor, from its position on. A file that is open for reading as
 * well can be resumed with its checksum: #TernDownloadOptions:resume-offset bytes right before the
 * position are then the beginning of the content whose tag is #TernDownloadOptions:resume-etag.
 * Where the content is another one by now, a file is cut back to where it began; what went into a
 * pipe or a socket cannot be taken back, and it is an error. A reader that is slow is waited for.
 *
 * Nothing is renamed, no state is kept, and on failure what was written stays. @fd is duplicated,
 * shares its position with that duplicate, and is never closed or made non-blocking.
 *
 * Errors: those of tern_client_download() as far as they have a meaning here;
 * %G_IO_ERROR_INVALID_ARGUMENT for a descriptor that is closed or not open for writing;
 * %G_IO_ERROR_BROKEN_PIPE where nobody reads any more.
 *
 * Returns: (transfer full): what was downloaded; %NULL on error
 */
TernDownload *
tern_client_download_to_fd (TernClient *self,
                            const char *uri,
                            int fd,
                            TernDownloadOptions *options,
                            GCancellable *cancellable,
                            GError **error)
{
  return run_sync (tern_download_run_new (self, uri, NULL, fd, options), cancellable, error);
}

/**
 * tern_client_download_to_fd_async:
 * @self: a client
 * @uri: what to fetch, absolute
 * @fd: see tern_client_download_to_fd(); it may be closed as soon as this returns
 * @options: (nullable): options; %NULL is the defaults
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_client_download_to_fd(), without blocking.
 */
void
tern_client_download_to_fd_async (TernClient *self,
                                  const char *uri,
                                  int fd,
                                  TernDownloadOptions *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  run_async (self, tern_download_run_new (self, uri, NULL, fd, options), cancellable, callback,
             user_data, tern_client_download_to_fd_async);
}

/**
 * tern_client_download_to_fd_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_client_download_to_fd_async().
 *
 * Returns: (transfer full): what was downloaded; %NULL on error
 */
TernDownload *
tern_client_download_to_fd_finish (TernClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_download_suggest_name:
 * @content_disposition: (nullable): a Content-Disposition field (RFC 6266)
 * @uri: (nullable): where it came from
 *
 * Makes a name for a file of what a server says: a single component, neither hidden nor special on
 * any system, at most 200 bytes or so. Whatever the server says, it never leads out of a folder.
 *
 * Returns: (transfer full): a name, `download` where nothing else is left
 */
char *
tern_download_suggest_name (const char *content_disposition, const char *uri)
{
  return tern_disposition_suggest (content_disposition, uri);
}
