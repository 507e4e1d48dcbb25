/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of remembered routes. An entry is good for a minute; all live equally long, so the
 * oldest is the first to go. It must never hold a path or userinfo: only the origin is kept. */
#include "engine/tern-proxy-memory.h"

#include <string.h>

#define MAX_ORIGINS 256
#define KEEP (60 * G_TIME_SPAN_SECOND)

/* The key of the table is its first part. */
typedef struct
{
  gboolean secure;
  guint hash;
  const char *authority;
} Origin;

typedef struct
{
  Origin origin;
  char *authority;
  GPtrArray *routes; /* NULL is direct */
  gint64 until;
} Entry;

struct _TernProxyMemory
{
  GMutex lock;
  guint64 stamp;
  GHashTable *entries; /* of Entry by Origin */
  GQueue order;        /* oldest first */
};

static guint
hash_origin (gconstpointer origin)
{
  return ((const Origin *)origin)->hash;
}

/* The authority has the port where it is not the scheme's own, so the two say all. */
static gboolean
are_equal (gconstpointer a, gconstpointer b)
{
  const Origin *one = a;
  const Origin *two = b;

  return one->secure == two->secure && strcmp (one->authority, two->authority) == 0;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->routes, g_ptr_array_unref);
  g_free (entry->authority);
  g_free (entry);
}

TernProxyMemory *
tern_proxy_memory_new (void)
{
  TernProxyMemory *self = g_new0 (TernProxyMemory, 1);

  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (hash_origin, are_equal, NULL, entry_free);
  g_queue_init (&self->order);
  return self;
}

void
tern_proxy_memory_free (TernProxyMemory *self)
{
  g_queue_clear (&self->order);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
drop_oldest (TernProxyMemory *self)
{
  Entry *oldest = g_queue_pop_head (&self->order);

  g_hash_table_remove (self->entries, &oldest->origin);
}

/* With the lock held: forgets what is old, or was found in other circumstances. */
static void
tidy (TernProxyMemory *self, guint64 stamp, gint64 now)
{
  while (!g_queue_is_empty (&self->order)
         && (stamp != self->stamp || ((Entry *)g_queue_peek_head (&self->order))->until <= now))
    drop_oldest (self);
  self->stamp = stamp;
}

gboolean
tern_proxy_memory_find (
    TernProxyMemory *self, const TernUri *uri, guint64 stamp, gint64 now, GPtrArray **routes)
{
  const Origin origin = { uri->secure, uri->hash, uri->authority };
  const Entry *entry;

  g_mutex_lock (&self->lock);
  tidy (self, stamp, now);
  entry = g_hash_table_lookup (self->entries, &origin);
  if (entry)
    *routes = entry->routes ? g_ptr_array_ref (entry->routes) : NULL;
  g_mutex_unlock (&self->lock);
  return entry != NULL;
}

void
tern_proxy_memory_add (
    TernProxyMemory *self, const TernUri *uri, guint64 stamp, gint64 now, GPtrArray *routes)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->authority = g_strdup (uri->authority);
  entry->origin = (Origin){ uri->secure, uri->hash, entry->authority };
  entry->routes = routes ? g_ptr_array_ref (routes) : NULL;
  entry->until = now + KEEP;
  g_mutex_lock (&self->lock);
  tidy (self, stamp, now);
  if (g_hash_table_contains (self->entries, &entry->origin))
    {
      /* Somebody else was quicker; both found the same. */
      g_mutex_unlock (&self->lock);
      entry_free (entry);
      return;
    }
  if (self->order.length >= MAX_ORIGINS)
    drop_oldest (self);
  g_hash_table_insert (self->entries, &entry->origin, entry);
  g_queue_push_tail (&self->order, entry);
  g_mutex_unlock (&self->lock);
}
