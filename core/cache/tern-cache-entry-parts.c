/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One slot of a store, as an entry or as two plain values. A body is never handed out beside the
 * record of another one. */
#include "cache/tern-cache-entry-parts.h"

#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "policy/tern-cache-variants.h"

static gboolean
damaged (const TernCacheSlot *slot, const char *what, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, "%s: %s", slot->uri, what);
  return FALSE;
}

/* FALSE without an error: nothing is there. */
static gboolean
open_slot (TernCacheStore *store, const TernCacheSlot *slot, TernCacheParts *parts, GError **error)
{
  g_autofree char *key = NULL;

  *parts = (TernCacheParts){ NULL };
  if (slot->kind == TERN_CACHE_SLOT_ENTRY)
    return tern_cache_parts_taken_by (store)
           && tern_cache_parts_open (parts, store, slot->key, error);
  key = tern_cache_meta_key (slot->key, NULL);
  parts->meta = tern_cache_store_get (store, key, error);
  return parts->meta != NULL;
}

TernCacheRecord *
tern_cache_entry_parts_read (TernCacheStore *store,
                             const TernCacheSlot *slot,
                             TernCacheParts *parts,
                             GError **error)
{
  g_auto (TernCacheParts) own = { NULL };
  g_autoptr (TernCacheRecord) record = NULL;
  g_autoptr (GError) inner = NULL;

  if (!parts)
    parts = &own;
  if (!open_slot (store, slot, parts, error))
    return NULL;
  record = tern_cache_record_parse (parts->meta, &inner);
  if (!record)
    {
      damaged (slot, inner->message, error);
      return NULL;
    }
  if (g_strcmp0 (record->uri, slot->uri) != 0
      || g_strcmp0 (record->partition, slot->partition) != 0)
    {
      damaged (slot, _ ("what the cache holds there is of another URI"), error);
      return NULL;
    }
  return g_steal_pointer (&record);
}

static GInputStream *
open_value (TernCacheStore *store,
            const TernCacheSlot *slot,
            const TernCacheRecord *record,
            GError **error)
{
  g_autofree char *key = tern_cache_body_key (slot->key, NULL);
  g_autoptr (GError) inner = NULL;
  g_autoptr (GBytes) body = tern_cache_store_get (store, key, &inner);
  gsize size = 0;
  const void *data = body ? g_bytes_get_data (body, &size) : NULL;

  if (inner)
    g_propagate_error (error, g_steal_pointer (&inner));
  else if (!body)
    damaged (slot, _ ("its body is gone"), error);
  else if (size != record->body_length
           || tern_cache_checksum (0, data, size) != record->body_checksum)
    damaged (slot, _ ("its body is not the one that was stored"), error);
  else
    return g_memory_input_stream_new_from_bytes (body);
  return NULL;
}

GInputStream *
tern_cache_entry_parts_body (TernCacheStore *store,
                             const TernCacheSlot *slot,
                             const TernCacheRecord *record,
                             const TernCacheParts *parts,
                             GError **error)
{
  if (slot->kind != TERN_CACHE_SLOT_ENTRY)
    return open_value (store, slot, record, error);
  if (parts->stream)
    return g_object_ref (parts->stream);
  if (g_bytes_get_size (parts->body) == record->body_length)
    return g_memory_input_stream_new_from_bytes (parts->body);
  damaged (slot, _ ("its body is not the one that was stored"), error);
  return NULL;
}

gboolean
tern_cache_entry_parts_delete (TernCacheStore *store, const TernCacheSlot *slot, GError **error)
{
  g_autofree char *meta = NULL, *body = NULL;

  if (slot->kind == TERN_CACHE_SLOT_ENTRY)
    return tern_cache_store_delete (store, slot->key, error);
  meta = tern_cache_meta_key (slot->key, NULL);
  body = tern_cache_body_key (slot->key, NULL);
  /* The small one first: a body that is left over is found by nobody. */
  return tern_cache_store_delete (store, meta, error)
         && tern_cache_store_delete (store, body, error);
}
