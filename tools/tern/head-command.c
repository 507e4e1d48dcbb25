/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern head: from its command line to what is to be fetched. */
#include "head-command.h"

#include "color.h"
#include "fetches.h"
#include "plan.h"
#include "result.h"

const char head_more[]
    = "The method is HEAD; the status line and the fields are printed on standard output.";

const OptionSet head_sets[] = { { fetch_options, 0 },
                                { output_options, G_STRUCT_OFFSET (FetchOptions, show) },
                                { transfer_options, G_STRUCT_OFFSET (FetchOptions, transfer) },
                                { session_options, G_STRUCT_OFFSET (FetchOptions, session) },
                                { NULL } };

int
head_run (const void *values, char **arguments)
{
  FetchOptions options = *(const FetchOptions *)values;
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify)plan_free);
  g_autoptr (GError) error = NULL;
  char *none = NULL; /* nothing has begun */

  color_begin (options.show.color);
  options.include_head = TRUE;
  for (char **url = arguments; *url; url++)
    {
      g_ptr_array_add (plans, plan_new ("HEAD", *url));
      plan_add_headers (g_ptr_array_index (plans, plans->len - 1), options.session.headers);
    }
  if (!fetch_options_check (&options, plans->len, &error))
    return result_refuse (error, &none, FALSE);
  return fetches_run (&options, plans);
}
