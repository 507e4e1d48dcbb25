/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a body is text is known when all of it has come. So it waits in a nameless file, never in
 * memory: that stays as small as the blocks it is copied in. */
#include "spool.h"

#include "json.h"
#include "report.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (48 * 1024) /* a multiple of three: base64 does not carry over */

static gboolean
fail (GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

int
spool_open (GError **error)
{
  g_autofree char *name = NULL;
  const int fd = g_file_open_tmp ("tern-XXXXXX", &name, error);

  if (fd >= 0)
    g_unlink (name);
  return fd;
}

/* Up to a whole block, less only at the end. */
static gssize
read_block (int fd, char *buffer, gsize wanted)
{
  gsize got = 0;

  while (got < wanted)
    {
      const gssize n = read (fd, buffer + got, wanted - got);

      if (n < 0 && errno != EINTR)
        return -1;
      if (n == 0)
        break;
      got += n > 0 ? (gsize) n : 0;
    }
  return (gssize) got;
}

static gboolean
is_text (int fd, gboolean *result, GError **error)
{
  g_autofree char *buffer = g_malloc (BLOCK + 8);
  gsize held = 0;
  gssize n;

  if (lseek (fd, 0, SEEK_SET) < 0)
    return fail (error);
  *result = TRUE;
  while (*result && (n = read_block (fd, buffer + held, BLOCK)) != 0)
    {
      const char *end;
      gsize length = held + (gsize) n;

      if (n < 0)
        return fail (error);
      *result = g_utf8_validate_len (buffer, length, &end);
      held = length - (gsize) (end - buffer);
      /* The end of a block may cut a character of up to four bytes. */
      if (!*result && held < 4 && g_utf8_get_char_validated (end, (gssize) held) == (gunichar) -2)
        *result = TRUE;
      memmove (buffer, end, MIN (held, 8));
    }
  *result = *result && held == 0;
  return TRUE;
}

static gboolean
print_blocks (int fd, int out_fd, gboolean as_text, GError **error)
{
  g_autofree char *buffer = g_malloc (BLOCK);
  gssize n;

  if (lseek (fd, 0, SEEK_SET) < 0)
    return fail (error);
  while ((n = read_block (fd, buffer, BLOCK)) > 0)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      if (as_text)
        json_append_escaped (out, buffer, (gsize) n);
      else
        {
          g_autofree char *coded = g_base64_encode ((const guchar *) buffer, (gsize) n);

          g_string_append (out, coded);
        }
      if (!write_fully (out_fd, out->str, out->len, error))
        return FALSE;
    }
  return n == 0 || fail (error);
}

gboolean
spool_print (int spool_fd, int out_fd, GError **error)
{
  gboolean as_text;
  const char *begin;

  if (!is_text (spool_fd, &as_text, error))
    return FALSE;
  begin = as_text ? ",\"body\":\"" : ",\"body_base64\":\"";
  return write_fully (out_fd, begin, strlen (begin), error)
         && print_blocks (spool_fd, out_fd, as_text, error) && write_fully (out_fd, "\"", 1, error);
}
