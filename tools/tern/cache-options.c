/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of tern cache. Only a store is opened here: none is made, and nothing in it is
 * touched. */
#include "cache-options.h"

#include "exit-code.h"
#include "report.h"
#include "store.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <tern/tern.h>

#define AT(member) G_STRUCT_OFFSET (CacheOptions, member)

static const Option common[]
    = { { "store", 0, OPTION_TEXT, AT (store), N_ ("URI"), N_ ("Look into this cache"),
          "Such as `gdbm:///FILE`. Unless said otherwise it is the user's own, "
          "`file://$XDG_CACHE_HOME/tern`, which `tern get` uses." },
        { "json", 0, OPTION_FLAG, AT (json), NULL, N_ ("Print JSON, one object a line") },
        { NULL } };

static const Option of_show[]
    = { { "partition", 0, OPTION_TEXT, AT (partition), N_ ("NAME"),
          N_ ("What is stored for this partition"),
          "Programs keep what belongs to different users or sites apart in partitions." },
        { "body", 0, OPTION_FLAG, AT (body), NULL, N_ ("Print the body and nothing else"),
          "As it is stored: a coding such as gzip is not undone." },
        { "variant", 0, OPTION_NUMBER, AT (variant), N_ ("N"),
          N_ ("Only the variant with this number, 1 is the first") },
        { NULL } };

static const Option of_remove[] = { { "partition", 0, OPTION_TEXT, AT (partition), N_ ("NAME"),
                                      N_ ("Only what is stored for this partition") },
                                    { NULL } };

const OptionSet cache_sets[] = { { common, 0 }, { NULL } };
const OptionSet cache_show_sets[] = { { common, 0 }, { of_show, 0 }, { NULL } };
const OptionSet cache_remove_sets[] = { { common, 0 }, { of_remove, 0 }, { NULL } };

int
cache_options_fail (const GError *error)
{
  report_error ("%s", error->message);
  return (int)exit_code_of_error (error, TERN_PHASE_NONE, FALSE);
}

char *
cache_options_uri (const CacheOptions *self)
{
  return self->store ? g_strdup (self->store) : tern_tool_store_uri ();
}

/* Who looks must not find what the looking has made. What else is wrong with a place the store
 * tells itself. A database has an older one beside it, and for a moment that alone. */
static gboolean
is_missing (const char *place)
{
  g_autofree char *older = g_strconcat (place ? place : "", ".old", NULL);
  struct stat info;

  return place && g_path_is_absolute (place) && lstat (place, &info) != 0 && errno == ENOENT
         && lstat (older, &info) != 0;
}

TernCacheStore *
cache_options_open (const CacheOptions *self, int *exit_code)
{
  g_autofree char *uri = cache_options_uri (self);
  g_autofree char *place = tern_tool_store_path (uri);
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = NULL;

  if (!is_missing (place))
    store = tern_tool_store_open (uri, &error);
  else if (self->store)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("%s: there is no cache"), uri);
  else
    store = tern_cache_store_open ("memory:", &error); /* nothing has been cached yet: as empty */
  if (!store)
    *exit_code = cache_options_fail (error);
  return store;
}
