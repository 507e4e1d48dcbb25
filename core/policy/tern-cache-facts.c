/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the times of a stored response. It must never take what is no date for one, nor judge what
 * a date means: that is for tern-cache-freshness.c. */
#include "policy/tern-cache-facts.h"

#include <string.h>

#include "base/tern-date.h"
#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-validator.h"

static gint64
date_of (const TernHeaders *headers, const char *name)
{
  const TernField *field = tern_cache_fields_single (headers, name);

  return field ? tern_date_parse_len (tern_headers_raw (headers, field), field->raw_len) : -1;
}

/* The first member where somebody made a list of it; what is no number is ignored (RFC 9111 §5.1).
 */
static gint64
age_of (const TernHeaders *headers)
{
  const TernField *field = tern_headers_find (headers, "Age", 3);
  const char *text;
  gint64 seconds;
  gsize len;

  if (!field)
    return 0;
  text = tern_headers_raw (headers, field);
  len = field->raw_len;
  if (memchr (text, ',', len))
    len = (const char *)memchr (text, ',', len) - text;
  tern_field_trim (&text, &len);
  seconds = tern_cache_control_seconds (text, len);
  return MAX (seconds, 0);
}

static void
read_validator (TernCacheFacts *facts, const TernHeaders *headers)
{
  TernCacheTag tag;
  const gboolean tagged = tern_cache_tag_of (&tag, headers);

  facts->has_validator = tagged || tern_cache_last_modified (headers, NULL);
  facts->tag_at = tagged ? (gsize)(tag.text - headers->block) : 0;
  facts->tag_len = tag.len;
  facts->tag_weak = tag.weak;
}

/* Which lengths of names there are, as bits: most of the names asked for are not there. */
static guint
find_lengths (const TernHeaders *headers)
{
  guint lengths = 0;

  for (guint i = 0; i < headers->n; i++)
    lengths |= 1u << MIN (headers->fields[i].name_len, 31);
  return lengths;
}

static void
read_times (TernCacheFacts *facts, const TernHeaders *headers, guint lengths)
{
  facts->date = lengths & 1u << strlen ("Date") ? date_of (headers, "Date") : -1;
  facts->age = lengths & 1u << strlen ("Age") ? age_of (headers) : 0;
}

void
tern_cache_facts_read (TernCacheFacts *facts, const TernHeaders *headers)
{
  const guint lengths = find_lengths (headers);

  tern_cache_control_read (&facts->control, headers);
  facts->has_expires = lengths & 1u << strlen ("Expires") && tern_headers_has (headers, "Expires");
  facts->expires = facts->has_expires ? date_of (headers, "Expires") : -1;
  read_times (facts, headers, lengths);
  read_validator (facts, headers);
}

void
tern_cache_facts_redate (TernCacheFacts *facts, const TernHeaders *headers)
{
  read_times (facts, headers, find_lengths (headers));
  read_validator (facts, headers); /* it is the same, but lies elsewhere */
}
