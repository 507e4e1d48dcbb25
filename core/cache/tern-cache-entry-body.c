/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry does with its store: hand out the body, check it, forget it. Each call looks anew
 * at what is there, for it may have been replaced since. */
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "cache/tern-cache-entry-parts.h"
#include "cache/tern-cache-entry-private.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-variants.h"

#define BLOCK (64 * 1024)

/* The record as it is now, and its body. */
static GInputStream *
open_now (TernCacheEntry *self, TernCacheRecord **record, GError **error)
{
  g_auto (TernCacheParts) parts = { NULL };
  g_autoptr (GError) inner = NULL;

  *record = tern_cache_entry_parts_read (self->store, &self->slot, &parts, &inner);
  if (*record)
    return tern_cache_entry_parts_body (self->store, &self->slot, *record, &parts, error);
  if (inner)
    g_propagate_error (error, g_steal_pointer (&inner));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, "%s: %s", self->slot.uri,
                 _ ("the cache does not hold it any more"));
  return NULL;
}

/**
 * tern_cache_entry_open_body:
 * @self: an entry
 * @error: return location for a #GError
 *
 * Opens the body as it is stored: a coding that the response names is not undone. May block, as
 * reading from the stream may. A body that is not what was stored is an error, here or of the
 * stream; a stream never hands out other bytes than those.
 *
 * Returns: (transfer full): the body
 */
GInputStream *
tern_cache_entry_open_body (TernCacheEntry *self, GError **error)
{
  g_autoptr (TernCacheRecord) record = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return open_now (self, &record, error);
}

static gboolean
drain (GInputStream *stream, guint64 *size, GError **error)
{
  g_autofree char *buffer = g_malloc (BLOCK);
  gssize n;

  *size = 0;
  while ((n = g_input_stream_read (stream, buffer, BLOCK, NULL, error)) > 0)
    *size += n;
  return n == 0;
}

/**
 * tern_cache_entry_verify:
 * @self: an entry
 * @error: return location for a #GError
 *
 * Reads all of the entry that is in the store now and checks that it is what was stored. May block.
 *
 * Returns: whether it is; what is wrong is in @error, which begins with the URI
 */
gboolean
tern_cache_entry_verify (TernCacheEntry *self, GError **error)
{
  g_autoptr (TernCacheRecord) record = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) inner = NULL;
  guint64 size;

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), FALSE);

  stream = open_now (self, &record, error);
  if (!stream)
    return FALSE;
  if (!drain (stream, &size, &inner))
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, "%s: %s", self->slot.uri, inner->message);
  else if (size != record->body_length)
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, "%s: %s", self->slot.uri,
                 _ ("its body is not the one that was stored"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
delete_slot (TernCacheEntry *self, const char *slot, GError **error)
{
  g_autofree char *key = tern_cache_slot_key (self->slot.key, slot);
  const TernCacheSlot other = { self->slot.kind, key };

  return tern_cache_entry_parts_delete (self->store, &other, error);
}

/**
 * tern_cache_entry_delete:
 * @self: an entry
 * @error: return location for a #GError
 *
 * Forgets the entry; that it is gone already is no error. The variant that was stored first leads
 * to the others: with it, all variants of its URI and partition go. May block.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_entry_delete (TernCacheEntry *self, GError **error)
{
  g_autoptr (TernCacheRecord) home = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), FALSE);

  if (!self->slot.home)
    home = tern_cache_entry_parts_read (self->store, &self->slot, NULL, NULL);
  /* The home slot first: from then on nothing of it answers, whatever fails below. */
  if (!tern_cache_entry_parts_delete (self->store, &self->slot, error))
    return FALSE;
  for (guint i = 0; home && i < home->siblings->len; i++)
    if (!delete_slot (self, ((TernCacheSibling *)home->siblings->pdata[i])->slot, error))
      return FALSE;
  return TRUE;
}
