/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern send: from its command line to what is to be fetched. */
#include "send.h"

#include "color.h"
#include "exit-code.h"
#include "fetches.h"
#include "items.h"
#include "plan.h"
#include "report.h"
#include "result.h"

#include <glib/gi18n.h>

#define AT(member) G_STRUCT_OFFSET (SendOptions, member)
#define OF_FETCH(member) (AT (fetch) + G_STRUCT_OFFSET (FetchOptions, member))

const char send_more[]
    = "The items after the URL say what is sent, as those of HTTPie do:\n\n"
      "`Name:value` is a header field; `Name:` takes it away, one that was given before and one "
      "that would be sent by itself, `Name;` sends an empty one. `Name:@FILE` takes the value from "
      "a file.\n\n"
      "`name==value` is added to the query of the URL, `name==@FILE` with the value from a file. "
      "Line breaks at the end of these files do not count.\n\n"
      "`name=value` is a field of the body, which is a JSON object; with `--form` it is a form as "
      "browsers send it. `name=@FILE` takes the value from a file.\n\n"
      "`name:=JSON` is a field that is not a string, such as `count:=3`, `flag:=true` or "
      "`list:=[1,2]`; `name:=@FILE` takes the JSON from a file.\n\n"
      "A name with brackets leads into the JSON: `a[b]=c` is a member of the object `a`, `a[0]=c` "
      "an element of an array and `a[]=c` a new one; they may follow each other, and `[]=c` makes "
      "the whole body an array. What an index leaves out is null. A backslash in front of a "
      "bracket or a backslash takes its meaning away, and makes a key of a number: `a[\\1]=c`.\n\n"
      "`name@FILE` uploads a file as a part of a form (multipart/form-data); `name@FILE;type=TYPE` "
      "says its media type.\n\n"
      "`@FILE` is the whole body, and `@-` or `-` is standard input; it is streamed.\n\n"
      "A backslash in front of `:`, `=`, `@` or `;` in a name takes their meaning away.";

static const Option send_options[] = {
  { "form", 'f', OPTION_FLAG, AT (form), NULL, N_ ("Send fields as a form, not as JSON") },
  { "multipart", 0, OPTION_FLAG, AT (multipart), NULL,
    N_ ("Send fields as the parts of multipart/form-data") },
  { NULL },
};

const OptionSet send_sets[] = { { send_options, 0 },
                                { fetch_options, AT (fetch) },
                                { output_options, OF_FETCH (show) },
                                { transfer_options, OF_FETCH (transfer) },
                                { session_options, OF_FETCH (session) },
                                { NULL } };

/* What was typed wrong has no result. */
static int
fail (const GError *error, const Plan *plan, const OutputOptions *show)
{
  char *urls[] = { plan->url, NULL };

  return result_refuse (error, urls, show->json && error->domain != G_OPTION_ERROR);
}

int
send_run (const void *values, char **arguments)
{
  const SendOptions *options = values;
  const ItemsForm form = options->multipart ? ITEMS_MULTIPART
                         : options->form    ? ITEMS_FORM
                                            : ITEMS_JSON;
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify) plan_free);
  g_autoptr (GError) error = NULL;
  Plan *plan;

  color_begin (options->fetch.show.color);
  if (!arguments[0] || !arguments[1])
    {
      report_error (_ ("A method and a URL are needed: tern send METHOD URL [ITEM…]"));
      return TERN_EXIT_USAGE;
    }
  plan = plan_new (arguments[0], arguments[1]);
  g_ptr_array_add (plans, plan);
  plan_add_headers (plan, options->fetch.session.headers);
  if (!fetch_options_check (&options->fetch, plans->len, &error)
      || !items_apply (plan, arguments + 2, form, &error))
    return fail (error, plan, &options->fetch.show);
  return fetches_run (&options->fetch, plans);
}
