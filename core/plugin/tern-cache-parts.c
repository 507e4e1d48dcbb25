/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls the entry slots of a store. It knows nothing of HTTP, and believes nothing that a store
 * says about itself: a hit without its parts is an error, not a crash later. */
#include "plugin/tern-cache-parts.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

void
tern_cache_parts_fail (gpointer object, const char *what, const GError *inner, GError **error)
{
  if (inner != NULL && inner->domain == TERN_ERROR)
    g_propagate_error (error, g_error_copy (inner));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, "%s: %s: %s", G_OBJECT_TYPE_NAME (object),
                 what, inner != NULL ? inner->message : _ ("not said why"));
}

gboolean
tern_cache_parts_taken_by (TernCacheStore *store)
{
  const TernCacheStoreInterface *iface = TERN_CACHE_STORE_GET_IFACE (store);

  return iface->open_entry != NULL && iface->create_entry != NULL && iface->set_meta != NULL;
}

void
tern_cache_parts_clear (TernCacheParts *self)
{
  g_clear_pointer (&self->meta, g_bytes_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->stream);
}

gboolean
tern_cache_parts_open (TernCacheParts *self, TernCacheStore *store, const char *key, GError **error)
{
  g_autoptr (GError) inner = NULL;
  gboolean found;

  *self = (TernCacheParts){ NULL };
  found = TERN_CACHE_STORE_GET_IFACE (store)->open_entry (store, key, &self->meta, &self->body,
                                                          &self->stream, &inner);
  if (found && inner == NULL && self->meta != NULL
      && (self->body != NULL) != (self->stream != NULL))
    return TRUE;
  tern_cache_parts_clear (self);
  if (found || inner != NULL)
    tern_cache_parts_fail (store, _ ("reading failed"), inner, error);
  return FALSE;
}

gboolean
tern_cache_parts_set_meta (TernCacheStore *store,
                           const char *key,
                           GBytes *before,
                           GBytes *meta,
                           gint64 keep_until,
                           GError **error)
{
  g_autoptr (GError) inner = NULL;

  if (TERN_CACHE_STORE_GET_IFACE (store)->set_meta (store, key, before, meta, keep_until, &inner)
      && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (store, _ ("writing failed"), inner, error);
  return FALSE;
}

TernCacheWriter *
tern_cache_parts_create (TernCacheStore *store, const char *key, GBytes *meta, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (TernCacheWriter) writer
      = TERN_CACHE_STORE_GET_IFACE (store)->create_entry (store, key, meta, &inner);

  if (writer != NULL && inner == NULL)
    return g_steal_pointer (&writer);
  tern_cache_parts_fail (store, _ ("writing failed"), inner, error);
  return NULL;
}

gboolean
tern_cache_parts_write (TernCacheWriter *writer, const void *data, gsize len, GError **error)
{
  const TernCacheWriterInterface *iface = TERN_CACHE_WRITER_GET_IFACE (writer);
  g_autoptr (GError) inner = NULL;

  if (iface->write != NULL && iface->write (writer, data, len, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (writer, _ ("writing failed"), inner, error);
  return FALSE;
}

gssize
tern_cache_parts_read (
    TernCacheWriter *writer, guint64 offset, void *buffer, gsize len, GError **error)
{
  const TernCacheWriterInterface *iface = TERN_CACHE_WRITER_GET_IFACE (writer);
  g_autoptr (GError) inner = NULL;
  gssize n = -1;

  if (iface->read != NULL)
    n = iface->read (writer, offset, buffer, len, &inner);
  if (n >= 0 && inner == NULL && (gsize)n <= len)
    return n;
  tern_cache_parts_fail (writer, _ ("reading failed"), inner, error);
  return -1;
}

gboolean
tern_cache_parts_commit (TernCacheWriter *writer, GBytes *meta, gint64 keep_until, GError **error)
{
  const TernCacheWriterInterface *iface = TERN_CACHE_WRITER_GET_IFACE (writer);
  g_autoptr (GError) inner = NULL;

  if (iface->commit != NULL && iface->commit (writer, meta, keep_until, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (writer, _ ("writing failed"), inner, error);
  return FALSE;
}
