/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded table of bytes with an order of use. It must never look at a clock: callers say what
 * time it is. */
#include "memory-table.h"

#include <string.h>

#define DEFAULT_MAX_SIZE (64 * 1024 * 1024)
#define DEFAULT_MAX_ENTRY_SIZE (8 * 1024 * 1024)
/* What an entry costs beside key, meta and value, roughly: node, hash slot, GBytes, allocator; and
 * what a meta costs, where there is one. */
#define ENTRY_OVERHEAD 192
#define META_OVERHEAD 64

typedef struct
{
  GList link; /* in the order of use; data is the entry */
  char *key;
  GBytes *meta;
  GBytes *value;
  gint64 keep_until; /* 0 where not known */
  guint64 size;
} Entry;

struct _MemoryTable
{
  gatomicrefcount ref_count;
  char *name; /* NULL for a table of its own */

  GMutex lock;
  GHashTable *entries; /* key of the entry to Entry */
  GQueue order;        /* the most recently used first */
  guint64 size;
  guint64 max_size;
  guint64 max_entry_size;
  gint64 next_expiry; /* no entry expires earlier; 0 when none does */
};

static GMutex named_lock;
static GHashTable *named; /* name of the table to MemoryTable, not owned */

MemoryTable *
memory_table_new (void)
{
  MemoryTable *self = g_new0 (MemoryTable, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->order);
  self->max_size = DEFAULT_MAX_SIZE;
  self->max_entry_size = DEFAULT_MAX_ENTRY_SIZE;
  return self;
}

MemoryTable *
memory_table_ref (MemoryTable *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

MemoryTable *
memory_table_get_named (const char *name)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&named_lock);
  MemoryTable *self;

  if (named == NULL)
    named = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (named, name);
  if (self != NULL)
    return memory_table_ref (self);
  self = memory_table_new ();
  self->name = g_strdup (name);
  g_hash_table_insert (named, self->name, self);
  return self;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_bytes_unref (entry->meta);
  g_bytes_unref (entry->value);
  g_free (entry);
}

/* Under the lock of the names, so that nobody finds a table that is about to go. */
static gboolean
drop_reference (MemoryTable *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&named_lock);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return FALSE;
  if (self->name != NULL)
    g_hash_table_remove (named, self->name);
  return TRUE;
}

void
memory_table_unref (MemoryTable *self)
{
  GList *link;

  if (!drop_reference (self))
    return;
  while ((link = g_queue_pop_head_link (&self->order)) != NULL)
    entry_free (link->data);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self);
}

/* Moves an entry out of the table to @gone, which is freed when the lock is not held. */
static void
take_out (MemoryTable *self, Entry *entry, GPtrArray *gone)
{
  g_hash_table_remove (self->entries, entry->key);
  g_queue_unlink (&self->order, &entry->link);
  self->size -= entry->size;
  g_ptr_array_add (gone, entry);
}

static gboolean
is_expired (const Entry *entry, gint64 now)
{
  return entry->keep_until != 0 && entry->keep_until < now;
}

/* Looks at all entries, but only when at least one of them is known to go. */
static void
take_out_expired (MemoryTable *self, gint64 now, GPtrArray *gone)
{
  GList *link = self->order.head;

  if (self->next_expiry == 0 || self->next_expiry >= now)
    return;
  self->next_expiry = 0;
  while (link != NULL)
    {
      Entry *entry = link->data;

      link = link->next;
      if (is_expired (entry, now))
        take_out (self, entry, gone);
      else if (entry->keep_until != 0
               && (self->next_expiry == 0 || entry->keep_until < self->next_expiry))
        self->next_expiry = entry->keep_until;
    }
}

static void
make_room (MemoryTable *self, guint64 wanted, gint64 now, GPtrArray *gone)
{
  if (self->size + wanted > self->max_size)
    take_out_expired (self, now, gone);
  while (self->size + wanted > self->max_size && self->order.tail != NULL)
    take_out (self, self->order.tail->data, gone);
}

void
memory_table_set_limits (MemoryTable *self, guint64 max_size, guint64 max_entry_size)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (max_size != 0)
    self->max_size = max_size;
  if (max_entry_size != 0)
    self->max_entry_size = max_entry_size;
  make_room (self, 0, 0, gone);
}

