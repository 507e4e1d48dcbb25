/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts of a pool: found by key, and the order in which those with waiting tickets have their
 * turn. Ten thousand tickets may wait, so nothing here walks over tickets or hosts. It must never
 * let go the lock. */
#include "net/tern-pool-private.h"

#include <string.h>

static guint
host_hash (gconstpointer host)
{
  return ((const TernPoolHost *) host)->hash;
}

static gboolean
host_equal (gconstpointer a, gconstpointer b)
{
  const TernPoolHost *one = a;
  const TernPoolHost *other = b;

  return one->hash == other->hash && strcmp (one->key, other->key) == 0;
}

static void
host_free (gpointer data)
{
  TernPoolHost *host = data;

  g_free (host->key);
  g_free (host);
}

GHashTable *
tern_pool_host_table_new (void)
{
  return g_hash_table_new_full (host_hash, host_equal, host_free, NULL);
}

TernPoolHost *
tern_pool_find_host (TernPool *self, const char *key, guint hash, gboolean make)
{
  const TernPoolHost wanted = { .key = (char *) key, .hash = hash };
  TernPoolHost *host = g_hash_table_lookup (self->hosts, &wanted);

  if (host || !make)
    return host;
  host = g_new0 (TernPoolHost, 1);
  host->key = g_strdup (key);
  host->hash = hash;
  g_hash_table_add (self->hosts, host);
  return host;
}

static int
compare_turns (gconstpointer a, gconstpointer b, gpointer data)
{
  const guint64 one = ((const TernPoolHost *) a)->turn_number;
  const guint64 other = ((const TernPoolHost *) b)->turn_number;

  return one < other ? -1 : one > other;
}

void
tern_pool_host_settle (TernPool *self, TernPoolHost *host)
{
  const TernTicket *first = host->tickets.head ? host->tickets.head->data : NULL;

  /* A host at its own limit waits for its own connections, not for a turn. */
  if (first && host->n - host->idle.length >= self->max_per_host)
    first = NULL;
  if (host->turn && first && host->turn_number == first->number)
    return;
  if (host->turn)
    g_sequence_remove (host->turn);
  host->turn = NULL;
  if (!first)
    return;
  host->turn_number = first->number;
  host->turn = g_sequence_insert_sorted (self->turns, host, compare_turns, NULL);
}

void
tern_pool_host_drop (TernPool *self, TernPoolHost *host)
{
  if (host->n == 0 && host->tickets.length == 0)
    g_hash_table_remove (self->hosts, host);
}
