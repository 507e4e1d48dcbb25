/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes request bodies. One file or standard input is streamed, however large; only what has to be
 * joined is read into memory. */
#include "body.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

#define FORM "application/x-www-form-urlencoded"

static gboolean
fail (const char *name, int number, GError **error)
{
  g_autofree char *shown = g_filename_display_name (name);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), _ ("Cannot read %s: %s"),
               shown, g_strerror (number));
  return FALSE;
}

/* A file is opened here already, so that a wrong name fails before a server is asked. */
static gboolean
attach_file (TernRequest *request, const char *type, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (name);
  struct stat info;

  if (stat (name, &info) != 0 || access (name, R_OK) != 0)
    return fail (name, errno, error);
  if (S_ISDIR (info.st_mode))
    return fail (name, EISDIR, error);
  if (S_ISREG (info.st_mode))
    {
      tern_request_set_body_file (request, type, file);
      return TRUE;
    }
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  if (stream)
    tern_request_set_body_stream (request, type, G_INPUT_STREAM (stream), -1);
  return stream != NULL;
}

/* A length spares servers the chunked coding, which not all of them take in requests. */
static gint64
get_length_of_stdin (void)
{
  const off_t at = lseek (STDIN_FILENO, 0, SEEK_CUR);
  struct stat info;

  if (at < 0 || fstat (STDIN_FILENO, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size < at)
    return -1;
  return info.st_size - at;
}

static void
attach_stdin (TernRequest *request, const char *type)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  tern_request_set_body_stream (request, type, stream, get_length_of_stdin ());
}

gint64
body_get_length (const Plan *plan)
{
  struct stat info;

  if (plan->file && strcmp (plan->file, "-") == 0)
    return get_length_of_stdin ();
  if (plan->file)
    return stat (plan->file, &info) == 0 && S_ISREG (info.st_mode) ? info.st_size : -1;
  return plan->body ? (gint64) g_bytes_get_size (plan->body) : 0;
}

gboolean
body_read_stdin (GByteArray *joined, GError **error)
{
  guint8 buffer[4096];
  gssize n;

  while ((n = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    g_byte_array_append (joined, buffer, (guint) n);
  return n == 0 || fail ("-", errno, error);
}

static gboolean
append_part (GByteArray *joined, const char *part, GError **error)
{
  g_autofree char *content = NULL;
  gsize length;

  if (*part != '@')
    {
      g_byte_array_append (joined, (const guint8 *) part, (guint) strlen (part));
      return TRUE;
    }
  if (strcmp (part, "@-") == 0)
    return body_read_stdin (joined, error);
  if (!g_file_get_contents (part + 1, &content, &length, error))
    return FALSE;
  g_byte_array_append (joined, (const guint8 *) content, (guint) length);
  return TRUE;
}

gboolean
body_load (Plan *plan, GError **error)
{
  char **data = plan->data;
  g_autoptr (GByteArray) joined = NULL;

  if (!data || !data[0] || plan->body || plan->file)
    return TRUE;
  if (!plan->type)
    plan->type = g_strdup (FORM);
  if (!data[1] && data[0][0] == '@')
    {
      plan->file = g_strdup (data[0] + 1);
      return TRUE;
    }
  joined = g_byte_array_new ();
  for (guint i = 0; data[i]; i++)
    {
      if (i > 0)
        g_byte_array_append (joined, (const guint8 *) "&", 1);
      if (!append_part (joined, data[i], error))
        return FALSE;
    }
  plan->body = g_byte_array_free_to_bytes (g_steal_pointer (&joined));
  return TRUE;
}

gboolean
body_attach (const Plan *plan, TernRequest *request, GError **error)
{
  const gboolean has_type = tern_headers_has (tern_request_get_headers (request), "Content-Type");
  const char *type = has_type || plan_lacks_header (plan, "Content-Type") ? NULL : plan->type;

  if (plan->file && strcmp (plan->file, "-") == 0)
    attach_stdin (request, type);
  else if (plan->file)
    return attach_file (request, type, plan->file, error);
  else if (plan->body)
    tern_request_set_body_bytes (request, type, plan->body);
  return TRUE;
}
