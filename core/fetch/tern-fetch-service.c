/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernFetchService: the D-Bus fetch helper, as thin as can be. It holds a connection to the bus and
 * nothing else; whether there is a helper shows with the first call, which starts it. */
#include <tern/tern-fetch-service.h>

#include <unistd.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-job-private.h"
#include "fetch/tern-fetch-service-private.h"

/**
 * TernFetchService:
 *
 * The D-Bus fetch helper of the session, `tern-fetchd`. Jobs belong to the connection, and end with
 * it unless they are detached. Thread-safe.
 */
struct _TernFetchService
{
  GObject parent;
  GDBusConnection *connection;
  TernFetchSecrets secrets;

  GMutex lock;
  /* Under the lock. */
  char *agent; /* an object's path; NULL for none */
  guint agent_id;
};

G_DEFINE_FINAL_TYPE (TernFetchService, tern_fetch_service, G_TYPE_OBJECT)

void
tern_fetch_service_take_agent (TernFetchService *self, char *path, guint id)
{
  g_autofree char *old = NULL;
  guint old_id;

  g_mutex_lock (&self->lock);
  old = g_steal_pointer (&self->agent);
  old_id = self->agent_id;
  self->agent = path;
  self->agent_id = id;
  g_mutex_unlock (&self->lock);
  if (old)
    g_dbus_connection_unregister_object (self->connection, old_id);
}

static void
tern_fetch_service_finalize (GObject *object)
{
  TernFetchService *self = TERN_FETCH_SERVICE (object);

  tern_fetch_service_take_agent (self, NULL, 0);
  tern_fetch_secrets_clear (&self->secrets);
  g_mutex_clear (&self->lock);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (tern_fetch_service_parent_class)->finalize (object);
}

static void
tern_fetch_service_class_init (TernFetchServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_fetch_service_finalize;
}

static void
tern_fetch_service_init (TernFetchService *self)
{
  tern_fetch_secrets_init (&self->secrets);
  g_mutex_init (&self->lock);
}

TernFetchSecrets *
tern_fetch_service_get_secrets (TernFetchService *self)
{
  return &self->secrets;
}

static gboolean
pack_secrets (TernFetchService *self, GVariantDict *dict, GUnixFDList *list, GError **error)
{
  GError *local = NULL;
  const int fd = tern_fetch_secrets_open (&self->secrets, &local);
  int handle;

  if (fd < 0)
    {
      if (local)
        g_propagate_error (error, local);
      return local == NULL;
    }
  handle = g_unix_fd_list_append (list, fd, error);
  close (fd);
  if (handle < 0)
    return FALSE;
  g_variant_dict_insert (dict, "secrets", "h", handle);
  return TRUE;
}

GVariant *
tern_fetch_service_pack (TernFetchService *self,
                         GVariant *options,
                         GUnixFDList *list,
                         GError **error)
{
  const gboolean given = options && g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) owned = given ? g_variant_ref_sink (options) : NULL;
  g_auto (GVariantDict) dict = { 0 };

  g_variant_dict_init (&dict, owned);
  if (!pack_secrets (self, &dict, list, error))
    return NULL;
  g_mutex_lock (&self->lock);
  if (self->agent && !g_variant_dict_contains (&dict, "agent"))
    g_variant_dict_insert (&dict, "agent", "o", self->agent);
  g_mutex_unlock (&self->lock);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * tern_fetch_service_new_for_connection:
 * @connection: a connection to a message bus
 *
 * The helper on a bus that the program has a connection to.
 *
 * Returns: (transfer full): the helper
 */
TernFetchService *
tern_fetch_service_new_for_connection (GDBusConnection *connection)
{
  TernFetchService *self = g_object_new (TERN_TYPE_FETCH_SERVICE, NULL);

  self->connection = g_object_ref (connection);
  return self;
}

/* No bus is no helper. */
static GError *
no_bus (GError *error)
{
  GError *own;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  own = g_error_new (TERN_FETCH_ERROR, TERN_FETCH_ERROR_UNREACHABLE,
                     _ ("The fetch helper cannot be reached: %s"), error->message);
  g_error_free (error);
  return own;
}

