/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernCacheEntry: the object, and how it is read. It is a picture of the moment in which it was
 * made; it must never keep a store from changing. */
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "cache/tern-cache-entry-parts.h"
#include "cache/tern-cache-entry-private.h"
#include "policy/tern-cache-sibling.h"

/**
 * TernCacheEntry:
 *
 * A response that a cache store holds, as it was when it was looked at: what of it is told does not
 * change, but for its age. What is asked of the store again ([method@CacheEntry.open_body],
 * [method@CacheEntry.verify], [method@CacheEntry.delete]) is about what is there then.
 *
 * An entry that cannot be read has an error ([method@CacheEntry.get_error]) and, beside that,
 * what its key says: the URI and the partition.
 *
 * Entries may be used from every thread from which their store may be.
 */
enum
{
  PROP_URI = 1,
  PROP_PARTITION,
  PROP_STATUS,
  PROP_SIZE,
  PROP_STORED_AT,
  PROP_LIFETIME,
  PROP_ORPHANED,
  PROP_ERROR,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (TernCacheEntry, tern_cache_entry, G_TYPE_OBJECT)

static void
tern_cache_entry_finalize (GObject *object)
{
  TernCacheEntry *self = TERN_CACHE_ENTRY (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->record, tern_cache_record_free);
  g_clear_error (&self->error);
  tern_cache_slot_clear (&self->slot);
  G_OBJECT_CLASS (tern_cache_entry_parent_class)->finalize (object);
}

static void
tern_cache_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernCacheEntry *self = TERN_CACHE_ENTRY (object);

  switch (id)
    {
    case PROP_URI:
      g_value_set_string (value, self->slot.uri);
      break;
    case PROP_PARTITION:
      g_value_set_string (value, self->slot.partition);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, tern_cache_entry_get_status (self));
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, tern_cache_entry_get_size (self));
      break;
    case PROP_STORED_AT:
      g_value_set_int64 (value, tern_cache_entry_get_stored_at (self));
      break;
    case PROP_LIFETIME:
      g_value_set_int64 (value, tern_cache_entry_get_lifetime (self));
      break;
    case PROP_ORPHANED:
      g_value_set_boolean (value, self->orphaned);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_cache_entry_class_init (TernCacheEntryClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamSpec *props[N_PROPS] = { NULL };

  object_class->finalize = tern_cache_entry_finalize;
  object_class->get_property = tern_cache_entry_get_property;

  /**
   * TernCacheEntry:uri:
   *
   * What the response is of, without user name, password and fragment.
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);
  /**
   * TernCacheEntry:partition:
   *
   * The partition of the requests that it answers; %NULL for those without one.
   */
  props[PROP_PARTITION] = g_param_spec_string ("partition", NULL, NULL, NULL, flags);
  /**
   * TernCacheEntry:status:
   *
   * The status of the response; 0 where it cannot be read.
   */
  props[PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * TernCacheEntry:size:
   *
   * How many bytes of the body are stored.
   */
  props[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TernCacheEntry:stored-at:
   *
   * When the response came, or was last found to be valid, in Unix seconds.
   */
  props[PROP_STORED_AT]
      = g_param_spec_int64 ("stored-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  /**
   * TernCacheEntry:lifetime:
   *
   * How old, in seconds, it may become before the origin is asked about it.
   */
  props[PROP_LIFETIME] = g_param_spec_int64 ("lifetime", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * TernCacheEntry:orphaned:
   *
   * Whether no request finds it any more.
   */
  props[PROP_ORPHANED] = g_param_spec_boolean ("orphaned", NULL, NULL, FALSE, flags);
  /**
   * TernCacheEntry:error:
   *
   * Why it cannot be read; %NULL where it can.
   */
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tern_cache_entry_init (TernCacheEntry *self)
{
}

/* A variant that its home slot has no line about is never found (policy/tern-cache-variants.h). */
static gboolean
is_orphan (TernCacheEntry *self)
{
  TernCacheSlot home = { self->slot.kind, self->slot.home, self->slot.uri, self->slot.partition };
  g_autoptr (TernCacheRecord) record = NULL;

  if (!self->slot.home)
    return FALSE;
  record = tern_cache_entry_parts_read (self->store, &home, NULL, NULL);
  for (guint i = 0; record && i < record->siblings->len; i++)
    {
      const TernCacheSibling *sibling = record->siblings->pdata[i];

      if (g_str_equal (sibling->slot, self->slot.slot))
        return FALSE;
    }
  return TRUE;
}

/* The server's words, which may be of any encoding; nothing but people reads them. */
static void
make_reason_text (TernCacheRecord *record)
{
  g_autofree char *text = g_utf8_make_valid (record->reason, -1);

  tern_cache_record_set_reason (record, text);
}

static TernCacheEntry *
read_slot (TernCacheStore *store, const char *key)
{
  g_autoptr (TernCacheEntry) self = g_object_new (TERN_TYPE_CACHE_ENTRY, NULL);

  self->store = g_object_ref (store);
  tern_cache_slot_read (&self->slot, key);
  if (self->slot.kind == TERN_CACHE_SLOT_NONE || self->slot.kind == TERN_CACHE_SLOT_BODY)
    return NULL;
  self->record = tern_cache_entry_parts_read (store, &self->slot, NULL, &self->error);
  if (self->record)
    make_reason_text (self->record);
  self->orphaned = self->record && is_orphan (self);
  return g_steal_pointer (&self);
}

TernCacheEntry *
tern_cache_entry_read (TernCacheStore *store, const char *key)
{
  g_autoptr (TernCacheEntry) self = read_slot (store, key);

  return self && (self->record || self->error) ? g_steal_pointer (&self) : NULL;
}

TernCacheEntry *
tern_cache_entry_read_anyhow (TernCacheStore *store, const char *key)
{
  TernCacheEntry *self = read_slot (store, key);

  if (self && !self->record && !self->error)
    self->error = g_error_new (TERN_ERROR, TERN_ERROR_CACHE, "%s: %s", self->slot.uri,
                               _ ("the cache does not hold it any more"));
  return self;
}
