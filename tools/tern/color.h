/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours on a terminal. Whatever is coloured is escaped first: no server may paint. */
#pragma once

#include <glib.h>

typedef enum
{
  STYLE_PLAIN,
  STYLE_GOOD,  /* 2xx */
  STYLE_OTHER, /* 1xx, 3xx */
  STYLE_BAD,   /* 4xx, 5xx, errors */
  STYLE_NAME,  /* of a field */
  STYLE_DIM,   /* what is said beside */
} Style;

/* @mode is "auto", "always", "never" or NULL, which is "auto": where a terminal reads, unless
 * NO_COLOR is set (no-color.org) or the terminal is a dumb one. */
void color_begin (const char *mode);

gboolean color_is_on (int fd);
Style color_of_status (guint status);

/* For what goes to @fd by write_fully() or report_raw(). */
void color_append (GString *out, int fd, Style style, const char *text);
void color_append_head (GString *out, int fd, const char *mark, const char *head);
