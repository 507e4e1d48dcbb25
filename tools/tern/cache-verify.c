/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern cache verify: reads everything and names what is damaged. */
#include "cache.h"

#include "cache-print.h"
#include "escape.h"
#include "exit-code.h"
#include "json.h"
#include "report.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <tern/tern.h>

const char cache_verify_more[]
    = "Reads all of the store and names what is not as it was written; then the exit code is 1. "
      "Damage is harmless: what is damaged is never an answer, and is fetched again.";

typedef struct
{
  gboolean json;
  GString *out;
  guint64 n_damaged;
} Verifier;

static void
on_damage (const char *name, const char *what, gpointer data)
{
  Verifier *self = data;

  self->n_damaged++;
  if (self->json)
    {
      g_autoptr (GString) object = g_string_new (NULL);
      g_autofree char *shown = g_utf8_make_valid (name, -1);
      g_autofree char *said = g_utf8_make_valid (what, -1);

      json_open (object, NULL, '{');
      json_string (object, "name", shown);
      json_string (object, "what", said);
      json_close (object, '}');
      g_string_append_printf (self->out, "%s\n", object->str);
    }
  else
    {
      g_autofree char *line = g_strconcat (name, ": ", what, NULL);
      g_autofree char *safe = escape_text (line);

      g_strdelimit (safe, "\r\n", ' ');
      g_string_append_printf (self->out, "%s\n", safe);
    }
  entry_flush (self->out, FALSE);
}

int
cache_verify_run (const void *values, char **arguments)
{
  const CacheOptions *options = values;
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernCacheStore) store = cache_options_open (options, &exit_code);
  g_autoptr (GString) out = g_string_new (NULL);
  Verifier verifier = { options->json, out, 0 };
  g_autoptr (GError) error = NULL;

  if (!store)
    return exit_code;
  if (!tern_cache_entries_verify (store, on_damage, &verifier, &error))
    {
      entry_flush (out, TRUE);
      return cache_options_fail (error);
    }
  if (!entry_flush (out, TRUE))
    return TERN_EXIT_LOCAL_FILE;
  if (verifier.n_damaged == 0)
    return TERN_EXIT_OK;
  report_error (_ ("damaged entries: %" PRIu64), verifier.n_damaged);
  return TERN_EXIT_OTHER;
}
