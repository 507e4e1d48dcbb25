/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one parser of Cache-Control. It must never read something fresher than it is: numbers that
 * are none count as 0, larger ones saturate, and of two the stricter one is taken. */
#include "policy/tern-cache-control.h"

#include <string.h>
#include <tern/tern-util.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"

/* What a directive does to TernCacheControl. */
typedef enum
{
  FLAG,     /* its presence counts, whatever its value */
  FIELDS,   /* the same, unless its value names fields: then the gboolean behind it */
  SHORTEST, /* seconds; of two the smaller one */
  LONGEST,  /* seconds; of two the larger one */
} Kind;

static const struct
{
  const char *name;
  gsize len;
  Kind kind;
  gsize offset;
} directives[] = {
#define ROW(text, kind, member)                                                                    \
  { text, sizeof text - 1, kind, G_STRUCT_OFFSET (TernCacheControl, member) }
  ROW ("immutable", FLAG, immutable),
  ROW ("max-age", SHORTEST, max_age),
  ROW ("max-stale", SHORTEST, max_stale),
  ROW ("min-fresh", LONGEST, min_fresh),
  ROW ("must-revalidate", FLAG, must_revalidate),
  ROW ("must-understand", FLAG, must_understand),
  ROW ("no-cache", FIELDS, no_cache),
  ROW ("no-store", FLAG, no_store),
  ROW ("no-transform", FLAG, no_transform),
  ROW ("only-if-cached", FLAG, only_if_cached),
  ROW ("private", FLAG, is_private),
  ROW ("proxy-revalidate", FLAG, proxy_revalidate),
  ROW ("public", FLAG, is_public),
  ROW ("s-maxage", SHORTEST, s_maxage),
  ROW ("stale-if-error", SHORTEST, stale_if_error),
  ROW ("stale-while-revalidate", SHORTEST, stale_while_revalidate),
#undef ROW
};

gint64
tern_cache_control_seconds (const char *text, gsize len)
{
  guint64 number;

  if (tern_field_parse_uint (text, len, &number))
    return MIN (number, (guint64) TERN_CACHE_SECONDS_MAX);
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isdigit (text[i]))
      return -1;
  return len > 0 ? TERN_CACHE_SECONDS_MAX : -1; /* digits that do not fit in 64 bits */
}

/* The number of a directive, also a quoted one (RFC 9111 §5.2: recipients take both forms). */
static gint64
read_seconds (const char *name, const char *value, gsize len)
{
  gint64 seconds;

  if (!value) /* any staleness is fine (§5.2.1.2); of the others none can do without a number */
    return strcmp (name, "max-stale") == 0 ? TERN_CACHE_SECONDS_MAX : 0;
  if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
    {
      value++;
      len -= 2;
    }
  seconds = tern_cache_control_seconds (value, len);
  return MAX (seconds, 0);
}

/* The field names of a directive's value without their quotes; FALSE where it is anything else, and
 * then the directive is read as if it stood alone, which asks for more. */
static gboolean
read_names (const char *value, gsize len, TernFieldList *names)
{
  TernFieldList all;
  const char *item;
  gsize item_len;
  guint n = 0;

  if (!value)
    return FALSE;
  if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
    {
      value++;
      len -= 2;
    }
  tern_field_list_init (names, value, len);
  for (all = *names; tern_field_list_next (&all, &item, &item_len); n++)
    if (!tern_field_is_token (item, item_len))
      return FALSE;
  return n > 0;
}

/* Whether one of the names is of a field without which the response would say something else: its
 * body could not be decoded, or it leads nowhere. */
static gboolean
has_essential (TernFieldList names)
{
  const char *item;
  gsize len;

  while (tern_field_list_next (&names, &item, &len))
    if ((len > 8 && g_ascii_strncasecmp (item, "Content-", 8) == 0)
        || (len == 8 && g_ascii_strncasecmp (item, "Location", 8) == 0))
      return TRUE;
  return FALSE;
}

