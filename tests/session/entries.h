/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A store of the test's own that takes entries. It does what the contract says and no more: large
 * bodies come as streams, a writer is seen by nobody before it commits, and what is to go wrong
 * goes wrong. */

#pragma once

#include <tern/tern-cache.h>

G_BEGIN_DECLS

#define TEST_TYPE_ENTRIES (test_entries_get_type ())
G_DECLARE_FINAL_TYPE (TestEntries, test_entries, TEST, ENTRIES, GObject)

struct _TestEntries
{
  GObject parent;

  GMutex lock; /* for all of it */
  GHashTable *entries;
  TernCacheStoreFlags flags;
  GThread *owner;      /* who may call, unless ANY_THREAD */
  gsize whole;         /* bodies up to this size are handed out as bytes */
  gboolean unseekable; /* streams cannot be sought in */
  guint64 room;        /* a body that is longer cannot be written, at 0 none be begun */
  guint64 damage_at;   /* streams fail behind so many bytes; 0 never */
  guint n_opens, n_creates, n_commits, n_metas, n_deletes;
  gint n_writers; /* that are alive */
  gint n_streams;
};

TestEntries *test_entries_new (TernCacheStoreFlags flags);
/* How many are there, without the salt. */
guint test_entries_count (TestEntries *self);
/* How many bytes the body under the key that ends like this has; -1 where nothing is. */
gint64 test_entries_size (TestEntries *self, const char *suffix);
/* Its parts (transfer full). */
void test_entries_peek (TestEntries *self, const char *suffix, GBytes **meta, GBytes **body);
/* The meta of that entry is replaced, as another process would. */
void test_entries_change_meta (TestEntries *self, const char *suffix, GBytes *meta);

G_END_DECLS
