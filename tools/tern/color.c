/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours on a terminal: the eight that every one has, so that they fit its background. The text is
 * escaped before it is painted, never after. */
#include "color.h"

#include "escape.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const codes[] = {
  [STYLE_PLAIN] = NULL,     [STYLE_GOOD] = "\033[32m", [STYLE_OTHER] = "\033[33m",
  [STYLE_BAD] = "\033[31m", [STYLE_NAME] = "\033[36m", [STYLE_DIM] = "\033[2m",
};

static const char *chosen = "never";

void
color_begin (const char *mode)
{
  chosen = mode ? mode : "auto";
}

gboolean
color_is_on (int fd)
{
  const char *forbids = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  if (strcmp (chosen, "auto") != 0)
    return strcmp (chosen, "always") == 0;
  if ((forbids && *forbids) || g_strcmp0 (terminal, "dumb") == 0)
    return FALSE;
  return isatty (fd);
}

Style
color_of_status (guint status)
{
  if (status >= 400)
    return STYLE_BAD;
  return status >= 200 && status < 300 ? STYLE_GOOD : STYLE_OTHER;
}

void
color_append (GString *out, int fd, Style style, const char *text)
{
  g_autofree char *safe = escape_text (text);

  if (codes[style] && color_is_on (fd))
    g_string_append_printf (out, "%s%s\033[m", codes[style], safe);
  else
    g_string_append (out, safe);
}

/* "HTTP/1.1 404 Not Found": the status is the second word. */
static Style
style_of_line (const char *line)
{
  const char *blank = g_str_has_prefix (line, "HTTP/") ? strchr (line, ' ') : NULL;

  return blank ? color_of_status ((guint) strtoul (blank, NULL, 10)) : STYLE_PLAIN;
}

void
color_append_head (GString *out, int fd, const char *mark, const char *head)
{
  g_auto (GStrv) lines = g_strsplit (head, "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      char *colon = i > 0 ? strchr (lines[i], ':') : NULL;

      /* What ends the text is no line of its own. */
      if (i > 0 && !lines[i + 1] && !*lines[i])
        break;
      color_append (out, fd, STYLE_DIM, mark);
      if (colon)
        {
          *colon = '\0';
          color_append (out, fd, STYLE_NAME, lines[i]);
          g_string_append_c (out, ':');
          color_append (out, fd, STYLE_PLAIN, colon + 1);
        }
      else
        color_append (out, fd, i == 0 ? style_of_line (lines[i]) : STYLE_PLAIN, lines[i]);
      g_string_append_c (out, '\n');
    }
}
