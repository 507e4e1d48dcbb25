/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs as objects on the bus. Every question is answered for who asks it: to others a job's
 * object does not exist, its signals go to its owners alone. Of what changes a job's owners hear at
 * most four times a second. */
#include "face.h"

#include "fetch-error.h"
#include "fetch-interface.h"
#include "job-methods.h"
#include "job-properties.h"

#include <glib/gi18n.h>
#include <string.h>

#define OBJECT_ROOT "/org/libtern/Fetch1"
#define QUIET_USEC (G_USEC_PER_SEC / 4)
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"

/* The root of the bus name's objects, and of the bus's; both are in use elsewhere. */
static const char *const roots[] = { OBJECT_ROOT, "/" };

/* What a job's owners were told last. */
typedef struct
{
  gint64 told_at;
  GVariant *told; /* a{sv} */
} Told;

struct _Face
{
  GDBusConnection *connection;
  Jobs *jobs;
  GHashTable *told;  /* Job → Told */
  GHashTable *dirty; /* the jobs that have changed since */
  guint later;
  guint registered[G_N_ELEMENTS (roots) + 1];
};

static void
told_free (gpointer data)
{
  Told *told = data;

  g_variant_unref (told->told);
  g_free (told);
}

static void
emit (Face *face,
      const char *to,
      const char *path,
      const char *interface,
      const char *name,
      GVariant *arguments)
{
  /* Fails only where the connection is closed, which ends the helper. */
  g_dbus_connection_emit_signal (face->connection, to, path, interface, name, arguments, NULL);
}

/* ---- PropertiesChanged ---- */

static void
tell_job (Face *face, Job *job, Told *told)
{
  g_autoptr (GVariant) now = g_variant_ref_sink (job_properties (job));
  g_autoptr (GVariant) changed = job_properties_difference (told->told, now);
  GHashTableIter iter;
  gpointer owner;

  if (g_variant_n_children (changed) == 0)
    return;
  told->told_at = g_get_monotonic_time ();
  g_variant_unref (told->told);
  told->told = g_variant_ref (now);
  g_hash_table_iter_init (&iter, job->owners);
  while (g_hash_table_iter_next (&iter, &owner, NULL))
    emit (face, owner, job->path, PROPERTIES, "PropertiesChanged",
          g_variant_new ("(s@a{sv}as)", "org.libtern.Fetch1.Job", changed, NULL));
}

static gboolean
tell_dirty (gpointer data)
{
  Face *face = data;
  const gint64 now = g_get_monotonic_time ();
  gint64 next = G_MAXINT64;
  GHashTableIter iter;
  gpointer job;

  g_hash_table_iter_init (&iter, face->dirty);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    {
      Told *told = g_hash_table_lookup (face->told, job);

      if (told && told->told_at + QUIET_USEC > now)
        {
          next = MIN (next, told->told_at + QUIET_USEC);
          continue;
        }
      if (told)
        tell_job (face, job, told);
      g_hash_table_iter_remove (&iter);
    }
  face->later
      = next == G_MAXINT64 ? 0 : g_timeout_add ((guint)((next - now) / 1000 + 1), tell_dirty, face);
  return G_SOURCE_REMOVE;
}

static void
on_changed (Job *job, gpointer data)
{
  Face *face = data;

  g_hash_table_add (face->dirty, job);
  if (!face->later)
    face->later = g_idle_add_full (G_PRIORITY_DEFAULT, tell_dirty, face, NULL);
}

/* ---- ObjectManager ---- */

static GVariant *
interfaces_of (const Job *job)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&builder, "{s@a{sv}}", "org.libtern.Fetch1.Job", job_properties (job));
  return g_variant_builder_end (&builder);
}

static void
on_added (Job *job, const char *owner, gpointer data)
{
  Face *face = data;

  if (!g_hash_table_contains (face->told, job))
    {
      Told *told = g_new0 (Told, 1);

      told->told = g_variant_ref_sink (job_properties (job));
      g_hash_table_insert (face->told, job, told);
    }
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    emit (face, owner, roots[i], MANAGER, "InterfacesAdded",
          g_variant_new ("(o@a{sa{sv}})", job->path, interfaces_of (job)));
}

