/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every incremental parser here answers, and how much it takes at most. */
#pragma once

#include <glib.h>

typedef enum
{
  TERN_PARSE_DONE,
  TERN_PARSE_MORE,
  TERN_PARSE_FAILED,
} TernParse;

typedef struct
{
  gsize max_line;  /* bytes of one line, folds included */
  gsize max_size;  /* bytes of one head */
  guint max_count; /* fields */
  gboolean any_status; /* 600 to 999 as well, which have no meaning */
  gboolean skip_unnamed; /* lines that are no field because they have no name */
} TernHttp1Limits;
