/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validates behind an answer: a flow of its own from the cache's stage down, on a worker. It must
 * never emit a signal, hold an object of the program's, or outlive its bounds; that it failed is
 * nobody's failure, since the next stale answer asks again. */
#include "engine/tern-revalidation.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/tern-log.h"
#include "engine/tern-stage.h"
#include "engine/tern-store-call.h"
#include "engine/tern-walker.h"
#include "io/tern-drive.h"
#include "io/tern-worker.h"

/* From its first step to its last byte, whatever the settings allow beyond that. */
#define MAX_TIME (60 * G_TIME_SPAN_SECOND)

/* Queued and asking together: beyond it stale answers are sent without a question, and one of the
 * next asks. */
#define MAX_UNDER_WAY 256

typedef struct
{
  TernSettings *settings;
  TernRequest *request; /* of our own: the program may change its one meanwhile */
  char *name;           /* in the list of those under way */
  TernFlow *flow;
} Revalidation;

/* --- which are under way ---------------------------------------------------------------------- */

static GMutex lock;
static GCond over;            /* one of them */
static GHashTable *under_way; /* (element-type utf8 utf8); NULL while there is none */

static void
before_fork (void)
{
  g_mutex_lock (&lock);
}

static void
after_fork_in_parent (void)
{
  g_mutex_unlock (&lock);
}

/* The parent goes on with what is under way, and a child has none of its threads. */
static void
after_fork_in_child (void)
{
  g_clear_pointer (&under_way, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

/* Else a short program would take what is stale for as long as it may be sent, and never ask. What
 * came of it goes into the store before the process ends. */
static void
at_exit (void)
{
  const gint64 end = tern_store_get_exit_end ();
  gboolean in_time = TRUE;

  g_mutex_lock (&lock);
  while (in_time && under_way)
    in_time = g_cond_wait_until (&over, &lock, end);
  g_mutex_unlock (&lock);
  tern_store_wait_at_exit ();
}

static void
watch_process (void)
{
  static gsize watched = 0;

  if (!g_once_init_enter (&watched))
    return;
  (void)!atexit (at_exit);
  pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
  g_once_init_leave (&watched, 1);
}

/* FALSE where it is there already. */
static gboolean
enter (const char *name)
{
  gboolean is_first = FALSE;

  watch_process ();
  g_mutex_lock (&lock);
  if (!under_way)
    under_way = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_size (under_way) < MAX_UNDER_WAY && !g_hash_table_contains (under_way, name))
    is_first = g_hash_table_add (under_way, g_strdup (name));
  g_mutex_unlock (&lock);
  return is_first;
}

static void
leave (const char *name)
{
  g_mutex_lock (&lock);
  if (under_way)
    g_hash_table_remove (under_way, name);
  if (under_way && g_hash_table_size (under_way) == 0)
    g_clear_pointer (&under_way, g_hash_table_unref);
  g_cond_broadcast (&over);
  g_mutex_unlock (&lock);
}

guint
tern_revalidation_count (void)
{
  guint n;

  g_mutex_lock (&lock);
  n = under_way ? g_hash_table_size (under_way) : 0;
  g_mutex_unlock (&lock);
  return n;
}

/* --- asking ----------------------------------------------------------------------------------- */

gboolean
tern_revalidation_is_possible (const TernFlow *flow)
{
  const TernSettings *settings = flow->settings;

  return !flow->revalidates && flow->call.body.kind == TERN_SOURCE_NONE
         && (tern_cache_store_get_flags (settings->cache_store) & TERN_CACHE_STORE_ANY_THREAD)
         && (!settings->connector
             || (tern_connector_get_flags (settings->connector) & TERN_CONNECTOR_ANY_THREAD));
}

static void
revalidation_free (gpointer data)
{
  Revalidation *self = data;

  g_clear_pointer (&self->flow, tern_flow_free);
  g_object_unref (self->request);
  tern_settings_unref (self->settings);
  leave (self->name);
  g_free (self->name);
  g_free (self);
}

/* The body is read for the sake of the tee beneath it alone. */
static TernStep
revalidation_step (gpointer data, TernWait *wait, GError **error)
{
  TernFlow *flow = ((Revalidation *)data)->flow;
  TernStep step = flow->over ? TERN_STEP_DONE : tern_flow_step (flow, wait, error);
  char scratch[8 * 1024];
  gsize n = 1;

  while (step == TERN_STEP_DONE && flow->result.body && n > 0)
    step = tern_reader_read (flow->result.body, scratch, sizeof scratch, &n, wait, error);
  return step;
}

static void
run (gpointer data)
{
  Revalidation *self = data;
  g_autoptr (GError) error = NULL;
  TernFlow *flow = tern_flow_new (self->settings, self->request, NULL);

  self->flow = flow;
  flow->revalidates = TRUE;
  flow->at = flow->top = TERN_STAGE_CACHE;
  flow->env.total_deadline = MIN (flow->env.total_deadline, flow->started + MAX_TIME);
  if (!tern_drive_sync (revalidation_step, self, NULL, &error))
    tern_log (TERN_LOG_CACHE, "%s: not revalidated: %s", self->request->uri, error->message);
}

/* What was wanted of it: whoever asked for a part of what is stored whole, or compared by himself,
 * was answered; the question is about the whole. */
static TernHeaders *
make_fields (const TernHeaders *fields, const TernCacheRecord *record)
{
  static const char *const own[]
      = { "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range" };
  TernHeaders *copy = tern_headers_copy ((TernHeaders *)fields);

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    tern_headers_remove (copy, own[i]);
  if (!record->partial)
    tern_headers_remove (copy, "Range");
  return copy;
}

void
tern_revalidation_start (const TernFlow *flow,
                         const TernHeaders *fields,
                         const char *slot_key,
                         const TernCacheRecord *record)
{
  const TernRequest *asked = flow->call.request;
  g_autofree char *uri = NULL;
  g_autofree char *name = g_strdup_printf ("%p %s", (void *)flow->settings->cache_store, slot_key);
  Revalidation *self;

  if (!enter (name))
    return;
  uri = tern_uri_to_string (flow->call.uri, FALSE);
  self = g_new0 (Revalidation, 1);
  self->name = g_steal_pointer (&name);
  self->settings = tern_settings_ref (flow->settings);
  self->request = tern_request_new (flow->call.method, uri);
  tern_headers_unref (self->request->headers);
  self->request->headers = make_fields (fields, record);
  self->request->timeout = asked->timeout;
  self->request->total_timeout = asked->total_timeout;
  self->request->partition = g_strdup (asked->partition);
  tern_job_detach (TERN_LANE_REVALIDATE, run, self, revalidation_free);
}
