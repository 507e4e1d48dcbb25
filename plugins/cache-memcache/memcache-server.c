/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool with a bound, and a server that comes and goes. Whoever fails makes the server absent for
 * a while; then one question tries it again, and the others are not held up meanwhile. */
#include "memcache-server.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "memcache-lookup.h"

/* How long a server that failed is left alone: at first, and at most; doubled in between. */
#define FIRST_PAUSE G_USEC_PER_SEC
#define LONGEST_PAUSE (30 * G_USEC_PER_SEC)

struct _MemcacheServer
{
  char *name; /* for messages */
  MemcacheLookup *lookup;
  guint most; /* connections */
  gboolean classic;

  GMutex lock;
  GCond freed;     /* a connection, or the room for one */
  GQueue idle;     /* of MemcacheConn; the last used first */
  guint n_open;    /* idle, in use and being made */
  gint64 pause;    /* 0: present */
  gint64 ask_from; /* when one question may try it again */
  gint64 lost_at;  /* when it was last found absent */
};

MemcacheServer *
memcache_server_new (const MemcacheAddress *address, const MemcacheOptions *options)
{
  MemcacheServer *self = g_new0 (MemcacheServer, 1);
  gboolean is_ipv6 = address->port != 0 && strchr (address->host, ':') != NULL;

  self->name = address->port == 0
                   ? g_strdup (address->host)
                   : g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", address->host, address->port);
  self->lookup = memcache_lookup_new (address);
  self->most = options->connections;
  self->classic = options->classic;
  g_mutex_init (&self->lock);
  g_cond_init (&self->freed);
  g_queue_init (&self->idle);
  return self;
}

static void
free_conn (gpointer conn)
{
  memcache_conn_free (conn);
}

void
memcache_server_free (MemcacheServer *self)
{
  g_queue_clear_full (&self->idle, free_conn);
  memcache_lookup_unref (self->lookup);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->freed);
  g_free (self->name);
  g_free (self);
}

/* Whether this question may go out; it may also be the one that tries an absent server. */
static gboolean
may_ask (MemcacheServer *self, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gint64 now = g_get_monotonic_time ();

  if (self->pause == 0)
    return TRUE;
  if (now >= self->ask_from)
    {
      self->ask_from = now + self->pause;
      return TRUE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                       _ ("the server was away and is not asked again yet"));
  return FALSE;
}

static void
note_present (MemcacheServer *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  self->pause = 0;
}

/* Questions that were under way when it was lost say nothing new. */
static void
note_absent (MemcacheServer *self, gint64 asked_at)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (self->pause != 0 && asked_at < self->lost_at)
    return;
  self->pause = self->pause == 0 ? FIRST_PAUSE : MIN (self->pause * 2, LONGEST_PAUSE);
  self->lost_at = g_get_monotonic_time ();
  self->ask_from = self->lost_at + self->pause;
}

/* Closes @conn, if there is one, and all that are idle when @all: they are as old as it is. */
static void
drop (MemcacheServer *self, MemcacheConn *conn, gboolean all)
{
  GQueue gone = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  if (all)
    {
      gone = self->idle;
      g_queue_init (&self->idle);
    }
  self->n_open -= 1 + gone.length;
  g_cond_broadcast (&self->freed);
  g_mutex_unlock (&self->lock);
  if (conn != NULL)
    memcache_conn_free (conn);
  g_queue_clear_full (&gone, free_conn);
}

static void
give_back (MemcacheServer *self, MemcacheConn *conn)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  g_queue_push_head (&self->idle, conn);
  g_cond_broadcast (&self->freed);
}

static gboolean
is_over (gint64 deadline)
{
  return g_get_monotonic_time () >= deadline;
}

/* An idle connection, or with *conn NULL the right to make one. FALSE when all were in use until
 * the deadline. */
static gboolean
take (MemcacheServer *self, gint64 deadline, MemcacheConn **conn, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gboolean in_time = TRUE;

  while (self->idle.length == 0 && self->n_open >= self->most && in_time)
    in_time = g_cond_wait_until (&self->freed, &self->lock, deadline);
  *conn = is_over (deadline) ? NULL : g_queue_pop_head (&self->idle);
  if (*conn != NULL)
    return TRUE;
  if (self->n_open < self->most && !is_over (deadline))
    {
      self->n_open++;
      return TRUE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       _ ("no connection to the server was free in time"));
  return FALSE;
}

static MemcacheConn *
open_conn (MemcacheServer *self, gint64 deadline, GError **error)
{
  g_autoptr (GArray) targets = memcache_lookup_find (self->lookup, deadline, error);
  MemcacheConn *conn = NULL;

  if (targets != NULL)
    conn = memcache_conn_open (targets, self->classic, deadline, error);
  if (targets != NULL && conn == NULL)
    memcache_lookup_forget (self->lookup);
  if (conn == NULL)
    drop (self, NULL, TRUE);
  return conn;
}

typedef enum
{
  ANSWERED,
  AGAIN, /* the connection was of no more use, which says nothing about the server */
  BUSY,  /* of ours; the server is not to blame */
  LOST,
} Outcome;

static Outcome
ask_once (MemcacheServer *self,
          const MemcacheCommand *command,
          gint64 deadline,
          MemcacheReply *reply,
          GError **error)
{
  MemcacheConn *conn;
  gboolean is_new, silent;

  if (!take (self, deadline, &conn, error))
    return BUSY;
  is_new = conn == NULL;
  /* Something to read is an end, or an answer that nobody asked for. */
  if (!is_new && !memcache_conn_is_quiet (conn))
    {
      drop (self, conn, FALSE);
      return AGAIN;
    }
  if (conn == NULL)
    conn = open_conn (self, deadline, error);
  if (conn == NULL)
    return LOST;
  if (memcache_conn_ask (conn, command, deadline, reply, &silent, error))
    {
      /* Whether a server that refused a value has read all of it is not known; an item that is too
       * large still comes. */
      if (reply->word == MEMCACHE_REFUSED || reply->word == MEMCACHE_EXCESS)
        drop (self, conn, FALSE);
      else
        give_back (self, conn);
      return ANSWERED;
    }
  drop (self, conn, TRUE);
  return !is_new && silent && !is_over (deadline) ? AGAIN : LOST;
}

gboolean
memcache_server_ask (MemcacheServer *self,
                     const MemcacheCommand *command,
                     gint64 deadline,
                     MemcacheReply *reply,
                     GError **error)
{
  g_autoptr (GError) inner = NULL;
  gint64 begun = g_get_monotonic_time ();
  Outcome outcome = may_ask (self, &inner) ? AGAIN : BUSY;

  /* Each time around a connection is gone, so this ends with a new one. */
  while (outcome == AGAIN)
    {
      g_clear_error (&inner);
      outcome = ask_once (self, command, deadline, reply, &inner);
    }
  if (outcome == ANSWERED)
    note_present (self);
  if (outcome == LOST)
    note_absent (self, begun);
  if (outcome == ANSWERED)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&inner), "%s: ", self->name);
  return FALSE;
}
