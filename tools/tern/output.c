/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes bodies. A failed transfer must never touch what was there before, so a file is written
 * under another name in the same folder and renamed at the end, which is atomic. */
#include "output.h"

#include "escape.h"
#include "interrupt.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _Output
{
  int fd;
  gboolean owns_fd;
  char *name;      /* for messages */
  char *path;      /* what a temporary file is renamed to */
  char *temporary; /* NULL once it is renamed, and for what is written in place */
  GString *held;   /* for a terminal: the beginning of a character */
};

static void
set_error (GError **error, const char *name, int number)
{
  g_autofree char *shown = g_filename_display_name (name);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), _ ("Cannot write %s: %s"),
               shown, g_strerror (number));
}

Output *
output_new_stdout (gboolean is_guarded)
{
  Output *self = g_new0 (Output, 1);

  self->fd = STDOUT_FILENO;
  self->name = g_strdup (_ ("standard output"));
  self->held = is_guarded ? g_string_new (NULL) : NULL;
  return self;
}

Output *
output_new_for_fd (int fd)
{
  Output *self = g_new0 (Output, 1);

  self->fd = fd;
  self->owns_fd = TRUE;
  self->name = g_strdup (_ ("a temporary file"));
  return self;
}

/* A device or a pipe is written in place: renaming over it would take it away. */
static gboolean
open_in_place (Output *self)
{
  self->fd = open (self->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  return self->fd >= 0;
}

static gboolean
open_temporary (Output *self, mode_t mode)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *template = g_build_filename (folder, ".tern-XXXXXX", NULL);

  self->fd = g_mkstemp_full (template, O_WRONLY | O_CLOEXEC, 0666);
  if (self->fd < 0)
    return FALSE;
  self->temporary = g_steal_pointer (&template);
  interrupt_set_temporary (self->temporary);
  /* The permissions of the file that it replaces; a file system without them is no error. */
  if (mode != 0 && fchmod (self->fd, mode & 0777) != 0)
    errno = 0;
  return TRUE;
}

static gboolean
open_path (Output *self)
{
  struct stat info;

  if (stat (self->path, &info) != 0)
    return errno == ENOENT && open_temporary (self, 0);
  if (S_ISDIR (info.st_mode))
    {
      errno = EISDIR;
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    return open_in_place (self);
  return access (self->path, W_OK) == 0 && open_temporary (self, info.st_mode);
}

Output *
output_new_file (const char *path, GError **error)
{
  g_autoptr (Output) self = g_new0 (Output, 1);
  /* The file behind a link is replaced, not the link. */
  char *resolved = realpath (path, NULL);

  self->fd = -1;
  self->owns_fd = TRUE;
  self->name = g_strdup (path);
  self->path = g_strdup (resolved ? resolved : path);
  free (resolved);
  if (open_path (self))
    return g_steal_pointer (&self);
  set_error (error, path, errno);
  return NULL;
}

static gboolean
write_bytes (Output *self, const void *data, gsize length, GError **error)
{
  if (write_fully (self->fd, data, length, error))
    return TRUE;
  g_prefix_error (error, _ ("Cannot write %s: "), self->name);
  return FALSE;
}

static gboolean
write_guarded (Output *self, const char *data, gsize length, gboolean is_last, GError **error)
{
  g_autoptr (GString) safe = g_string_sized_new (length + 16);
  gsize taken;

  g_string_append_len (self->held, data, (gssize) length);
  taken = escape_block (safe, self->held->str, self->held->len, is_last);
  g_string_erase (self->held, 0, (gssize) taken);
  return write_bytes (self, safe->str, safe->len, error);
}

gboolean
output_write (Output *self, const void *data, gsize length, GError **error)
{
  if (self->held)
    return write_guarded (self, data, length, FALSE, error);
  return write_bytes (self, data, length, error);
}

gboolean
output_commit (Output *self, GError **error)
{
  if (self->held)
    return write_guarded (self, "", 0, TRUE, error);
  if (!self->temporary)
    return TRUE;
  self->owns_fd = FALSE;
  /* Some file systems say only here that a write failed. */
  if (close (self->fd) != 0 || g_rename (self->temporary, self->path) != 0)
    {
      set_error (error, self->name, errno);
      return FALSE;
    }
  g_clear_pointer (&self->temporary, g_free);
  interrupt_set_temporary (NULL);
  return TRUE;
}

void
output_free (Output *self)
{
  if (self->owns_fd && self->fd >= 0)
    close (self->fd);
  if (self->temporary)
    {
      g_unlink (self->temporary);
      interrupt_set_temporary (NULL);
    }
  if (self->held)
    g_string_free (self->held, TRUE);
  g_free (self->name);
  g_free (self->path);
  g_free (self->temporary);
  g_free (self);
}
