/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What callers ask of a job of theirs: Pause, Resume, Cancel, Remove, SetPriority. Whose it is has
 * been found out before; types have been checked by GDBus against the interface. */
#include "job-methods.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

static gboolean
resume (Job *job, GVariant *arguments, GDBusMessage *message, GError **error)
{
  g_autoptr (GVariant) handles = g_variant_get_child_value (arguments, 0);
  g_autoptr (GError) local = NULL;
  DescriptorKind kind = DESCRIPTOR_FILE;
  const int out
      = descriptor_take_outputs (g_dbus_message_get_unix_fd_list (message), handles, &kind, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return job_resume (job, out, kind, error);
}

static gboolean
set_priority (Jobs *jobs, Job *job, GVariant *arguments, GError **error)
{
  gint32 priority = 0;

  g_variant_get (arguments, "(i)", &priority);
  if (!options_check_priority (priority, error))
    return FALSE;
  job->options->priority = priority;
  job->on_changed (job, job->data);
  return TRUE;
}

static gboolean
call (Jobs *jobs,
      Job *job,
      const char *method,
      GVariant *arguments,
      GDBusMessage *message,
      GError **error)
{
  if (strcmp (method, "Pause") == 0)
    return job_pause (job, error);
  if (strcmp (method, "Resume") == 0)
    return resume (job, arguments, message, error);
  if (strcmp (method, "Cancel") == 0)
    return job_cancel (job, error);
  if (strcmp (method, "SetPriority") == 0)
    return set_priority (jobs, job, arguments, error);
  jobs_remove (jobs, job);
  return TRUE;
}

void
job_methods_call (Jobs *jobs,
                  Job *job,
                  const char *method,
                  GVariant *arguments,
                  GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;

  if (!job)
    g_dbus_method_invocation_return_error_literal (
        invocation, TERN_FETCH_ERROR, TERN_FETCH_ERROR_NOT_FOUND, _ ("There is no such job"));
  else if (call (jobs, job, method, arguments, g_dbus_method_invocation_get_message (invocation),
                 &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}