static void
on_removed (Job *job, const char *owner, gpointer data)
{
  const char *interfaces[] = { "org.libtern.Fetch1.Job", NULL };
  Face *face = data;

  if (!owner)
    {
      g_hash_table_remove (face->dirty, job);
      g_hash_table_remove (face->told, job);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    emit (face, owner, roots[i], MANAGER, "InterfacesRemoved",
          g_variant_new ("(o^as)", job->path, interfaces));
}

static void
call_manager (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *arguments,
              GDBusMethodInvocation *invocation,
              gpointer data)
{
  Face *face = data;
  g_autoptr (GPtrArray) list = jobs_list (face->jobs, sender ? sender : "");
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  for (guint i = 0; i < list->len; i++)
    {
      const Job *job = g_ptr_array_index (list, i);

      g_variant_builder_add (&builder, "{o@a{sa{sv}}}", job->path, interfaces_of (job));
    }
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(a{oa{sa{sv}}})", &builder));
}

/* ---- the objects ---- */

static Job *
find (Face *face, const char *sender, const char *node)
{
  g_autofree char *path = node ? g_strconcat (JOB_ROOT, "/", node, NULL) : NULL;

  return path ? jobs_find (face->jobs, path, sender) : NULL;
}

static char **
enumerate (GDBusConnection *connection, const char *sender, const char *path, gpointer data)
{
  Face *face = data;
  g_autoptr (GPtrArray) list = jobs_list (face->jobs, sender ? sender : "");
  char **nodes = g_new0 (char *, list->len + 1);

  for (guint i = 0; i < list->len; i++)
    {
      const Job *job = g_ptr_array_index (list, i);

      nodes[i] = g_strdup (job->path + strlen (JOB_ROOT "/"));
    }
  return nodes;
}

static GDBusInterfaceInfo **
introspect (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *node,
            gpointer data)
{
  GDBusInterfaceInfo **interfaces;

  if (!find (data, sender, node))
    return NULL;
  interfaces = g_new0 (GDBusInterfaceInfo *, 2);
  interfaces[0]
      = g_dbus_interface_info_ref ((GDBusInterfaceInfo *)&org_libtern_fetch1_job_interface);
  return interfaces;
}

static void
call_job (GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments,
          GDBusMethodInvocation *invocation,
          gpointer data)
{
  Face *face = data;
  Job *job = jobs_find (face->jobs, path, sender);

  job_methods_call (face->jobs, job, method, arguments, invocation);
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
  Face *face = data;
  const Job *job = jobs_find (face->jobs, path, sender);

  if (job)
    return job_property (job, name);
  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT,
                       _ ("There is no such job"));
  return NULL;
}

static const GDBusInterfaceVTable *
dispatch (GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *node,
          gpointer *out_data,
          gpointer data)
{
  static const GDBusInterfaceVTable table
      = { .method_call = call_job, .get_property = get_property };

  *out_data = data;
  return find (data, sender, node) ? &table : NULL;
}

Face *
face_new (GDBusConnection *connection, Jobs *jobs, GError **error)
{
  static const GDBusSubtreeVTable objects
      = { .enumerate = enumerate, .introspect = introspect, .dispatch = dispatch };
  static const GDBusInterfaceVTable manager = { .method_call = call_manager };
  Face *face = g_new0 (Face, 1);
  const JobsListener listener
      = { .changed = on_changed, .added = on_added, .removed = on_removed, .data = face };

  face->connection = g_object_ref (connection);
  face->jobs = jobs;
  face->told = g_hash_table_new_full (NULL, NULL, NULL, told_free);
  face->dirty = g_hash_table_new (NULL, NULL);
  jobs_listen (jobs, &listener);
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      face->registered[i] = g_dbus_connection_register_object (
          connection, roots[i],
          (GDBusInterfaceInfo *)&org_freedesktop_dbus_object_manager_interface, &manager, face,
          NULL, error);
      if (!face->registered[i])
        return NULL;
    }
  face->registered[G_N_ELEMENTS (roots)] = g_dbus_connection_register_subtree (
      connection, JOB_ROOT, &objects, G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES, face,
      NULL, error);
  return face->registered[G_N_ELEMENTS (roots)] ? face : NULL;
}

void
face_free (Face *face)
{
  g_clear_handle_id (&face->later, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    g_dbus_connection_unregister_object (face->connection, face->registered[i]);
  g_dbus_connection_unregister_subtree (face->connection, face->registered[G_N_ELEMENTS (roots)]);
  g_hash_table_unref (face->dirty);
  g_hash_table_unref (face->told);
  g_object_unref (face->connection);
  g_free (face);
}
