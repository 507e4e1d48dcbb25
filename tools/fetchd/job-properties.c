/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the bus is told of a job: values in a table, all of them valid UTF-8 whatever a server sent.
 */
#include "job-properties.h"

#include "fetch-error.h"

#include <string.h>

static const char *const names[] = { "Uri",   "State", "BytesDone", "BytesTotal", "Speed",
                                     "Error", "ETag",  "FinalUri",  "Priority",   "Detached" };

GVariant *
job_property (const Job *job, const char *name)
{
  if (strcmp (name, "Uri") == 0)
    return g_variant_new_string (job->uri);
  if (strcmp (name, "State") == 0)
    return g_variant_new_string (job_state_name (job->state));
  if (strcmp (name, "BytesDone") == 0)
    return g_variant_new_uint64 (job->done);
  if (strcmp (name, "BytesTotal") == 0)
    return g_variant_new_int64 (job->total);
  if (strcmp (name, "Speed") == 0)
    return g_variant_new_uint64 (job->speed);
  if (strcmp (name, "ETag") == 0)
    return g_variant_new_string (job->etag ? job->etag : "");
  if (strcmp (name, "FinalUri") == 0)
    return g_variant_new_string (job->final_uri ? job->final_uri : "");
  if (strcmp (name, "Priority") == 0)
    return g_variant_new_int32 (job->options->priority);
  if (strcmp (name, "Detached") == 0)
    return g_variant_new_boolean (job->options->detached);
  if (job->error)
    {
      g_autofree char *error = fetch_error_name (job->error);
      g_autofree char *message = g_utf8_make_valid (job->error->message, -1);

      return g_variant_new ("(ss)", error, message);
    }
  return g_variant_new ("(ss)", "", "");
}

GVariant *
job_properties (const Job *job)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_variant_builder_add (&builder, "{sv}", names[i], job_property (job, names[i]));
  return g_variant_builder_end (&builder);
}

GVariant *
job_properties_difference (GVariant *before, GVariant *now)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, now);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      g_autoptr (GVariant) old = g_variant_lookup_value (before, name, NULL);

      if (!old || !g_variant_equal (old, owned))
        g_variant_builder_add (&builder, "{sv}", name, owned);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
