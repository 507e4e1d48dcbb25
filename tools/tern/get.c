/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern get: from its command line to what is to be fetched. */
#include "get.h"

#include "body.h"
#include "color.h"
#include "exit-code.h"
#include "fetches.h"
#include "plan.h"
#include "report.h"

#include <glib/gi18n.h>
#include <string.h>

/* "-" is replaced by the URLs that standard input has, one a line. */
static char **
expand_urls (char **arguments, GError **error)
{
  g_autoptr (GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GByteArray) input = g_byte_array_new ();

  for (char **argument = arguments; *argument; argument++)
    {
      g_auto (GStrv) lines = NULL;

      if (strcmp (*argument, "-") != 0)
        {
          g_ptr_array_add (urls, g_strdup (*argument));
          continue;
        }
      if (!body_read_stdin (input, error))
        return NULL;
      g_byte_array_append (input, (const guint8 *) "", 1);
      lines = g_strsplit ((const char *) input->data, "\n", -1);
      for (char **line = lines; *line; line++)
        if (*g_strstrip (*line))
          g_ptr_array_add (urls, g_strdup (*line));
      g_byte_array_set_size (input, 0);
    }
  g_ptr_array_add (urls, NULL);
  return (char **) g_ptr_array_steal (urls, NULL);
}

static int
run (const GetOptions *options, char **urls)
{
  const char *method = options->method ? options->method : options->data ? "POST" : "GET";
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify) plan_free);

  for (char **url = urls; *url; url++)
    {
      Plan *plan = plan_new (method, *url);

      plan->data = options->data;
      plan_add_headers (plan, options->fetch.session.headers);
      g_ptr_array_add (plans, plan);
    }
  return fetches_run (&options->fetch, plans);
}

int
get_run (const void *values, char **arguments)
{
  const GetOptions *options = values;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  color_begin (options->fetch.show.color);
  urls = expand_urls (arguments, &error);
  if (!urls)
    {
      report_error ("%s", error->message);
      return TERN_EXIT_LOCAL_FILE;
    }
  if (get_options_check (options, urls, &error))
    return run (options, urls);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
