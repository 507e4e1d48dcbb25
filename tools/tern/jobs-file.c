/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs that this user gave to the fetch helper. Whoever has a job's token has the job, so the
 * file is for its user alone; it is locked while a command uses it. */
#include "jobs-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _JobsFile
{
  char *path;
  int fd;
  GKeyFile *keys;
  gboolean changed;
};

static gboolean
set_error (GError **error, const char *path)
{
  const int number = errno;

  g_set_error (error, G_FILE_ERROR, (int)g_file_error_from_errno (number), "%s: %s", path,
               g_strerror (number));
  return FALSE;
}

/* -1 with errno where it cannot be had. Who had the lock before may have put another file in the
 * place of the one that was waited for. */
static int
open_locked (const char *path)
{
  struct stat own, now;

  for (;;)
    {
      const int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0)
        return -1;
      if (flock (fd, LOCK_EX) != 0 || fstat (fd, &own) != 0)
        {
          const int number = errno;

          close (fd);
          errno = number;
          return -1;
        }
      if (stat (path, &now) == 0 && own.st_ino == now.st_ino && own.st_dev == now.st_dev)
        return fd;
      close (fd);
    }
}

JobsFile *
jobs_file_open (GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "tern", NULL);
  g_autofree char *path = g_build_filename (folder, "jobs", NULL);
  g_autofree char *text = NULL;
  JobsFile *self;
  gsize length;
  const int fd = g_mkdir_with_parents (folder, 0700) < 0 ? -1 : open_locked (path);

  if (fd < 0)
    {
      set_error (error, path);
      return NULL;
    }
  self = g_new0 (JobsFile, 1);
  self->path = g_steal_pointer (&path);
  self->fd = fd;
  self->keys = g_key_file_new ();
  /* What does not read is begun anew: tokens that are lost cannot be had back. */
  if (g_file_get_contents (self->path, &text, &length, NULL))
    g_key_file_load_from_data (self->keys, text, length, G_KEY_FILE_NONE, NULL);
  return self;
}

gboolean
jobs_file_close (JobsFile *self, GError **error)
{
  gboolean written = TRUE;

  if (self->changed)
    {
      gsize length;
      g_autofree char *text = g_key_file_to_data (self->keys, &length, NULL);

      /* In the place of the old one, whole or not at all: no token can be had again. */
      written = g_file_set_contents_full (
          self->path, text, (gssize)length,
          G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
    }
  close (self->fd);
  g_key_file_unref (self->keys);
  g_free (self->path);
  g_free (self);
  return written;
}

char **
jobs_file_list (JobsFile *self)
{
  return g_key_file_get_groups (self->keys, NULL);
}

char *
jobs_file_get_token (JobsFile *self, const char *number)
{
  return g_key_file_get_string (self->keys, number, "token", NULL);
}

char *
jobs_file_get_path (JobsFile *self, const char *number)
{
  return g_key_file_get_string (self->keys, number, "file", NULL);
}

/* 128 bits that nobody can guess. */
static char *
make_token (void)
{
  guint8 bytes[16];
  GString *token = g_string_new (NULL);

  if (getentropy (bytes, sizeof bytes) < 0)
    g_error ("no random bytes: %s", g_strerror (errno));
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (token, "%02x", bytes[i]);
  return g_string_free (token, FALSE);
}

char *
jobs_file_add (JobsFile *self, const char *path)
{
  g_auto (GStrv) numbers = jobs_file_list (self);
  g_autofree char *token = make_token ();
  guint64 highest = 0;
  char *number;

  for (guint i = 0; numbers[i]; i++)
    highest = MAX (highest, g_ascii_strtoull (numbers[i], NULL, 10));
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, highest + 1);
  g_key_file_set_string (self->keys, number, "token", token);
  g_key_file_set_string (self->keys, number, "file", path);
  self->changed = TRUE;
  return number;
}

void
jobs_file_remove (JobsFile *self, const char *number)
{
  g_key_file_remove_group (self->keys, number, NULL);
  self->changed = TRUE;
}
