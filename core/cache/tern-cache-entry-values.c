/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry tells of the response. Nothing here asks the store. */
#include "cache/tern-cache-entry-private.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-vary.h"

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/**
 * tern_cache_entry_get_key:
 * @self: an entry
 *
 * Gets the key under which it is kept: the URI, a blank and the percent-encoded partition where
 * there is one, and `#` with a digest for a variant that is not the first. A store that takes plain
 * values alone has two, under this key with `#meta` and with `#body` behind it.
 *
 * Returns: the key
 */
const char *
tern_cache_entry_get_key (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->slot.key;
}

/**
 * tern_cache_entry_get_uri:
 * @self: an entry
 *
 * Gets what the response is of.
 *
 * Returns: its URI, without user name, password and fragment
 */
const char *
tern_cache_entry_get_uri (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->slot.uri;
}

/**
 * tern_cache_entry_get_partition:
 * @self: an entry
 *
 * Gets the partition of the requests that it answers (tern_request_set_partition()).
 *
 * Returns: (nullable): the partition; %NULL for requests without one
 */
const char *
tern_cache_entry_get_partition (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->slot.partition;
}

/**
 * tern_cache_entry_get_status:
 * @self: an entry
 *
 * Gets the status of the response. A part of a representation has that of the whole.
 *
 * Returns: the status; 0 where the entry cannot be read
 */
guint
tern_cache_entry_get_status (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), 0);

  return self->record ? self->record->status : 0;
}

/**
 * tern_cache_entry_get_reason:
 * @self: an entry
 *
 * Gets the reason phrase of the response, in the server's words: not for a terminal as it is.
 *
 * Returns: the phrase; empty where there is none
 */
const char *
tern_cache_entry_get_reason (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->record ? self->record->reason : "";
}

/**
 * tern_cache_entry_get_headers:
 * @self: an entry
 *
 * Gets the fields of the response as they are stored: those of the whole message, without what
 * concerned one connection only (RFC 9111 §3.1), and as later answers have renewed them.
 *
 * Returns: (transfer none) (nullable): the fields, which must not be changed; %NULL where the entry
 *   cannot be read
 */
TernHeaders *
tern_cache_entry_get_headers (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->record ? self->record->headers : NULL;
}

/**
 * tern_cache_entry_get_vary:
 * @self: an entry
 *
 * Gets what requests must have that it answers (RFC 9111 §4.1): for each field that its Vary names,
 * `name: value`, or the name alone where the request had no such field. Of credentials and cookies
 * there is a digest, not the value.
 *
 * Returns: (transfer full) (array zero-terminated=1): such lines; none where it answers every
 *   request
 */
char **
tern_cache_entry_get_vary (TernCacheEntry *self)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  for (guint i = 0; self->record && i < self->record->vary->len; i++)
    {
      const TernCacheVary *field = self->record->vary->pdata[i];
      g_autofree char *line
          = field->value ? g_strconcat (field->name, ": ", field->value, NULL) : NULL;
      g_autofree char *text = g_utf8_make_valid (line ? line : field->name, -1);

      g_strv_builder_add (lines, text);
    }
  return g_strv_builder_end (lines);
}

/**
 * tern_cache_entry_get_size:
 * @self: an entry
 *
 * Gets how large the stored body is. It is stored as it came: compressed, perhaps.
 *
 * Returns: how many bytes; 0 where the entry cannot be read
 */
guint64
tern_cache_entry_get_size (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), 0);

  return self->record ? self->record->body_length : 0;
}

/**
 * tern_cache_entry_get_part:
 * @self: an entry
 * @first: (out) (optional): the first byte that is stored
 * @end: (out) (optional): the one behind the last
 * @total: (out) (optional): of how many, 0 where nobody said
 *
 * Tells whether some bytes of the representation are stored only (RFC 9111 §3.3).
 *
 * Returns: whether it is a part; the numbers are set only then
 */
gboolean
tern_cache_entry_get_part (TernCacheEntry *self, guint64 *first, guint64 *end, guint64 *total)
{
  const TernCacheRecord *record;

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), FALSE);

  record = self->record;
  if (!record || !record->partial)
    return FALSE;
  if (first)
    *first = record->part.first;
  if (end)
    *end = record->part.end;
  if (total)
    *total = record->total != TERN_CACHE_TOTAL_UNKNOWN ? record->total : 0;
  return TRUE;
}

/**
 * tern_cache_entry_get_stored_at:
 * @self: an entry
 *
 * Gets when the response came, or was last found to be valid.
 *
 * Returns: Unix seconds by the clock of who stored it; 0 where the entry cannot be read
 */
gint64
tern_cache_entry_get_stored_at (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), 0);

  return self->record ? self->record->response_time : 0;
}

/**
 * tern_cache_entry_get_age:
 * @self: an entry
 *
 * Gets how long ago the origin made or validated the response (RFC 9111 §4.2.3).
 *
 * Returns: seconds, counted to this moment
 */
gint64
tern_cache_entry_get_age (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), 0);

  return self->record ? tern_cache_age (self->record, now ()) : 0;
}

/**
 * tern_cache_entry_get_lifetime:
 * @self: an entry
 *
 * Gets how old the response may become before the origin is asked about it (RFC 9111 §4.2.1): what
 * it says itself, else a guess where one is allowed.
 *
 * Returns: seconds; less the age it is how long it stays fresh
 */
gint64
tern_cache_entry_get_lifetime (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), 0);

  return self->record ? tern_cache_lifetime (self->record) : 0;
}

/**
 * tern_cache_entry_is_fresh:
 * @self: an entry
 *
 * Tells whether it answers a plain GET at this moment without that the origin is asked: it is not
 * older than it may become, says not `no-cache`, and is found.
 *
 * Returns: whether it is fresh
 */
gboolean
tern_cache_entry_is_fresh (TernCacheEntry *self)
{
  TernCacheControl control;

  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), FALSE);

  if (!self->record || self->orphaned)
    return FALSE;
  tern_cache_control_read (&control, self->record->headers);
  return !control.no_cache
         && tern_cache_lifetime (self->record) > tern_cache_age (self->record, now ());
}

/**
 * tern_cache_entry_is_orphaned:
 * @self: an entry
 *
 * Tells whether no request finds it any more: it is a variant of a response that was forgotten or
 * replaced, and takes room until the store needs that.
 *
 * Returns: whether it is orphaned
 */
gboolean
tern_cache_entry_is_orphaned (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), FALSE);

  return self->orphaned;
}

/**
 * tern_cache_entry_get_error:
 * @self: an entry
 *
 * Gets why the entry cannot be read: damage, or that it went away since it was listed. For requests
 * that is no error: they do without it.
 *
 * Returns: (transfer none) (nullable): an error of %TERN_ERROR_CACHE; %NULL where it can be read
 */
const GError *
tern_cache_entry_get_error (TernCacheEntry *self)
{
  g_return_val_if_fail (TERN_IS_CACHE_ENTRY (self), NULL);

  return self->error;
}
