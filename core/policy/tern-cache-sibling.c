/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes and copies lines about variants. */
#include "policy/tern-cache-sibling.h"

#include "policy/tern-cache-vary.h"

TernCacheSibling *
tern_cache_sibling_new (char *slot, GPtrArray *vary, char *tag, gint64 stored_at)
{
  TernCacheSibling *sibling = g_new (TernCacheSibling, 1);

  *sibling = (TernCacheSibling){ slot, vary, tag, stored_at };
  return sibling;
}

TernCacheSibling *
tern_cache_sibling_copy (const TernCacheSibling *sibling)
{
  return tern_cache_sibling_new (g_strdup (sibling->slot), tern_cache_vary_copy (sibling->vary),
                                 g_strdup (sibling->tag), sibling->stored_at);
}

void
tern_cache_sibling_free (TernCacheSibling *sibling)
{
  g_free (sibling->slot);
  g_clear_pointer (&sibling->vary, g_ptr_array_unref);
  g_free (sibling->tag);
  g_free (sibling);
}

GPtrArray *
tern_cache_siblings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)tern_cache_sibling_free);
}

GPtrArray *
tern_cache_siblings_none (void)
{
  static gsize none = 0;

  if (g_once_init_enter (&none))
    g_once_init_leave (&none, (gsize)g_ptr_array_new ());
  return g_ptr_array_ref ((GPtrArray *)none);
}
