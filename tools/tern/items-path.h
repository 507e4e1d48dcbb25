/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name of an item as a way into JSON: HTTPie's nested syntax, "a[b][0][]". */
#pragma once

#include <glib.h>

typedef enum
{
  STEP_KEY,    /* a member of an object */
  STEP_INDEX,  /* an element of an array */
  STEP_APPEND, /* a new one behind the others */
} StepKind;

typedef struct
{
  StepKind kind;
  char *key;   /* STEP_KEY */
  guint index; /* STEP_INDEX */
  gsize start; /* where it is in the text, in bytes */
  gsize end;
} PathStep;

/* The steps (of PathStep) of @text, which is valid UTF-8; at least one. NULL, and an error that
 * tells the character, where it is none. */
GArray *items_path_parse (const char *text, GError **error);
