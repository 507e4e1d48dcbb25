/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points are 32 bits of MD5 over "host-N" or "host:port-N", four from each digest. MD5 is no secret
 * here and cannot be another: every client of the ring must come to the same points. */
#include "memcache-ketama.h"

#include <stdlib.h>
#include <string.h>

#define POINTS_PER_SERVER 160
#define POINTS_PER_DIGEST 4
/* The port that does not appear in the names of points. */
#define UNNAMED_PORT 11211

typedef struct
{
  guint32 value;
  guint32 index;
} Point;

struct _MemcacheKetama
{
  guint n_points;
  Point points[];
};

static void
digest_text (const char *text, gsize len, guint8 digest[16])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_MD5);
  gsize size = 16;

  g_checksum_update (sum, (const guchar *)text, len);
  g_checksum_get_digest (sum, digest, &size);
}

static guint32
read_word (const guint8 *at)
{
  return (guint32)at[3] << 24 | (guint32)at[2] << 16 | (guint32)at[1] << 8 | at[0];
}

static int
compare_points (const void *a, const void *b)
{
  const Point *one = a, *other = b;

  if (one->value != other->value)
    return one->value < other->value ? -1 : 1;
  return one->index < other->index ? -1 : one->index > other->index;
}

/* The share of a server in libmemcached's arithmetic: in single precision, with 25, 47, 50 …
 * servers it comes to 39 digests in place of 40. Whoever computes better has another ring. */
static guint
count_digests (guint n_servers)
{
  float share = 1.0f / (float)n_servers;
  float points = share * POINTS_PER_SERVER;
  float digests = points / POINTS_PER_DIGEST;

  digests *= (float)n_servers;
  return (guint)((double)digests + 0.0000000001);
}

static void
add_points (MemcacheKetama *self, const MemcacheAddress *address, guint index, guint n_digests)
{
  for (guint i = 0; i < n_digests; i++)
    {
      g_autofree char *name = address->port == UNNAMED_PORT
                                  ? g_strdup_printf ("%s-%u", address->host, i)
                                  : g_strdup_printf ("%s:%u-%u", address->host, address->port, i);
      guint8 digest[16];

      digest_text (name, strlen (name), digest);
      for (guint j = 0; j < POINTS_PER_DIGEST; j++)
        self->points[self->n_points++] = (Point){ read_word (digest + 4 * j), index };
    }
}

MemcacheKetama *
memcache_ketama_new (GPtrArray *addresses)
{
  guint n_digests = count_digests (addresses->len);
  MemcacheKetama *self
      = g_malloc0 (sizeof *self + sizeof (Point) * addresses->len * n_digests * POINTS_PER_DIGEST);

  for (guint i = 0; i < addresses->len; i++)
    add_points (self, addresses->pdata[i], i, n_digests);
  qsort (self->points, self->n_points, sizeof (Point), compare_points);
  return self;
}

void
memcache_ketama_free (MemcacheKetama *self)
{
  g_free (self);
}

guint
memcache_ketama_find (const MemcacheKetama *self, const char *key)
{
  guint low = 0, high = self->n_points;
  guint8 digest[16];
  guint32 value;

  digest_text (key, strlen (key), digest);
  value = read_word (digest);
  /* The first point at or behind the key's; behind the last one comes the first. */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->points[middle].value < value)
        low = middle + 1;
      else
        high = middle;
    }
  return self->points[low < self->n_points ? low : 0].index;
}
