/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call to the helper. No time-out: to open a slow server's response takes as long as it takes,
 * and the bus tells when the helper has gone. */
#include "fetch/tern-fetch-call.h"

#include <tern/tern-fetch-error.h>

#include <string.h>

#include "base/tern-i18n.h"

void
tern_fetch_reply_free (TernFetchReply *reply)
{
  g_variant_unref (reply->reply);
  g_clear_object (&reply->list);
  g_free (reply);
}

static TernFetchReply *
reply_new (GVariant *reply, GUnixFDList *list)
{
  TernFetchReply *self = g_new0 (TernFetchReply, 1);

  self->reply = reply;
  self->list = list;
  return self;
}

/* Nobody has the name and nobody can be started, or who had it has gone. */
static gboolean
is_unreachable (const GError *error)
{
  if (error->domain == G_IO_ERROR)
    return error->code == G_IO_ERROR_CLOSED || error->code == G_IO_ERROR_CONNECTION_CLOSED;
  if (error->domain != G_DBUS_ERROR)
    return FALSE;
  switch (error->code)
    {
    case G_DBUS_ERROR_SERVICE_UNKNOWN:
    case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
    case G_DBUS_ERROR_NO_REPLY:
    case G_DBUS_ERROR_DISCONNECTED:
    case G_DBUS_ERROR_NO_SERVER:
      return TRUE;
    default:
      return error->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED
             && error->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY;
    }
}

GError *
tern_fetch_error_take (GError *error)
{
  int code = TERN_FETCH_ERROR_FAILED;
  GError *own;

  g_dbus_error_strip_remote_error (error);
  if (error->domain == TERN_FETCH_ERROR
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  if (is_unreachable (error))
    own = g_error_new (TERN_FETCH_ERROR, TERN_FETCH_ERROR_UNREACHABLE,
                       _ ("The fetch helper cannot be reached: %s"), error->message);
  else
    {
      if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
          || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)
          || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE))
        code = TERN_FETCH_ERROR_NOT_FOUND;
      own = g_error_new (TERN_FETCH_ERROR, code, _ ("The fetch helper says: %s"), error->message);
    }
  g_error_free (error);
  return own;
}

TernFetchReply *
tern_fetch_call (GDBusConnection *connection,
                 const char *path,
                 const char *interface,
                 const char *method,
                 GVariant *arguments,
                 const char *type,
                 GUnixFDList *list,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GVariant) owned = arguments ? g_variant_ref_sink (arguments) : NULL;
  GError *local = NULL;
  GUnixFDList *out = NULL;
  GVariant *reply = NULL;

  tern_fetch_error_quark (); /* so that GDBus knows the names */
  reply = g_dbus_connection_call_with_unix_fd_list_sync (
      connection, TERN_FETCH_NAME, path, interface, method, owned,
      type ? G_VARIANT_TYPE (type) : NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, list, &out,
      cancellable, &local);
  if (reply)
    return reply_new (reply, out);
  g_propagate_error (error, tern_fetch_error_take (local));
  return NULL;
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GUnixFDList *out = NULL;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source),
                                                                     &out, result, &error);

  if (reply)
    g_task_return_pointer (task, reply_new (reply, out), (GDestroyNotify)tern_fetch_reply_free);
  else
    g_task_return_error (task, tern_fetch_error_take (error));
}

void
tern_fetch_call_async (GDBusConnection *connection,
                       const char *path,
                       const char *interface,
                       const char *method,
                       GVariant *arguments,
                       const char *type,
                       GUnixFDList *list,
                       GTask *task)
{
  g_autoptr (GVariant) owned = arguments ? g_variant_ref_sink (arguments) : NULL;

  tern_fetch_error_quark ();
  g_dbus_connection_call_with_unix_fd_list (connection, TERN_FETCH_NAME, path, interface, method,
                                            owned, type ? G_VARIANT_TYPE (type) : NULL,
                                            G_DBUS_CALL_FLAGS_NONE, G_MAXINT, list,
                                            g_task_get_cancellable (task), on_reply, task);
}

void
tern_fetch_task_fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

GVariant *
tern_fetch_handles (GUnixFDList *list, int fd, GError **error)
{
  GVariantBuilder builder;
  const int handle = fd >= 0 ? g_unix_fd_list_append (list, fd, error) : -1;

  if (fd >= 0 && handle < 0)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ah"));
  if (fd >= 0)
    g_variant_builder_add (&builder, "h", handle);
  return g_variant_builder_end (&builder);
}

/* As a person reads it, and not as a parser: also what no parser takes may have a secret in it. */
static gboolean
has_user_name (const char *uri)
{
  const char *authority = strstr (uri, "//");

  authority = authority ? authority + 2 : uri;
  return memchr (authority, '@', strcspn (authority, "/?#\\")) != NULL;
}

gboolean
tern_fetch_check_uri (const char *uri, GError **error)
{
  /* What is no text cannot even be put into a message. */
  if (!g_utf8_validate (uri, -1, NULL))
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_URI,
                           _ ("The URI is none of http or https"));
      return FALSE;
    }
  if (!has_user_name (uri))
    return TRUE;
  g_set_error_literal (
      error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_SECRET_IN_OPTIONS,
      _ ("The URI has a user name in it; secrets come by descriptor or agent"));
  return FALSE;
}
