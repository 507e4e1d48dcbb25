/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The items of `tern send`, as HTTPie has them. */
#pragma once

#include "plan.h"

typedef enum
{
  ITEMS_JSON,      /* fields become a JSON object */
  ITEMS_FORM,      /* application/x-www-form-urlencoded */
  ITEMS_MULTIPART, /* multipart/form-data */
} ItemsForm;

/* Adds what @items say to the URL, the fields and the body of @plan. A field with a file makes the
 * body multipart. An error of G_OPTION_ERROR is one of usage, others are about files. */
gboolean items_apply (Plan *plan, char **items, ItemsForm form, GError **error);
