/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Manual pages out of templates and tables. */
#pragma once

#include "common/command.h"

/* A line of a template, "@OPTIONS@", and who writes what stands in its place. */
typedef struct
{
  const char *line; /* NULL ends a list */
  void (*append) (GString *out);
} RoffMark;

/* Text as roff: `bold` between backquotes, a blank line between paragraphs. */
void roff_append_text (GString *out, const char *text);
void roff_append_option (GString *out, const Option *option);

/* The whole of a main(): argv names a template and the page to be written. The exit code. */
int roff_make_page (int argc, char **argv, const RoffMark *marks);
