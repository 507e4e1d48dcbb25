/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds and places variants. It must never lead one person to what was stored for another: secrets
 * are in the digests of slots only as digests themselves. */
#include "policy/tern-cache-variants.h"

#include <string.h>

#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

char *
tern_cache_slot_key (const char *key, const char *slot)
{
  /* No URI without fragment and no escaped partition holds a "#". */
  return slot ? g_strconcat (key, "#", slot, NULL) : g_strdup (key);
}

static char *
part_key (const char *key, const char *slot, const char *part)
{
  g_autofree char *whole = tern_cache_slot_key (key, slot);

  return g_strconcat (whole, part, NULL);
}

char *
tern_cache_meta_key (const char *key, const char *slot)
{
  return part_key (key, slot, "#meta");
}

char *
tern_cache_body_key (const char *key, const char *slot)
{
  return part_key (key, slot, "#body");
}

/* The same for the same wishes, whatever else is stored. */
static char *
slot_of (const GPtrArray *vary)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < vary->len; i++)
    {
      const TernCacheVary *field = vary->pdata[i];

      /* Neither names nor values hold a NUL, so nothing can be shifted from one to the other. */
      g_checksum_update (sum, (const guchar *)field->name, strlen (field->name) + 1);
      g_checksum_update (sum, (const guchar *)(field->value ? "+" : "-"), 1);
      if (field->value)
        g_checksum_update (sum, (const guchar *)field->value, strlen (field->value) + 1);
    }
  return g_strndup (g_checksum_get_string (sum), 32);
}

static gboolean
fits (const TernCacheSibling *sibling, const TernCacheRequest *request)
{
  return tern_cache_vary_matches (sibling->vary, request->headers, request->salt);
}

const TernCacheSibling *
tern_cache_find_sibling (const TernCacheRecord *home, const TernCacheRequest *request)
{
  const TernCacheSibling *found = NULL;

  for (guint i = 0; i < home->siblings->len; i++)
    {
      const TernCacheSibling *sibling = home->siblings->pdata[i];

      if ((!found || sibling->stored_at > found->stored_at) && fits (sibling, request))
        found = sibling;
    }
  return found;
}

const TernCacheSibling *
tern_cache_find_tagged_sibling (const TernCacheRecord *home,
                                const TernCacheRequest *request,
                                const TernHeaders *response_headers)
{
  const TernCacheSibling *found = NULL;
  TernCacheTag named, own;

  if (!tern_cache_tag_of (&named, response_headers))
    return NULL;
  for (guint i = 0; i < home->siblings->len; i++)
    {
      const TernCacheSibling *sibling = home->siblings->pdata[i];

      if (sibling->tag && tern_cache_tag_read (&own, sibling->tag, strlen (sibling->tag))
          && tern_cache_tag_equal (&own, &named)
          && tern_cache_vary_compare (sibling->vary, request->headers, request->salt)
                 != TERN_VARY_FOREIGN
          && (!found || sibling->stored_at > found->stored_at))
        found = sibling;
    }
  return found;
}

/* The line about @fresh in that slot. Of a part it has no tag: by that others would be told that it
 * is what they asked for. */
static TernCacheSibling *
describe (const char *slot, const TernCacheRecord *fresh)
{
  TernCacheTag tag;
  char *text = !fresh->partial && tern_cache_record_tag (fresh, &tag)
                   ? tern_cache_tag_text (&tag)
                   : NULL;

  return tern_cache_sibling_new (g_strdup (slot), tern_cache_vary_copy (fresh->vary), text,
                                 fresh->response_time);
}

/* Lines of one slot, and of what the new response takes the place of, do not stay beside it; one
 * that was chosen by nothing takes the place of all. */
static void
keep_siblings (TernCachePlace *place,
               const TernCacheRecord *home,
               const TernCacheRequest *request,
               const TernCacheRecord *fresh,
               GStrvBuilder *dropped)
{
  for (guint i = 0; i < home->siblings->len; i++)
    {
      const TernCacheSibling *sibling = home->siblings->pdata[i];

      if (g_strcmp0 (sibling->slot, place->slot) == 0)
        continue;
      if (fresh->vary->len == 0 || fits (sibling, request))
        g_strv_builder_add (dropped, sibling->slot);
      else
        g_ptr_array_add (place->siblings, tern_cache_sibling_copy (sibling));
    }
}

static void
make_room (GPtrArray *siblings, GStrvBuilder *dropped)
{
  while (siblings->len >= TERN_CACHE_MAX_SIBLINGS)
    {
      guint oldest = 0;

      for (guint i = 1; i < siblings->len; i++)
        if (((TernCacheSibling *)siblings->pdata[i])->stored_at
            < ((TernCacheSibling *)siblings->pdata[oldest])->stored_at)
          oldest = i;
      g_strv_builder_add (dropped, ((TernCacheSibling *)siblings->pdata[oldest])->slot);
      g_ptr_array_remove_index (siblings, oldest);
    }
}

void
tern_cache_place (TernCachePlace *place,
                  const TernCacheRecord *home,
                  const TernCacheRequest *request,
                  const TernCacheRecord *fresh)
{
  g_autoptr (GStrvBuilder) dropped = g_strv_builder_new ();

  *place = (TernCachePlace){ .siblings = tern_cache_siblings_new () };
  if (home && tern_cache_record_is_for (home, request))
    {
      /* What was stored for such a request is out of date from now on, even if it is a variant by
       * other fields than the new one is. */
      if (fresh->vary->len > 0
          && !tern_cache_vary_matches (home->vary, request->headers, request->salt))
        place->slot = slot_of (fresh->vary);
      keep_siblings (place, home, request, fresh, dropped);
      if (place->slot)
        {
          make_room (place->siblings, dropped);
          g_ptr_array_add (place->siblings, describe (place->slot, fresh));
        }
    }
  place->dropped = g_strv_builder_end (dropped);
}

void
tern_cache_place_clear (TernCachePlace *place)
{
  g_clear_pointer (&place->slot, g_free);
  g_clear_pointer (&place->siblings, g_ptr_array_unref);
  g_clear_pointer (&place->dropped, g_strfreev);
}
