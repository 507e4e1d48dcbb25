/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* At most one thread looks a name up at a time, and it holds nothing but this. It must never run
 * for what is an address already. */
#include "memcache-lookup.h"

#include <glib/gi18n-lib.h>
#include <netdb.h>
#include <string.h>
#include <sys/un.h>

#define KEEP_USEC (60 * G_USEC_PER_SEC)

struct _MemcacheLookup
{
  gatomicrefcount ref_count;
  char *host;
  char port[8];

  GMutex lock;
  GCond ended;
  gboolean is_running;
  gboolean is_fixed; /* needs no look-up */
  GArray *targets;   /* the last result; NULL for none */
  gint64 found_at;
  int code; /* getaddrinfo's, of the last look-up */
};

static GArray *
array_of (const struct addrinfo *list)
{
  GArray *targets = g_array_new (FALSE, TRUE, sizeof (MemcacheTarget));

  for (; list != NULL; list = list->ai_next)
    {
      MemcacheTarget target = { .len = list->ai_addrlen };

      if (list->ai_addrlen > sizeof target.address)
        continue;
      memcpy (&target.address, list->ai_addr, list->ai_addrlen);
      g_array_append_val (targets, target);
    }
  if (targets->len > 0)
    return targets;
  g_array_unref (targets);
  return NULL;
}

static GArray *
ask_system (MemcacheLookup *self, int flags, int *code)
{
  const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV | flags, .ai_socktype = SOCK_STREAM };
  struct addrinfo *list = NULL;
  GArray *targets;

  *code = getaddrinfo (self->host, self->port, &hints, &list);
  if (*code != 0)
    return NULL;
  targets = array_of (list);
  freeaddrinfo (list);
  if (targets == NULL)
    *code = EAI_NODATA;
  return targets;
}

static GArray *
array_of_path (const char *path)
{
  GArray *targets = g_array_new (FALSE, TRUE, sizeof (MemcacheTarget));
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  MemcacheTarget target = { .len = sizeof address };

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  memcpy (&target.address, &address, sizeof address);
  g_array_append_val (targets, target);
  return targets;
}

MemcacheLookup *
memcache_lookup_new (const MemcacheAddress *address)
{
  MemcacheLookup *self = g_new0 (MemcacheLookup, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);
  self->host = g_strdup (address->host);
  g_snprintf (self->port, sizeof self->port, "%u", address->port);
  if (address->port == 0)
    self->targets = array_of_path (address->host);
  else
    self->targets = ask_system (self, AI_NUMERICHOST, &self->code);
  self->is_fixed = self->targets != NULL;
  return self;
}

void
memcache_lookup_unref (MemcacheLookup *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->targets, g_array_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
  g_free (self->host);
  g_free (self);
}

static gpointer
run (gpointer data)
{
  g_autoptr (MemcacheLookup) self = data;
  int code;
  GArray *targets = ask_system (self, 0, &code);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->targets, g_array_unref);
  self->targets = targets;
  self->code = code;
  self->found_at = g_get_monotonic_time ();
  self->is_running = FALSE;
  g_cond_broadcast (&self->ended);
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* Under the lock. */
static void
start (MemcacheLookup *self)
{
  GThread *thread;

  g_atomic_ref_count_inc (&self->ref_count);
  thread = g_thread_try_new ("memcache-lookup", run, self, NULL);
  self->is_running = thread != NULL;
  if (thread != NULL)
    g_thread_unref (thread);
  else
    {
      memcache_lookup_unref (self);
      self->code = EAI_AGAIN;
    }
}

static gboolean
is_fresh (MemcacheLookup *self)
{
  return self->targets != NULL
         && (self->is_fixed || g_get_monotonic_time () - self->found_at < KEEP_USEC);
}

GArray *
memcache_lookup_find (MemcacheLookup *self, gint64 deadline, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gboolean in_time = TRUE;

  if (!is_fresh (self) && !self->is_running)
    start (self);
  while (self->is_running && in_time)
    in_time = g_cond_wait_until (&self->ended, &self->lock, deadline);
  if (self->is_running)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                         _ ("the name was not found in time"));
  else if (self->targets == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, gai_strerror (self->code));
  else
    return g_array_ref (self->targets);
  return NULL;
}

void
memcache_lookup_forget (MemcacheLookup *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (!self->is_fixed)
    g_clear_pointer (&self->targets, g_array_unref);
}
