/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes entries. It must never make one findable before it is whole: the body comes first, then
 * its record, then the line in the home slot that leads to it. */
#include "engine/tern-cache-draft.h"

#include "base/tern-log.h"
#include "engine/tern-cache-stamps.h"
#include "engine/tern-store-call.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-variants.h"

struct _TernCacheDraft
{
  char *key;
  guint stamp; /* of the key, when the request was sent */
  char *slot; /* NULL: the home slot */
  TernCacheRecord *record;
  GBytes *home; /* the record of the home slot with the line about this one; NULL: it is this one */
  GBytes *home_before; /* the same as it lies there now */
  gint64 home_until;
  char **dropped;
};

static void
swap_siblings (TernCacheRecord *record, GPtrArray **siblings)
{
  GPtrArray *before = record->siblings;

  record->siblings = *siblings;
  *siblings = before;
}

/* The home slot is needed as long as anything that its lines lead to; 0 is for good. */
static gint64
keep_home_until (const TernCacheRecord *home, const TernCacheRecord *record)
{
  const gint64 own = tern_cache_keep_until (home);
  const gint64 other = tern_cache_keep_until (record);

  return own == 0 || other == 0 ? 0 : MAX (own, other);
}

TernCacheDraft *
tern_cache_draft_new (const char *key,
                      guint stamp,
                      const TernCacheRequest *request,
                      const TernCacheFound *found,
                      TernCacheRecord *record)
{
  TernCacheDraft *self = g_new0 (TernCacheDraft, 1);
  const TernCacheRecord *home = found->home;
  g_auto (TernCachePlace) place = { 0 };

  tern_cache_place (&place, home, request, record);
  self->key = g_strdup (key);
  self->stamp = stamp;
  self->record = record;
  if (place.slot)
    {
      /* The record of the home slot is ours to read only: another one has its fields for a moment.
       */
      TernCacheRecord with_line = *home;

      swap_siblings (&with_line, &place.siblings);
      self->home = tern_cache_record_serialize (&with_line);
      self->home_before = g_bytes_ref (found->home_parts.meta);
      swap_siblings (&with_line, &place.siblings);
      self->home_until = keep_home_until (home, record);
      g_ptr_array_unref (record->siblings); /* perhaps of the one that it was made of, too */
      record->siblings = tern_cache_siblings_new ();
    }
  else
    swap_siblings (record, &place.siblings);
  self->slot = g_steal_pointer (&place.slot);
  self->dropped = g_steal_pointer (&place.dropped);
  return self;
}

void
tern_cache_draft_free (TernCacheDraft *self)
{
  tern_cache_record_free (self->record);
  g_clear_pointer (&self->home, g_bytes_unref);
  g_clear_pointer (&self->home_before, g_bytes_unref);
  g_strfreev (self->dropped);
  g_free (self->slot);
  g_free (self->key);
  g_free (self);
}

/* The line that leads to the entry, and the entries to which none leads any more. Another writer
 * may have changed the home slot meanwhile: then the line is lost, which is a miss later. */
static void
settle (const TernCacheDraft *self, TernCacheStore *store)
{
  if (self->home)
    tern_store_call_later (&(TernStoreCall){ .kind = TERN_STORE_AMEND,
                                             .key = tern_cache_slot_key (self->key, NULL),
                                             .meta = g_bytes_ref (self->home),
                                             .before = g_bytes_ref (self->home_before),
                                             .keep_until = self->home_until },
                           store);
  for (guint i = 0; self->dropped[i]; i++)
    tern_store_remove_later (store, tern_cache_slot_key (self->key, self->dropped[i]));
}

void
tern_cache_draft_store (TernCacheDraft *self, TernCacheStore *store, GBytes *body)
{
  TernCacheRecord *record = self->record;
  gsize size = 0;
  const void *data = g_bytes_get_data (body, &size);

  if (!tern_cache_record_fits (record, size))
    return; /* a part that is not the one it says it is */
  if (tern_cache_stamp_of (self->key) != self->stamp)
    return; /* out of date before it was there */
  record->body_length = size;
  if (!tern_cache_parts_taken_by (store)) /* else the store looks by itself */
    record->body_checksum = tern_cache_checksum (0, data, size);
  tern_store_call_later (&(TernStoreCall){ .kind = TERN_STORE_PUT,
                                           .key = tern_cache_slot_key (self->key, self->slot),
                                           .value = g_bytes_ref (body),
                                           .meta = tern_cache_record_serialize (record),
                                           .keep_until = tern_cache_keep_until (record) },
                         store);
  settle (self, store);
}

TernCacheWriter *
tern_cache_draft_begin (TernCacheDraft *self, TernCacheStore *store)
{
  g_autofree char *key = tern_cache_slot_key (self->key, self->slot);
  g_autoptr (GBytes) meta = tern_cache_record_serialize (self->record);
  g_autoptr (GError) error = NULL;
  TernCacheWriter *writer = tern_cache_parts_create (store, key, meta, &error);

  if (!writer)
    tern_log (TERN_LOG_CACHE, "store: %s", error->message);
  return writer;
}

gboolean
tern_cache_draft_commit (TernCacheDraft *self,
                         TernCacheStore *store,
                         TernCacheWriter *writer,
                         guint64 length)
{
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cache_record_fits (self->record, length))
    return FALSE;
  self->record->body_length = length;
  meta = tern_cache_record_serialize (self->record);
  if (tern_cache_parts_commit (writer, meta, tern_cache_keep_until (self->record), &error))
    {
      settle (self, store);
      return TRUE;
    }
  tern_log (TERN_LOG_CACHE, "store: %s", error->message);
  return FALSE;
}

/* A line that leads to nothing does no harm. */
void
tern_cache_draft_remove (const TernCacheDraft *self, TernCacheStore *store)
{
  tern_store_remove_later (store, tern_cache_slot_key (self->key, self->slot));
}
