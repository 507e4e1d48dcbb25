/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes salts and remembers them with their stores. It must never change one that is in use: what
 * was stored with it would be nobody's. Two processes that make one at the same time for an empty
 * store miss each other's entries until the slower one starts again, which does no harm. */
#include "engine/tern-cache-salt.h"

#include <string.h>
#include <sys/random.h>

#define SIZE 16
#define LEN (2 * SIZE)

/* Not by G_DEFINE_QUARK, whose variable two threads may write at once. */
static GQuark
salt_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark, g_quark_from_static_string ("tern-cache-salt"));
  return (GQuark)quark;
}

char *
tern_cache_salt_key (void)
{
  return g_strdup ("tern:salt"); /* no entry's key: those begin with http */
}

const char *
tern_cache_salt_get (TernCacheStore *store)
{
  return g_object_get_qdata (G_OBJECT (store), salt_quark ());
}

gboolean
tern_cache_salt_take (TernCacheStore *store, GBytes *value)
{
  gsize size = 0;
  const char *data = value ? g_bytes_get_data (value, &size) : NULL;
  char *text;

  if (size != LEN)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isxdigit (data[i]))
      return FALSE;
  text = g_strndup (data, size);
  /* Set once: whoever has read it goes on reading it. */
  if (!g_object_replace_qdata (G_OBJECT (store), salt_quark (), NULL, text, g_free, NULL))
    g_free (text);
  return TRUE;
}

GBytes *
tern_cache_salt_make (void)
{
  guint8 random[SIZE];
  char text[LEN + 1];

  if (getrandom (random, sizeof random, 0) != sizeof random)
    return NULL;
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf (text + 2 * i, 3, "%02x", random[i]);
  return g_bytes_new (text, LEN);
}
