/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes keys apart. A store may hold keys of anybody: what does not read as one of ours is none,
 * and what is handed out is UTF-8, for languages that insist on it. */
#include "cache/tern-cache-slot.h"

#include <string.h>

/* TRUE where @key ended with it, which is then cut off. */
static gboolean
cut_end (char *key, const char *end)
{
  if (!g_str_has_suffix (key, end))
    return FALSE;
  key[strlen (key) - strlen (end)] = '\0';
  return TRUE;
}

static TernCacheSlotKind
cut_kind (char *key)
{
  if (cut_end (key, "#meta"))
    return TERN_CACHE_SLOT_META;
  return cut_end (key, "#body") ? TERN_CACHE_SLOT_BODY : TERN_CACHE_SLOT_ENTRY;
}

void
tern_cache_slot_read (TernCacheSlot *self, const char *key)
{
  const char *mark, *blank;

  *self = (TernCacheSlot){ TERN_CACHE_SLOT_NONE };
  if ((!g_str_has_prefix (key, "http://") && !g_str_has_prefix (key, "https://"))
      || !g_utf8_validate (key, -1, NULL))
    return;
  self->key = g_strdup (key);
  self->kind = cut_kind (self->key);
  /* No URI in a key holds a "#" or a blank, and no escaped partition does. */
  mark = strchr (self->key, '#');
  blank = strchr (self->key, ' ');
  if (mark)
    {
      self->slot = mark + 1;
      self->home = g_strndup (self->key, mark - self->key);
    }
  self->uri = g_strndup (self->key, strcspn (self->key, " #"));
  if (blank && (!mark || blank < mark))
    self->partition
        = g_uri_unescape_segment (blank + 1, mark ? mark : blank + strlen (blank), NULL);
  if (self->partition && !g_utf8_validate (self->partition, -1, NULL))
    {
      tern_cache_slot_clear (self);
      *self = (TernCacheSlot){ TERN_CACHE_SLOT_NONE };
    }
}

void
tern_cache_slot_clear (TernCacheSlot *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->partition, g_free);
  g_clear_pointer (&self->home, g_free);
}

gboolean
tern_cache_slot_is_of (const char *key, const char *uri)
{
  const gsize len = strlen (uri);

  return strncmp (key, uri, len) == 0 && (key[len] == '\0' || key[len] == '#' || key[len] == ' ');
}
