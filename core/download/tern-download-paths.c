/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of downloads. What exists is looked at before anything is fetched; whether it exists when
 * the download ends is the finish's to ask once more. */
#include "download/tern-download-paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "download/tern-disposition.h"
#include "download/tern-download-sink.h"

#define PARTIAL TERN_DISPOSITION_PARTIAL
#define STATE TERN_DISPOSITION_STATE

static gboolean
refuse (const char *path, int code, const char *format, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, code, format, shown);
  return FALSE;
}

/* What stands where the file shall be. A link to a file counts as that file, also with nothing
 * behind it. */
static gboolean
check_target (TernDownloadPaths *self, gboolean overwrite, GError **error)
{
  struct stat info;
  gboolean there = lstat (self->target, &info) == 0;

  if (!there)
    {
      if (errno == ENOENT)
        return TRUE;
      tern_download_sink_set_error (self->target, errno, error);
      return FALSE;
    }
  if (S_ISLNK (info.st_mode) && stat (self->target, &info) != 0)
    info.st_mode = S_IFREG;
  if (S_ISDIR (info.st_mode))
    return refuse (self->target, G_IO_ERROR_IS_DIRECTORY, _ ("%s is a folder"), error);
  if (!S_ISREG (info.st_mode))
    return refuse (self->target, G_IO_ERROR_NOT_REGULAR_FILE,
                   _ ("%s is no regular file: it would be replaced, not written to"), error);
  if (!overwrite)
    return refuse (self->target, G_IO_ERROR_EXISTS, _ ("%s exists already"), error);
  if (access (self->target, W_OK) != 0 && errno != ENOENT)
    {
      tern_download_sink_set_error (self->target, errno, error);
      return FALSE;
    }
  self->mode = info.st_mode & 0777;
  return TRUE;
}

/* The file behind a link is replaced, not the link. */
static void
follow_link (TernDownloadPaths *self)
{
  char *resolved = realpath (self->target, NULL);

  if (!resolved)
    return;
  g_free (self->target);
  self->target = g_strdup (resolved);
  free (resolved);
}

/* In the folder, with a name of its own, cut where the file system would. */
static void
name_partial (TernDownloadPaths *self, const char *base, const char *place)
{
  const gsize room = NAME_MAX - strlen (PARTIAL STATE);
  g_autofree char *cut = NULL;
  g_autofree char *name = NULL;

  if (strlen (base) > room)
    {
      cut = g_strndup (base, room - 17);
      name = g_strdup_printf ("%s-%.16s" PARTIAL, cut, place);
    }
  else
    name = g_strconcat (base, PARTIAL, NULL);
  self->partial = g_build_filename (self->folder, name, NULL);
  self->state = g_strconcat (self->partial, STATE, NULL);
}

/* Of a folder: two downloads into it have two names, whatever the servers will call them. */
static void
begin_in_folder (TernDownloadPaths *self, const TernUri *uri, const char *place)
{
  g_autofree char *whole = tern_uri_to_string (uri, FALSE);
  g_autofree char *name = tern_disposition_suggest (NULL, whole);
  g_autofree char *base = g_strdup_printf ("%s-%.16s", name, place);

  name_partial (self, base, place);
}

gboolean
tern_download_paths_init (TernDownloadPaths *self,
                          GFile *destination,
                          const TernUri *uri,
                          const char *place,
                          gboolean overwrite,
                          GError **error)
{
  g_autofree char *path = g_file_get_path (destination);
  g_autofree char *base = NULL;
  struct stat info;

  *self = (TernDownloadPaths){ 0 };
  if (!path)
    {
      g_autofree char *shown = g_file_get_parse_name (destination);

      return refuse (shown, G_IO_ERROR_NOT_SUPPORTED, _ ("%s is no local file"), error);
    }
  if (stat (path, &info) == 0 && S_ISDIR (info.st_mode))
    {
      self->folder = g_steal_pointer (&path);
      begin_in_folder (self, uri, place);
      return TRUE;
    }
  self->target = g_steal_pointer (&path);
  if (!check_target (self, overwrite, error))
    return FALSE;
  follow_link (self);
  self->folder = g_path_get_dirname (self->target);
  base = g_path_get_basename (self->target);
  if (strlen (base) > NAME_MAX)
    {
      tern_download_sink_set_error (self->target, ENAMETOOLONG, error);
      return FALSE;
    }
  name_partial (self, base, place);
  return TRUE;
}

void
tern_download_paths_clear (TernDownloadPaths *self)
{
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->partial, g_free);
  g_clear_pointer (&self->state, g_free);
}

gboolean
tern_download_paths_set_name (TernDownloadPaths *self,
                              const char *name,
                              gboolean overwrite,
                              GError **error)
{
  g_free (self->target);
  self->target = g_build_filename (self->folder, name, NULL);
  if (!check_target (self, overwrite, error))
    return FALSE;
  /* Never out of the folder: what a server names is replaced where it stands, link or not. */
  return TRUE;
}