/**
 * tern_fetch_service_new:
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Connects to the session's bus, on which the helper is.
 *
 * Errors: %TERN_FETCH_ERROR_UNREACHABLE where there is no bus; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the helper; %NULL on error
 */
TernFetchService *
tern_fetch_service_new (GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, &local);

  if (connection)
    return tern_fetch_service_new_for_connection (connection);
  g_propagate_error (error, no_bus (local));
  return NULL;
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (connection)
    g_task_return_pointer (task, tern_fetch_service_new_for_connection (connection),
                           g_object_unref);
  else
    g_task_return_error (task, no_bus (error));
}

/**
 * tern_fetch_service_new_async:
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_new(), without blocking.
 */
void
tern_fetch_service_new_async (GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_bus_get (G_BUS_TYPE_SESSION, cancellable, on_bus,
             g_task_new (NULL, cancellable, callback, user_data));
}

/**
 * tern_fetch_service_new_finish:
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_new_async().
 *
 * Returns: (transfer full): the helper; %NULL on error
 */
TernFetchService *
tern_fetch_service_new_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_fetch_service_get_connection:
 * @self: the helper
 *
 * Returns: (transfer none): the connection to the bus
 */
GDBusConnection *
tern_fetch_service_get_connection (TernFetchService *self)
{
  return self->connection;
}

static TernFetchJob *
job_of (TernFetchService *self, TernFetchReply *reply)
{
  const char *path;

  g_variant_get (reply->reply, "(&o)", &path);
  return tern_fetch_job_new (self->connection, path);
}

static GPtrArray *
jobs_of (TernFetchService *self, TernFetchReply *reply)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariantIter) iter = NULL;
  const char *path;

  g_variant_get (reply->reply, "(ao)", &iter);
  while (g_variant_iter_next (iter, "&o", &path))
    g_ptr_array_add (jobs, tern_fetch_job_new (self->connection, path));
  return jobs;
}

/* Of Fetch: floating; NULL with an error. */
static GVariant *
fetch_arguments (TernFetchService *self,
                 const char *uri,
                 int fd,
                 GVariant *options,
                 GUnixFDList *list,
                 GError **error)
{
  g_autoptr (GVariant) packed = tern_fetch_service_pack (self, options, list, error);
  const gboolean may_send = packed && tern_fetch_check_uri (uri, error);
  GVariant *handles = may_send ? tern_fetch_handles (list, fd, error) : NULL;

  return handles ? g_variant_new ("(s@ah@a{sv})", uri, handles, packed) : NULL;
}

/* Of Claim, likewise. */
static GVariant *
claim_arguments (
    TernFetchService *self, const char *token, GVariant *options, GUnixFDList *list, GError **error)
{
  g_autoptr (GVariant) packed = tern_fetch_service_pack (self, options, list, error);

  return packed ? g_variant_new ("(s@a{sv})", token, packed) : NULL;
}

/**
 * tern_fetch_service_fetch:
 * @self: the helper
 * @uri: what to fetch, http or https, without user name and password
 * @fd: the descriptor that the body is written to, a file, a pipe or a stream socket; it stays the
 *   caller's. -1 to fill the helper's cache alone
 * @options: (nullable): a dictionary (`a{sv}`) of what Fetch of org.libtern.Fetch1 takes
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Starts a job and returns at once; tern_fetch_job_wait() waits for its end.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the job; %NULL on error
 */
TernFetchJob *
tern_fetch_service_fetch (TernFetchService *self,
                          const char *uri,
                          int fd,
                          GVariant *options,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GVariant *arguments = fetch_arguments (self, uri, fd, options, list, error);
  g_autoptr (TernFetchReply) reply = NULL;

  if (arguments)
    reply = tern_fetch_call (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "Fetch", arguments,
                             "(o)", list, cancellable, error);
  return reply ? job_of (self, reply) : NULL;
}

/**
 * tern_fetch_service_fetch_async:
 * @self: the helper
 * @uri: what to fetch, http or https, without user name and password
 * @fd: the descriptor that the body is written to, a file, a pipe or a stream socket; it stays the
 *   caller's. -1 to fill the helper's cache alone
 * @options: (nullable): a dictionary (`a{sv}`) of what Fetch of org.libtern.Fetch1 takes
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_fetch(), without blocking.
 */
