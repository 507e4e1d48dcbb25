/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of a cache as lines for people and as JSON. */
#pragma once

#include <tern/tern-cache-entry.h>

typedef enum
{
  ENTRY_FRESH,
  ENTRY_STALE,
  ENTRY_PART,
  ENTRY_ORPHAN,
  ENTRY_DAMAGED,
  N_ENTRY_STATES
} EntryState;

EntryState entry_state (TernCacheEntry *entry);
/* "fresh", for JSON; for people it is translated. */
const char *entry_state_name (EntryState state);

/* "5 min": seconds in the unit that fits. */
char *entry_duration (gint64 seconds);

/* The line above the lines, and one line. */
void entry_append_titles (GString *out);
void entry_append_line (GString *out, TernCacheEntry *entry);

/* The members of the JSON object of an entry; @with_headers adds the fields of the response. */
void entry_append_json (GString *out, TernCacheEntry *entry, gboolean with_headers);

/* Writes what was gathered to standard output and empties it; unless @all, only when it is much. A
 * failure is said once. */
gboolean entry_flush (GString *out, gboolean all);
