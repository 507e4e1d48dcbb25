/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard error belongs to people: nothing here is needed by a script, no secret comes in. */
#include "report.h"

#include "color.h"
#include "escape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gboolean
write_fully (int fd, const void *data, gsize length, GError **error)
{
  const char *at = data;

  while (length > 0)
    {
      gssize n = write (fd, at, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                               g_strerror (errno));
          return FALSE;
        }
      at += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static void (*begin_message) (void);
static void (*end_message) (void);

void
report_set_guard (void (*before) (void), void (*after) (void))
{
  begin_message = before;
  end_message = after;
}

void
report_raw (const char *text)
{
  if (begin_message)
    begin_message ();
  /* Nobody is left to be told when standard error itself is gone. */
  write_fully (STDERR_FILENO, text, strlen (text), NULL);
  if (end_message)
    end_message ();
}

void
report_text (const char *text)
{
  g_autofree char *safe = escape_text (text);

  report_raw (safe);
}

void
report_error (const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  /* Whatever the message quotes, it stays one line. */
  g_strdelimit (message, "\r\n", ' ');
  color_append (line, STDERR_FILENO, STYLE_BAD, "tern: ");
  color_append (line, STDERR_FILENO, STYLE_PLAIN, message);
  g_string_append_c (line, '\n');
  report_raw (line->str);
}
