/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernFetchJob: what the helper said last of one of its jobs. It asks nothing by itself, so that
 * its getters never wait; tern_fetch_job_refresh() and tern_fetch_job_wait() ask. */
#include <tern/tern-enum-types.h>
#include <tern/tern-fetch-job.h>

#include <string.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-job-private.h"

/**
 * TernFetchJob:
 *
 * One job of the D-Bus fetch helper, as it was when it was asked about last: by
 * tern_fetch_job_refresh(), or while tern_fetch_job_wait() waits. To be used from one thread at a
 * time.
 */
struct _TernFetchJob
{
  GObject parent;
  GDBusConnection *connection;
  char *path;
  char *uri;
  TernFetchState state;
  guint64 bytes_done;
  gint64 bytes_total;
  guint64 speed;
  char *etag;
  char *final_uri;
  GError *error;
};

G_DEFINE_FINAL_TYPE (TernFetchJob, tern_fetch_job, G_TYPE_OBJECT)

static void
tern_fetch_job_finalize (GObject *object)
{
  TernFetchJob *self = TERN_FETCH_JOB (object);

  g_clear_object (&self->connection);
  g_free (self->path);
  g_free (self->uri);
  g_free (self->etag);
  g_free (self->final_uri);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (tern_fetch_job_parent_class)->finalize (object);
}

static void
tern_fetch_job_class_init (TernFetchJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_fetch_job_finalize;
}

static void
tern_fetch_job_init (TernFetchJob *self)
{
  self->bytes_total = -1;
}

TernFetchJob *
tern_fetch_job_new (GDBusConnection *connection, const char *path)
{
  TernFetchJob *self = g_object_new (TERN_TYPE_FETCH_JOB, NULL);

  self->connection = g_object_ref (connection);
  self->path = g_strdup (path);
  return self;
}

GDBusConnection *
tern_fetch_job_get_connection (TernFetchJob *self)
{
  return self->connection;
}

static void
take_text (GVariant *properties, const char *name, char **text)
{
  const char *value;

  if (!g_variant_lookup (properties, name, "&s", &value))
    return;
  g_free (*text);
  *text = g_strdup (value);
}

static void
take_state (TernFetchJob *self, GVariant *properties)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (TERN_TYPE_FETCH_STATE);
  g_autofree char *nick = NULL;
  const GEnumValue *value;
  const char *name;

  if (!g_variant_lookup (properties, "State", "&s", &name))
    return;
  nick = g_ascii_strdown (name, -1);
  value = g_enum_get_value_by_nick (states, nick);
  if (value)
    self->state = (TernFetchState)value->value;
}

static void
take_error (TernFetchJob *self, GVariant *properties)
{
  const char *name, *message;

  if (!g_variant_lookup (properties, "Error", "(&s&s)", &name, &message))
    return;
  g_clear_error (&self->error);
  if (*name == '\0')
    return;
  self->error = g_dbus_error_new_for_dbus_error (name, message);
  self->error = tern_fetch_error_take (self->error);
}

void
tern_fetch_job_take_properties (TernFetchJob *self, GVariant *properties)
{
  tern_fetch_error_quark (); /* so that GDBus knows the names */
  take_text (properties, "Uri", &self->uri);
  take_text (properties, "ETag", &self->etag);
  take_text (properties, "FinalUri", &self->final_uri);
  take_state (self, properties);
  take_error (self, properties);
  g_variant_lookup (properties, "BytesDone", "t", &self->bytes_done);
  g_variant_lookup (properties, "BytesTotal", "x", &self->bytes_total);
  g_variant_lookup (properties, "Speed", "t", &self->speed);
}

gboolean
tern_fetch_job_has_ended (TernFetchJob *self, GError **error)
{
  switch (self->state)
    {
    case TERN_FETCH_DONE:
      return TRUE;
    case TERN_FETCH_FAILED:
      if (error)
        *error = self->error ? g_error_copy (self->error)
                             : g_error_new_literal (TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                                                    _ ("The job failed"));
      return TRUE;
    case TERN_FETCH_CANCELLED:
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_CANCELLED,
                           _ ("The job was cancelled"));
      return TRUE;
    case TERN_FETCH_INTERRUPTED:
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_WRONG_STATE,
                           _ ("The job was interrupted and needs a new descriptor"));
      return TRUE;
    case TERN_FETCH_QUEUED:
    case TERN_FETCH_RUNNING:
    case TERN_FETCH_PAUSED:
    default:
      return FALSE;
    }
}

/**
 * tern_fetch_job_get_path:
 * @self: a job
 *
 * Returns: the path of its object on the bus
 */
const char *
tern_fetch_job_get_path (TernFetchJob *self)
{
  return self->path;
}

/**
 * tern_fetch_job_get_uri:
 * @self: a job
 *
 * Returns: (nullable): what is fetched; %NULL before the helper was asked
 */
const char *
tern_fetch_job_get_uri (TernFetchJob *self)
{
  return self->uri;
}

/**
 * tern_fetch_job_get_state:
 * @self: a job
 *
 * Returns: what it does
 */
TernFetchState
tern_fetch_job_get_state (TernFetchJob *self)
{
  return self->state;
}

/**
 * tern_fetch_job_get_bytes_done:
 * @self: a job
 *
 * Returns: how many bytes are written
 */
guint64
tern_fetch_job_get_bytes_done (TernFetchJob *self)
{
  return self->bytes_done;
}

/**
 * tern_fetch_job_get_bytes_total:
 * @self: a job
 *
 * Returns: how many bytes there will be, -1 where that is not known
 */
gint64
tern_fetch_job_get_bytes_total (TernFetchJob *self)
{
  return self->bytes_total;
}

/**
 * tern_fetch_job_get_speed:
 * @self: a job
 *
 * Returns: bytes a second
 */
guint64
tern_fetch_job_get_speed (TernFetchJob *self)
{
  return self->speed;
}

/**
 * tern_fetch_job_get_etag:
 * @self: a job
 *
 * Returns: (nullable): the entity tag of what is fetched, empty where there is none; %NULL before
 * the helper was asked
 */
const char *
tern_fetch_job_get_etag (TernFetchJob *self)
{
  return self->etag;
}

/**
 * tern_fetch_job_get_final_uri:
 * @self: a job
 *
 * Returns: (nullable): where redirects led to, empty until that is known; %NULL before the helper
 * was asked
 */
const char *
tern_fetch_job_get_final_uri (TernFetchJob *self)
{
  return self->final_uri;
}

/**
 * tern_fetch_job_get_error:
 * @self: a job
 *
 * Returns: (nullable): why it failed, with a code of #TernFetchError; %NULL when it did not
 */
const GError *
tern_fetch_job_get_error (TernFetchJob *self)
{
  return self->error;
}
