/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes apart what belongs to a connection and what to a response. It must never let a field of
 * one hop into the store, where it would be served as if it were true of another connection. */
#include "policy/tern-cache-fields.h"

#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"

static const char *const hop_by_hop[] = {
  "Connection",          "Keep-Alive",          "Proxy-Authenticate", "Proxy-Authentication-Info",
  "Proxy-Authorization", "Proxy-Connection",    "TE",                 "Trailer",
  "Trailers",            "Transfer-Encoding",   "Upgrade",
};

static gboolean
is_hop_by_hop (const char *name, gsize len)
{
  /* Most names begin with another letter than all of them. */
  switch (name[0] | 0x20)
    {
    case 'c':
    case 'k':
    case 'p':
    case 't':
    case 'u':
      break;
    default:
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (hop_by_hop); i++)
    if ((hop_by_hop[i][0] | 0x20) == (name[0] | 0x20) && strlen (hop_by_hop[i]) == len
        && g_ascii_strncasecmp (hop_by_hop[i], name, len) == 0)
      return TRUE;
  return FALSE;
}

/* Those in every Connection field that are not known anyway, or NULL where there are none, as
 * nearly always. They can be as many as fit in a head, so they are looked up and not searched. */
static GHashTable *
connection_names (const TernHeaders *headers)
{
  GHashTable *names = NULL;
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (headers, "Connection", 10, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        {
          if (len == 0 || is_hop_by_hop (item, len))
            continue;
          if (names == NULL)
            names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
          g_hash_table_add (names, g_ascii_strdown (item, len));
        }
    }
  return names;
}

static gboolean
is_named (GHashTable *names, const char *name, gsize len)
{
  g_autofree char *lower = g_ascii_strdown (name, len);

  return g_hash_table_contains (names, lower);
}

void
tern_cache_hops_init (TernCacheHops *self, const TernHeaders *headers)
{
  self->names = connection_names (headers);
}

gboolean
tern_cache_hops_has (const TernCacheHops *self, const char *name, gsize len)
{
  return is_hop_by_hop (name, len) || (self->names && is_named (self->names, name, len));
}

void
tern_cache_hops_clear (TernCacheHops *self)
{
  g_clear_pointer (&self->names, g_hash_table_unref);
}

/* The block is taken as it is, for that is cheaper than to copy each field that stays. */
TernHeaders *
tern_cache_fields_end_to_end (const TernHeaders *headers)
{
  g_auto (TernCacheHops) hops = { NULL };
  TernHeaders *kept = tern_headers_copy_sized (headers, 0, 0);
  guint n = 0;

  tern_cache_hops_init (&hops, headers);
  for (guint i = 0; i < kept->n; i++)
    {
      const TernField *field = &kept->fields[i];

      if (!tern_cache_hops_has (&hops, tern_headers_name (kept, field), field->name_len))
        kept->fields[n++] = *field;
    }
  kept->n = n;
  return kept;
}

const TernField *
tern_cache_fields_single (const TernHeaders *headers, const char *name)
{
  const gsize len = strlen (name);
  guint from = 0;
  const TernField *first = tern_headers_find_next (headers, name, len, &from), *next;

  while (first && (next = tern_headers_find_next (headers, name, len, &from)))
    if (next->raw_len != first->raw_len
        || memcmp (tern_headers_raw (headers, next), tern_headers_raw (headers, first),
                   next->raw_len) != 0)
      return NULL;
  return first;
}
