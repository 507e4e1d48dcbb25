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

/* The known names and those in every Connection field, which can be as long as the head. */
static GHashTable *
connection_names (const TernHeaders *headers)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const TernField *field;
  guint from = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (hop_by_hop); i++)
    g_hash_table_add (names, g_ascii_strdown (hop_by_hop[i], -1));
  while ((field = tern_headers_find_next (headers, "Connection", 10, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        g_hash_table_add (names, g_ascii_strdown (item, len));
    }
  return names;
}

TernHeaders *
tern_cache_fields_end_to_end (const TernHeaders *headers)
{
  g_autoptr (GHashTable) names = connection_names (headers);
  TernHeaders *kept = tern_headers_new ();

  for (guint i = 0; i < headers->n; i++)
    {
      const TernField *field = &headers->fields[i];
      g_autofree char *name = g_ascii_strdown (tern_headers_name (headers, field), field->name_len);

      if (!g_hash_table_contains (names, name))
        tern_headers_append_unchecked (kept, tern_headers_name (headers, field), field->name_len,
                                       tern_headers_raw (headers, field), field->raw_len);
    }
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