/* What an entry takes beside its value. */
static guint64
get_size_besides (const char *key, GBytes *meta)
{
  gsize meta_size = g_bytes_get_size (meta);

  return strlen (key) + ENTRY_OVERHEAD + (meta_size > 0 ? meta_size + META_OVERHEAD : 0);
}

guint64
memory_table_get_max_body (MemoryTable *self, const char *key, GBytes *meta)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  guint64 besides = get_size_besides (key, meta);

  return self->max_size > besides ? MIN (self->max_entry_size, self->max_size - besides) : 0;
}

GBytes *
memory_table_get (MemoryTable *self, const char *key, gint64 now, GBytes **meta)
{
  g_autoptr (GPtrArray) gone = NULL;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    return NULL;
  if (is_expired (entry, now))
    {
      gone = g_ptr_array_new_with_free_func (entry_free);
      take_out (self, entry, gone);
      return NULL;
    }
  if (self->order.head != &entry->link)
    {
      g_queue_unlink (&self->order, &entry->link);
      g_queue_push_head_link (&self->order, &entry->link);
    }
  if (meta != NULL)
    *meta = g_bytes_ref (entry->meta);
  return g_bytes_ref (entry->value);
}

static Entry *
entry_new (const char *key, GBytes *meta, GBytes *value, gint64 keep_until)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->link.data = entry;
  entry->key = g_strdup (key);
  entry->meta = g_bytes_ref (meta);
  entry->value = g_bytes_ref (value);
  entry->keep_until = keep_until;
  entry->size = get_size_besides (key, meta) + g_bytes_get_size (value);
  return entry;
}

/* Takes the entry. What is too large or too old is forgotten at once, and what was there with
 * it. */
static void
put_in (MemoryTable *self, Entry *entry, gint64 now, GPtrArray *gone)
{
  Entry *old = g_hash_table_lookup (self->entries, entry->key);

  if (old != NULL)
    take_out (self, old, gone);
  if (g_bytes_get_size (entry->value) > self->max_entry_size || entry->size > self->max_size
      || is_expired (entry, now))
    {
      g_ptr_array_add (gone, entry);
      return;
    }
  make_room (self, entry->size, now, gone);
  g_hash_table_insert (self->entries, entry->key, entry);
  g_queue_push_head_link (&self->order, &entry->link);
  self->size += entry->size;
  if (entry->keep_until != 0
      && (self->next_expiry == 0 || entry->keep_until < self->next_expiry))
    self->next_expiry = entry->keep_until;
}

void
memory_table_set (MemoryTable *self,
                  const char *key,
                  GBytes *meta,
                  GBytes *value,
                  gint64 keep_until,
                  gint64 now)
{
  /* Freed after the lock is given back: these run in the reverse order of their declaration. */
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  Entry *entry = entry_new (key, meta, value, keep_until);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  put_in (self, entry, now, gone);
}

void
memory_table_set_meta (MemoryTable *self,
                       const char *key,
                       GBytes *before,
                       GBytes *meta,
                       gint64 keep_until,
                       gint64 now)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Entry *old = g_hash_table_lookup (self->entries, key);

  if (old == NULL)
    return;
  if (is_expired (old, now))
    take_out (self, old, gone);
  else if (g_bytes_equal (old->meta, before))
    put_in (self, entry_new (key, meta, old->value, keep_until), now, gone);
}

void
memory_table_delete (MemoryTable *self, const char *key)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry != NULL)
    take_out (self, entry, gone);
}

void
memory_table_clear (MemoryTable *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  while (self->order.head != NULL)
    take_out (self, self->order.head->data, gone);
}

void
memory_table_usage (MemoryTable *self, gint64 now, guint64 *n_keys, guint64 *size)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  take_out_expired (self, now, gone);
  *n_keys = self->order.length;
  *size = self->size;
}

void
memory_listed_free (MemoryListed *listed)
{
  g_free (listed->key);
  g_free (listed);
}

GPtrArray *
memory_table_list (MemoryTable *self, gint64 now)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) memory_listed_free);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  take_out_expired (self, now, gone);
  for (GList *link = self->order.head; link != NULL; link = link->next)
    {
      const Entry *entry = link->data;
      MemoryListed *listed = g_new0 (MemoryListed, 1);

      listed->key = g_strdup (entry->key);
      listed->size = g_bytes_get_size (entry->meta) + g_bytes_get_size (entry->value);
      listed->keep_until = entry->keep_until;
      g_ptr_array_add (all, listed);
    }
  return g_steal_pointer (&all);
}
