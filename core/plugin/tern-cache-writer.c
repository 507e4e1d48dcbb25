/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of what writes an entry; how the core calls one is tern-cache-parts.c. */
#include <tern/plugin/tern-cache-writer.h>

/**
 * TernCacheWriter:
 *
 * An entry of a cache store while it is written. Stores that take bodies of any size make one; a
 * program has no need to call it.
 */
G_DEFINE_INTERFACE (TernCacheWriter, tern_cache_writer, G_TYPE_OBJECT)

/**
 * TernCacheWriterInterface::write:
 * @self: a writer
 * @data: (array length=len): what to add to the body
 * @len: how many bytes
 * @error: return location for a #GError
 *
 * Returns: whether it was written
 */

/**
 * TernCacheWriterInterface::read:
 * @self: a writer
 * @offset: where to begin in the body
 * @buffer: (array length=len) (out caller-allocates): where to put what was written
 * @len: how many bytes at most
 * @error: return location for a #GError
 *
 * Returns: how many bytes were read, 0 at the end of what was written, -1 on error
 */

static void
tern_cache_writer_default_init (TernCacheWriterInterface *iface)
{
}
