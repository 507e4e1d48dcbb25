/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of the upload workload as a GInputStream; see bench-source.h for what it must never
 * cost. */
#include "bench-source.h"

#include "pattern.h"

#include <string.h>

#define BENCH_TYPE_SOURCE (bench_source_get_type ())
G_DECLARE_FINAL_TYPE (BenchSource, bench_source, BENCH, SOURCE, GInputStream)

struct _BenchSource
{
  GInputStream parent_instance;

  guint64 offset;
  guint64 size;
};

G_DEFINE_FINAL_TYPE (BenchSource, bench_source, G_TYPE_INPUT_STREAM)

static gssize
bench_source_read (GInputStream *stream,
                   void *buffer,
                   gsize count,
                   GCancellable *cancellable G_GNUC_UNUSED,
                   GError **error G_GNUC_UNUSED)
{
  BenchSource *self = BENCH_SOURCE (stream);
  gsize tile = self->offset % PATTERN_TILE;

  count = MIN (count, sizeof pattern_tiles - tile);
  count = MIN (count, self->size - self->offset);
  memcpy (buffer, pattern_tiles + tile, count);
  self->offset += count;

  return (gssize)count;
}

static void
bench_source_class_init (BenchSourceClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = bench_source_read;
}

static void
bench_source_init (BenchSource *self G_GNUC_UNUSED)
{
}

GInputStream *
bench_source_new (guint64 size)
{
  BenchSource *self = g_object_new (BENCH_TYPE_SOURCE, NULL);

  self->size = size;

  return G_INPUT_STREAM (self);
}
