/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of org.libtern.Fetch1. Messages come from anybody on the bus: GDBus checks them
 * against the interface, and here each is checked for size, rate and sense before anything is made
 * of it. A method either takes a descriptor into an owner's hands or closes it. */
#include "manager.h"

#include "fetch-interface.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

#define OBJECT_ROOT "/org/libtern/Fetch1"

typedef void (*MethodFunc) (Manager *manager,
                            Caller *caller,
                            GVariant *arguments,
                            GUnixFDList *list,
                            GDBusMethodInvocation *invocation);

static char *
make_path (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  char *path = g_strconcat (JOB_ROOT "/j", uuid, NULL);

  return g_strdelimit (path, "-", '_');
}

static gboolean
check_detached (Manager *manager, const Options *options, GError **error)
{
  if (!options->detached)
    return TRUE;
  if (!keep_take (manager->keep, error))
    return FALSE;
  if (jobs_count_detached (manager->jobs) >= manager->limits->detached)
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_LIMIT_EXCEEDED,
                   _ ("There are %u detached jobs, which is the limit"), manager->limits->detached);
      return FALSE;
    }
  if (!jobs_find_token (manager->jobs, options->handle_token))
    return TRUE;
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION,
                       _ ("The handle token is in use"));
  return FALSE;
}

/* What a job of these takes, the request's fields counted a second time for what holds them. */
static gsize
size_of (const char *uri, const Options *options)
{
  return 2 * (strlen (uri) + options->size);
}

static Job *
make_job (Manager *manager, Caller *caller, GVariant *arguments, GUnixFDList *list, GError **error)
{
  g_autoptr (GVariant) handles = g_variant_get_child_value (arguments, 1);
  g_autoptr (GVariant) dictionary = g_variant_get_child_value (arguments, 2);
  g_autoptr (Options) options = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *path = make_path ();
  DescriptorKind kind = DESCRIPTOR_FILE;
  const char *uri;
  Job *job;
  int out;

  g_variant_get_child (arguments, 0, "&s", &uri);
  if (!options_check_uri (uri, error))
    return NULL;
  options = options_parse (dictionary, OPTIONS_FETCH, list, error);
  if (!options || !check_detached (manager, options, error))
    return NULL;
  out = descriptor_take_outputs (list, handles, &kind, &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!account_add_job (caller->account, manager->limits, size_of (uri, options), error))
    {
      if (out >= 0)
        close (out);
      return NULL;
    }
  job = job_new (path, uri, g_steal_pointer (&options), out, kind);
  job->charged = size_of (uri, job->options);
  job->account = callers_take_account (manager->callers, caller->account->partition);
  job->created = g_get_real_time () / G_USEC_PER_SEC;
  if (job->options->agent)
    job->agent_owner = g_strdup (caller->name);
  return job;
}

static void
fetch (Manager *manager,
       Caller *caller,
       GVariant *arguments,
       GUnixFDList *list,
       GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  Job *job = make_job (manager, caller, arguments, list, &error);

  if (!job)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  g_debug ("%s is a job of %s", job->path, caller->name);
  jobs_add (manager->jobs, job, caller->name);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", job->path));
}

static void
open_stream (Manager *manager,
             Caller *caller,
             GVariant *arguments,
             GUnixFDList *list,
             GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) dictionary = g_variant_get_child_value (arguments, 1);
  g_autoptr (GError) error = NULL;
  Options *options = NULL;
  const char *uri;

  g_variant_get_child (arguments, 0, "&s", &uri);
  if (options_check_uri (uri, &error))
    options = options_parse (dictionary, OPTIONS_OPEN, list, &error);
  if (options)
    streams_open (manager->streams, caller, uri, options, invocation);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}

static void
finish (Manager *manager,
        Caller *caller,
        GVariant *arguments,
        GUnixFDList *list,
        GDBusMethodInvocation *invocation)
{
  const char *token;

  g_variant_get (arguments, "(&s)", &token);
  streams_finish (manager->streams, caller->name, token, invocation);
}

static void
list_jobs (Manager *manager,
           Caller *caller,
           GVariant *arguments,
           GUnixFDList *fds,
           GDBusMethodInvocation *invocation)
{
  g_autoptr (GPtrArray) list = jobs_list (manager->jobs, caller->name);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ao"));
  for (guint i = 0; i < list->len; i++)
    g_variant_builder_add (&builder, "o", ((Job *)g_ptr_array_index (list, i))->path);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(ao)", &builder));
}

/* The token is what a job belongs to. A sandbox that learnt the token of another application's
 * still does not get at it; terminals and the like, in which the same person works, do. */
static Job *
find_claimed (Manager *manager, Caller *caller, const char *token, GError **error)
{
  Job *job;

  if (!keep_take (manager->keep, error))
    return NULL;
  job = jobs_find_token (manager->jobs, token);
  if (job
      && (!g_str_has_prefix (job->account->partition, "app:") || job->account == caller->account
          || !caller->sandboxed))
    return job;
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_NOT_FOUND,
                       _ ("There is no detached job of that token"));
  return NULL;
}

static void
claim (Manager *manager,
       Caller *caller,
       GVariant *arguments,
       GUnixFDList *list,
       GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) dictionary = g_variant_get_child_value (arguments, 1);
  g_autoptr (Options) options = NULL;
  g_autoptr (GError) error = NULL;
  const char *token;
  Job *job = NULL;

  g_variant_get_child (arguments, 0, "&s", &token);
  options = options_parse (dictionary, OPTIONS_CLAIM, list, &error);
  if (options)
    job = find_claimed (manager, caller, token, &error);
  if (!job
      || (options->received >= 0 && !job_set_received (job, (guint64)options->received, &error)))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  if (options->secrets)
    {
      g_clear_pointer (&job->options->secrets, secrets_unref);
      job->options->secrets = g_steal_pointer (&options->secrets);
    }
  if (options->agent)
    {
      g_free (job->options->agent);
      job->options->agent = g_steal_pointer (&options->agent);
      g_free (job->agent_owner);
      job->agent_owner = g_strdup (caller->name);
    }
  jobs_share (manager->jobs, job, caller->name);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", job->path));
}

static const struct
{
  const char *name;
  MethodFunc func;
} methods[] = {
  { "Fetch", fetch },        { "Open", open_stream }, { "Finish", finish },
  { "ListJobs", list_jobs }, { "Claim", claim },
};

static void
on_method (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *arguments,
           GDBusMethodInvocation *invocation,
           gpointer data)
{
  Manager *manager = data;
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  g_autoptr (GError) error = NULL;
  Caller *caller;

  manager->on_call (manager->data);
  caller = callers_get (manager->callers, sender ? sender : "", &error);
  if (!caller || !account_take_turn (caller->account, manager->limits, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].name, method) == 0)
      {
        methods[i].func (manager, caller, arguments, g_dbus_message_get_unix_fd_list (message),
                         invocation);
        return;
      }
  g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD,
                                         _ ("There is no method %s"), method);
}

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer data)
{
  /* Version is the only one. */
  return g_variant_new_string (FETCHD_VERSION);
}

guint
manager_export (Manager *manager, GError **error)
{
  static const GDBusInterfaceVTable table
      = { .method_call = on_method, .get_property = get_property };

  return g_dbus_connection_register_object (manager->connection, OBJECT_ROOT,
                                            (GDBusInterfaceInfo *)&org_libtern_fetch1_interface,
                                            &table, manager, NULL, error);
}
