/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arithmetic of ranges. It must never give a range that reaches behind the end, or is empty. */
#include "policy/tern-cache-range.h"

#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"

typedef enum
{
  SPEC_MALFORMED,
  SPEC_SATISFIABLE,
  SPEC_UNSATISFIABLE,
  SPEC_OPEN, /* its end depends on a length that is not known */
} Spec;

/* 1*DIGIT; what does not fit in 64 bits is behind every end. */
static gboolean
read_position (const char *text, gsize len, guint64 *position)
{
  if (tern_field_parse_uint (text, len, position))
    return TRUE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  *position = G_MAXUINT64;
  return len > 0;
}

/* "-5": the last five bytes, or all of them where there are less. */
static Spec
read_suffix (const char *text, gsize len, guint64 total, TernCacheRange *range)
{
  guint64 last;

  if (!read_position (text, len, &last))
    return SPEC_MALFORMED;
  if (last == 0)
    return SPEC_UNSATISFIABLE;
  if (total == TERN_CACHE_TOTAL_UNKNOWN)
    return SPEC_OPEN;
  if (total == 0)
    return SPEC_UNSATISFIABLE;
  *range = (TernCacheRange){ last < total ? total - last : 0, total };
  return SPEC_SATISFIABLE;
}

/* int-range or suffix-range (RFC 9110 §14.1.1, §14.1.2). */
static Spec
read_spec (const char *text, gsize len, guint64 total, TernCacheRange *range)
{
  const char *dash = memchr (text, '-', len);
  gsize first_len;
  guint64 first, last = G_MAXUINT64;

  if (!dash)
    return SPEC_MALFORMED;
  first_len = dash - text;
  if (first_len == 0)
    return read_suffix (dash + 1, len - 1, total, range);
  if (!read_position (text, first_len, &first))
    return SPEC_MALFORMED;
  if (len > first_len + 1
      && (!read_position (dash + 1, len - first_len - 1, &last) || last < first))
    return SPEC_MALFORMED;
  if (total == TERN_CACHE_TOTAL_UNKNOWN && last == G_MAXUINT64)
    return SPEC_OPEN;
  if (first >= total)
    return SPEC_UNSATISFIABLE;
  *range = (TernCacheRange){ first, last < total ? last + 1 : total };
  return SPEC_SATISFIABLE;
}

/* The set behind "bytes="; a malformed member spoils it all, as it does in a server. */
static TernCacheRangeKind
read_set (const char *text, gsize len, guint64 total, TernCacheRange *range)
{
  TernFieldList list;
  const char *item;
  gsize item_len;
  guint n = 0, n_good = 0;

  tern_field_list_init (&list, text, len);
  for (; tern_field_list_next (&list, &item, &item_len); n++)
    {
      TernCacheRange one;
      const Spec spec = read_spec (item, item_len, total, &one);

      if (spec == SPEC_MALFORMED)
        return TERN_RANGE_NONE;
      if (spec == SPEC_OPEN)
        return TERN_RANGE_FOREIGN;
      if (spec == SPEC_SATISFIABLE && n_good++ == 0)
        *range = one;
    }
  if (n == 0)
    return TERN_RANGE_NONE;
  if (n_good == 0)
    return TERN_RANGE_UNSATISFIABLE;
  return n == 1 ? TERN_RANGE_ONE : TERN_RANGE_SEVERAL;
}

TernCacheRangeKind
tern_cache_range_read (const TernHeaders *request_headers, guint64 total, TernCacheRange *range)
{
  const TernField *field;
  const char *text, *equals;
  gsize len;

  if (!tern_headers_has (request_headers, "Range"))
    return TERN_RANGE_NONE;
  field = tern_cache_fields_single (request_headers, "Range");
  if (!field)
    return TERN_RANGE_FOREIGN; /* several that differ: who knows which one a server takes */
  text = tern_headers_raw (request_headers, field);
  len = field->raw_len;
  tern_field_trim (&text, &len);
  equals = len > 0 ? memchr (text, '=', len) : NULL;
  if (!equals)
    return TERN_RANGE_NONE;
  /* The origin may know other units (§14.1); a cache that does not may not answer for it. */
  if (equals - text != 5 || g_ascii_strncasecmp (text, "bytes", 5) != 0)
    return TERN_RANGE_FOREIGN;
  return read_set (equals + 1, len - 6, total, range);
}

/* "first-last/total" (§14.4); a star for a total that is not known. */
static gboolean
read_content_range (const char *text, gsize len, TernCacheRange *range, guint64 *total)
{
  const char *slash = memchr (text, '/', len);
  const char *dash = slash ? memchr (text, '-', slash - text) : NULL;
  guint64 last;

  if (!dash || !tern_field_parse_uint (text, dash - text, &range->first)
      || !tern_field_parse_uint (dash + 1, slash - dash - 1, &last) || last < range->first
      || last == G_MAXUINT64)
    return FALSE;
  range->end = last + 1;
  text += len;
  *total = TERN_CACHE_TOTAL_UNKNOWN;
  if (text - slash == 2 && slash[1] == '*')
    return range->end != TERN_CACHE_TOTAL_UNKNOWN;
  return tern_field_parse_uint (slash + 1, text - slash - 1, total) && *total >= range->end
         && *total != TERN_CACHE_TOTAL_UNKNOWN;
}

gboolean
tern_cache_range_of (const TernHeaders *response_headers, TernCacheRange *range, guint64 *total)
{
  const TernField *field = tern_cache_fields_single (response_headers, "Content-Range");
  const char *text;
  gsize len;

  if (!field)
    return FALSE;
  text = tern_headers_raw (response_headers, field);
  len = field->raw_len;
  tern_field_trim (&text, &len);
  if (len < 6 || g_ascii_strncasecmp (text, "bytes ", 6) != 0)
    return FALSE;
  return read_content_range (text + 6, len - 6, range, total);
}

char *
tern_cache_range_text (const TernCacheRange *range, guint64 total)
{
  g_autofree char *length = total == TERN_CACHE_TOTAL_UNKNOWN
                                ? g_strdup ("*")
                                : g_strdup_printf ("%" G_GUINT64_FORMAT, total);

  if (!range)
    return g_strconcat ("bytes */", length, NULL);
  return g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%s", range->first,
                          range->end - 1, length);
}

gboolean
tern_cache_range_combine (const TernCacheRange *stored,
                          guint64 stored_total,
                          const TernCacheRange *fresh,
                          guint64 fresh_total,
                          TernCacheRange *combined,
                          guint64 *total)
{
  const guint64 known = MIN (stored_total, fresh_total); /* unknown is the largest number */

  if (stored_total != TERN_CACHE_TOTAL_UNKNOWN && fresh_total != TERN_CACHE_TOTAL_UNKNOWN
      && stored_total != fresh_total)
    return FALSE;
  if (stored->first >= stored->end || fresh->first >= fresh->end || stored->end > known
      || fresh->end > known)
    return FALSE;
  if (fresh->first > stored->end || stored->first > fresh->end)
    return FALSE;
  *combined = (TernCacheRange){ MIN (stored->first, fresh->first), MAX (stored->end, fresh->end) };
  *total = known;
  return TRUE;
}
