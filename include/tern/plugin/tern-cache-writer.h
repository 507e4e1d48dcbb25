/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of a cache store while it is written. */
#pragma once

#include <gio/gio.h>
#include <tern/tern-types.h>
#include <tern/tern-version.h>

G_BEGIN_DECLS

#define TERN_TYPE_CACHE_WRITER (tern_cache_writer_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TernCacheWriter, tern_cache_writer, TERN, CACHE_WRITER, GObject)

/**
 * TernCacheWriterInterface:
 * @g_iface: the parent
 * @write: adds to the body
 * @read: reads what was written before, from @offset on; how many bytes, 0 at the end of what was
 *   written, -1 on error. May be called while another thread writes, and after a write has failed
 * @commit: makes the entry seen, in place of what was there; @meta takes the place of the one that
 *   was handed in when the entry was begun. Called once; nothing but @read follows
 * @abort: forgets the entry. A writer that is dropped without @commit forgets it, too
 *
 * Calls of @write, @commit and @abort come one after the other, though not from one thread.
 */
struct _TernCacheWriterInterface
{
  GTypeInterface g_iface;

  gboolean (*write) (TernCacheWriter *self, const guint8 *data, gsize len, GError **error);
  gssize (*read) (TernCacheWriter *self, guint64 offset, guint8 *buffer, gsize len, GError **error);
  gboolean (*commit) (TernCacheWriter *self, GBytes *meta, gint64 keep_until, GError **error);
  void (*abort) (TernCacheWriter *self);
};

G_END_DECLS
