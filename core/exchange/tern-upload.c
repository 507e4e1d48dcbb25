/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a request's body. Local files are read in place; every stream that might block is read on
 * the worker pool, so that deadlines hold for it in both drivers. */
#include "exchange/tern-upload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "exchange/tern-stream-reader.h"

typedef struct
{
  TernReader reader;
  int fd;
} FileReader;

static TernStep
file_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  FileReader *self = (FileReader *)reader;
  gssize got;

  do
    got = read (self->fd, buffer, len);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("Could not read the body: %s"), g_strerror (errno));
      return TERN_STEP_FAILED;
    }
  *n = got;
  return TERN_STEP_DONE;
}

static void
file_free (TernReader *reader)
{
  close (((FileReader *)reader)->fd);
  g_free (reader);
}

static const TernReaderClass file_class = { .read = file_read, .free = file_free };

static TernReader *
open_local (const char *path, gint64 *length, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  FileReader *self;
  struct stat info;

  if (fd < 0 || fstat (fd, &info) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("Could not open “%s”: %s"),
                   path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_FILE_MODE,
                   _ ("“%s” is not a plain file"), path);
      close (fd);
      return NULL;
    }
  *length = info.st_size;
  self = g_new0 (FileReader, 1);
  self->reader.klass = &file_class;
  self->fd = fd;
  return &self->reader;
}

static gboolean
rewind_stream (const TernBodySource *source, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (source->start >= 0
      && g_seekable_seek (G_SEEKABLE (source->stream), source->start, G_SEEK_SET, NULL, &cause))
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE,
               _ ("The body has to be sent again and its stream cannot be rewound%s%s"),
               cause ? ": " : "", cause ? cause->message : "");
  return FALSE;
}

TernReader *
tern_upload_open (const TernBodySource *source, gboolean rewind, gint64 *length, GError **error)
{
  *length = 0;
  switch (source->kind)
    {
    case TERN_SOURCE_BYTES:
      *length = g_bytes_get_size (source->bytes);
      return tern_reader_new_bytes (source->bytes);
    case TERN_SOURCE_FILE:
      if (g_file_is_native (source->file))
        return open_local (g_file_peek_path (source->file), length, error);
      *length = -1;
      return tern_stream_reader_new_file (source->file);
    case TERN_SOURCE_STREAM:
      if (rewind && !rewind_stream (source, error))
        return NULL;
      *length = source->length;
      return tern_stream_reader_new (source->stream);
    case TERN_SOURCE_NONE:
    default:
      return NULL;
    }
}