void
tern_fetch_service_fetch_async (TernFetchService *self,
                                const char *uri,
                                int fd,
                                GVariant *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  GVariant *arguments = fetch_arguments (self, uri, fd, options, list, &error);

  if (arguments)
    tern_fetch_call_async (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "Fetch", arguments,
                           "(o)", list, task);
  else
    tern_fetch_task_fail (task, error);
}

/**
 * tern_fetch_service_fetch_finish:
 * @self: the helper
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_fetch_async().
 *
 * Returns: (transfer full): the job; %NULL on error
 */
TernFetchJob *
tern_fetch_service_fetch_finish (TernFetchService *self, GAsyncResult *result, GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply ? job_of (self, reply) : NULL;
}

/**
 * tern_fetch_service_list_jobs:
 * @self: the helper
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * The jobs that this connection to the bus started or claimed, and did not remove.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer container) (element-type TernFetchJob): the jobs, the oldest first; %NULL on
 *   error
 */
GPtrArray *
tern_fetch_service_list_jobs (TernFetchService *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TernFetchReply) reply
      = tern_fetch_call (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "ListJobs", NULL,
                         "(ao)", NULL, cancellable, error);

  return reply ? jobs_of (self, reply) : NULL;
}

/**
 * tern_fetch_service_list_jobs_async:
 * @self: the helper
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_list_jobs(), without blocking.
 */
void
tern_fetch_service_list_jobs_async (TernFetchService *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  tern_fetch_call_async (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "ListJobs", NULL,
                         "(ao)", NULL, g_task_new (self, cancellable, callback, user_data));
}

/**
 * tern_fetch_service_list_jobs_finish:
 * @self: the helper
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_list_jobs_async().
 *
 * Returns: (transfer container) (element-type TernFetchJob): the jobs, the oldest first; %NULL on
 *   error
 */
GPtrArray *
tern_fetch_service_list_jobs_finish (TernFetchService *self, GAsyncResult *result, GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply ? jobs_of (self, reply) : NULL;
}

/**
 * tern_fetch_service_claim:
 * @self: the helper
 * @handle_token: the secret of a detached job
 * @options: (nullable): a dictionary (`a{sv}`) of what Claim of org.libtern.Fetch1 takes
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * A detached job, which another process may have started. Of a job that was interrupted while it
 * wrote into a pipe or a socket, `received` (`t`) in @options says how many bytes have arrived;
 * tern_fetch_job_resume() goes on behind them. Without it the helper goes on behind what it wrote,
 * and where it does not know that, it says %TERN_FETCH_ERROR_POSITION_UNKNOWN.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the job; %NULL on error
 */
TernFetchJob *
tern_fetch_service_claim (TernFetchService *self,
                          const char *handle_token,
                          GVariant *options,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GVariant *arguments = claim_arguments (self, handle_token, options, list, error);
  g_autoptr (TernFetchReply) reply = NULL;

  if (arguments)
    reply = tern_fetch_call (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "Claim", arguments,
                             "(o)", list, cancellable, error);
  return reply ? job_of (self, reply) : NULL;
}

/**
 * tern_fetch_service_claim_async:
 * @self: the helper
 * @handle_token: the secret of a detached job
 * @options: (nullable): a dictionary (`a{sv}`) of what Claim of org.libtern.Fetch1 takes
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_service_claim(), without blocking.
 */
void
tern_fetch_service_claim_async (TernFetchService *self,
                                const char *handle_token,
                                GVariant *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  GVariant *arguments = claim_arguments (self, handle_token, options, list, &error);

  if (arguments)
    tern_fetch_call_async (self->connection, TERN_FETCH_PATH, TERN_FETCH_NAME, "Claim", arguments,
                           "(o)", list, task);
  else
    tern_fetch_task_fail (task, error);
}

/**
 * tern_fetch_service_claim_finish:
 * @self: the helper
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_service_claim_async().
 *
 * Returns: (transfer full): the job; %NULL on error
 */
TernFetchJob *
tern_fetch_service_claim_finish (TernFetchService *self, GAsyncResult *result, GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply ? job_of (self, reply) : NULL;
}
