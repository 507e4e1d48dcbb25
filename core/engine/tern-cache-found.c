/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds what was looked up. It must never hold the record of another URI: keys may collide, and a
 * store may err. */
#include "engine/tern-cache-found.h"

#include "base/tern-log.h"
#include "policy/tern-cache-variants.h"
#include "policy/tern-cache-vary.h"

static void
forget_sibling (TernCacheFound *self)
{
  g_clear_pointer (&self->sibling, tern_cache_record_free);
  tern_cache_parts_clear (&self->sibling_parts);
  g_clear_pointer (&self->slot, g_free);
}

void
tern_cache_found_clear (TernCacheFound *self)
{
  g_clear_pointer (&self->home, tern_cache_record_free);
  tern_cache_parts_clear (&self->home_parts);
  forget_sibling (self);
}

gsize
tern_cache_found_list (const TernCacheFound *self,
                       const TernCacheRecord *records[TERN_CACHE_FOUND_MAX])
{
  gsize n = 0;

  if (self->home)
    records[n++] = self->home;
  if (self->sibling)
    records[n++] = self->sibling;
  return n;
}

static TernCacheRecord *
read_record (const TernCacheRequest *request, GBytes *value)
{
  g_autoptr (GError) error = NULL;
  TernCacheRecord *record;

  if (!value)
    return NULL;
  record = tern_cache_record_parse (value, &error);
  if (!record)
    tern_log (TERN_LOG_CACHE, "%s: %s", request->uri->target, error->message);
  else if (!tern_cache_record_is_for (record, request))
    g_clear_pointer (&record, tern_cache_record_free);
  return record;
}

/* A PUT asks for what a GET has stored. */
static TernCacheRequest
as_get (const TernCacheRequest *request)
{
  TernCacheRequest get = *request;

  get.method = "GET";
  return get;
}

static void
take_parts (TernCacheParts *parts, TernCacheParts *from)
{
  *parts = *from;
  *from = (TernCacheParts){ NULL };
}

void
tern_cache_found_take_home (TernCacheFound *self,
                            const TernCacheRequest *request,
                            TernCacheParts *parts)
{
  const TernCacheRequest get = as_get (request);

  tern_cache_found_clear (self);
  self->home = read_record (&get, parts->meta);
  if (self->home)
    take_parts (&self->home_parts, parts);
}

void
tern_cache_found_take_sibling (TernCacheFound *self,
                               const TernCacheRequest *request,
                               TernCacheParts *parts)
{
  const TernCacheRequest get = as_get (request);

  g_clear_pointer (&self->sibling, tern_cache_record_free);
  tern_cache_parts_clear (&self->sibling_parts);
  self->sibling = read_record (&get, parts->meta);
  if (self->sibling)
    take_parts (&self->sibling_parts, parts);
  else
    forget_sibling (self);
}

static const char *
seek (TernCacheFound *self, const TernCacheSibling *sibling)
{
  char *slot = sibling ? g_strdup (sibling->slot) : NULL;

  forget_sibling (self);
  self->slot = slot;
  return slot;
}

const char *
tern_cache_found_seek (TernCacheFound *self, const TernCacheRequest *request)
{
  if (!self->home || tern_cache_vary_matches (self->home->vary, request->headers, request->salt))
    return NULL;
  return seek (self, tern_cache_find_sibling (self->home, request));
}

const char *
tern_cache_found_seek_tagged (TernCacheFound *self,
                              const TernCacheRequest *request,
                              const TernHeaders *response_headers)
{
  return self->home
             ? seek (self, tern_cache_find_tagged_sibling (self->home, request, response_headers))
             : NULL;
}

const char *
tern_cache_found_seek_newest (TernCacheFound *self, const TernCacheRequest *request)
{
  const TernCacheSibling *newest = NULL;

  for (guint i = 0; self->home && i < self->home->siblings->len; i++)
    {
      const TernCacheSibling *sibling = self->home->siblings->pdata[i];

      if (sibling->stored_at > (newest ? newest->stored_at : self->home->response_time)
          && tern_cache_vary_compare (sibling->vary, request->headers, request->salt)
                 != TERN_VARY_FOREIGN)
        newest = sibling;
    }
  return seek (self, newest);
}

const char *
tern_cache_found_slot (const TernCacheFound *self, const TernCacheRecord *record)
{
  return record && record == self->sibling ? self->slot : NULL;
}

TernCacheParts *
tern_cache_found_parts (TernCacheFound *self, const TernCacheRecord *record)
{
  return record && record == self->sibling ? &self->sibling_parts : &self->home_parts;
}

gboolean
tern_cache_found_take_body (TernCacheFound *self,
                            const TernCacheRecord *record,
                            TernCacheParts *parts)
{
  TernCacheParts *own = tern_cache_found_parts (self, record);
  gsize size = 0;
  const void *data;

  if (own->stream)
    return TRUE;
  if (own->body) /* the store has looked whether it is what was written */
    return g_bytes_get_size (own->body) == record->body_length;
  if (!parts || !parts->body)
    return FALSE;
  data = g_bytes_get_data (parts->body, &size);
  if (size != record->body_length
      || tern_cache_checksum (0, data, size) != record->body_checksum)
    return FALSE;
  own->body = g_steal_pointer (&parts->body);
  return TRUE;
}

void
tern_cache_found_drop (TernCacheFound *self, const TernCacheRecord *record)
{
  if (record && record == self->sibling)
    forget_sibling (self);
  else
    {
      g_clear_pointer (&self->home, tern_cache_record_free);
      tern_cache_parts_clear (&self->home_parts);
    }
}