static void
read_flag (TernCacheControl *control, gsize i, const char *value, gsize len)
{
  TernFieldList names;

  if (directives[i].kind == FIELDS && read_names (value, len, &names))
    {
      control->no_cache_fields = TRUE;
      if (!has_essential (names))
        return;
    }
  G_STRUCT_MEMBER (gboolean, control, directives[i].offset) = TRUE;
}

static void
read_directive (TernCacheControl *control, const char *item, gsize item_len)
{
  const char *name, *value;
  gsize name_len, value_len;

  tern_field_split_pair (item, item_len, &name, &name_len, &value, &value_len);
  for (gsize i = 0; i < G_N_ELEMENTS (directives); i++)
    {
      gint64 seconds, *member;

      if (directives[i].len != name_len || directives[i].name[0] != (name[0] | 0x20)
          || (memcmp (directives[i].name, name, name_len) != 0
              && g_ascii_strncasecmp (directives[i].name, name, name_len) != 0))
        continue;
      if (directives[i].kind == FLAG || directives[i].kind == FIELDS)
        {
          read_flag (control, i, value, value_len);
          return;
        }
      seconds = read_seconds (directives[i].name, value, value_len);
      member = &G_STRUCT_MEMBER (gint64, control, directives[i].offset);
      if (*member >= 0)
        seconds = directives[i].kind == SHORTEST ? MIN (*member, seconds) : MAX (*member, seconds);
      *member = seconds;
      return;
    }
}

void
tern_cache_control_read (TernCacheControl *control, const TernHeaders *headers)
{
  static const TernCacheControl nothing = {
    .max_age = -1,
    .s_maxage = -1,
    .max_stale = -1,
    .min_fresh = -1,
    .stale_while_revalidate = -1,
    .stale_if_error = -1,
  };
  const TernField *field;
  guint from = 0;

  *control = nothing;
  while ((field = tern_headers_find_next (headers, "Cache-Control", 13, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      control->present = TRUE;
      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        read_directive (control, item, len);
    }
}

static void
strip_directive (const char *item, gsize len, TernHeaders *fields)
{
  const char *name, *value;
  gsize name_len, value_len;
  TernFieldList names;

  tern_field_split_pair (item, len, &name, &name_len, &value, &value_len);
  if (name_len != 8 || g_ascii_strncasecmp (name, "no-cache", 8) != 0
      || !read_names (value, value_len, &names))
    return;
  while (tern_field_list_next (&names, &item, &len))
    {
      g_autofree char *named = g_strndup (item, len);

      tern_headers_remove (fields, named);
    }
}

void
tern_cache_control_strip (const TernHeaders *headers, TernHeaders *fields)
{
  g_autoptr (TernHeaders) own = headers == fields ? tern_headers_copy (headers) : NULL;
  const TernField *field;
  guint from = 0;

  headers = own ? own : headers;
  while ((field = tern_headers_find_next (headers, "Cache-Control", 13, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        strip_directive (item, len, fields);
    }
}

/**
 * tern_cache_control_parse:
 * @value: the value of a Cache-Control field; several joined by commas are fine
 *
 * Reads cache directives (RFC 9111 §5.2). Names come out in lower case; values without quotes, ""
 * for a directive without one; of a directive that stands there twice, the first.
 *
 * Returns: (transfer full) (element-type utf8 utf8): the value of each directive by its name
 */
GHashTable *
tern_cache_control_parse (const char *value)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  TernFieldList list;
  const char *item;
  gsize item_len;

  g_return_val_if_fail (value != NULL, found);
  tern_field_list_init (&list, value, strlen (value));
  while (tern_field_list_next (&list, &item, &item_len))
    {
      const char *name, *text;
      gsize name_len, len;
      g_autofree char *key = NULL;
      char *plain = NULL;

      tern_field_split_pair (item, item_len, &name, &name_len, &text, &len);
      key = g_ascii_strdown (name, name_len);
      if (!tern_field_is_token (name, name_len) || g_hash_table_contains (found, key))
        continue;
      if (text)
        plain = tern_field_unquote (text, len);
      if (!plain) /* neither a token nor a quoted string: as it stands */
        plain = g_strndup (text ? text : "", len);
      g_hash_table_insert (found, g_steal_pointer (&key), plain);
    }
  return found;
}
