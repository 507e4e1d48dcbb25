/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A page that can change, an origin that serves it with conditions, and the stores it is cached in:
 * what the tests of the cache share. A store here is an author's first one: three functions. */

#pragma once

#include "entries.h"
#include "session.h"
#include "shelf.h"

G_BEGIN_DECLS

/* ---- a store of the test's own ---- */

#define TEST_TYPE_STORE (test_store_get_type ())
G_DECLARE_FINAL_TYPE (TestStore, test_store, TEST, STORE, GObject)

struct _TestStore
{
  GObject parent;

  GMutex lock; /* for all of it */
  GHashTable *values;
  TernCacheStoreFlags flags;
  GThread *owner;   /* who may call, unless ANY_THREAD */
  guint delay_ms;   /* each call takes that long */
  gboolean fails;   /* every call does */
  int hangs;        /* atomic: no call returns before it is FALSE */
  guint n_gets, n_sets, n_deletes;
};

TestStore *test_store_new (TernCacheStoreFlags flags);
guint test_store_count (TestStore *self);
/* The first key that ends like this ("#meta", "#body"), with its value replaced; NULL removes it.
 */
void test_store_damage (TestStore *self, const char *suffix, GBytes *value);
/* A copy of that value. */
GByteArray *test_store_peek (TestStore *self, const char *suffix);

/* ---- the page ---- */

typedef struct
{
  Session session;
  TernCacheStore *store;
  char *dir;

  GMutex lock; /* for what follows, which the origin reads */
  guint status;
  char *fields;
  char *body;
  guint n_asked;
} Page;

/* Serves /page, and all below it, alike: 304 where If-None-Match names the ETag of its fields, or
 * If-Modified-Since its Last-Modified. */
void page_init (Page *self, gboolean async, StoreKind kind);
void page_clear (Page *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

guint page_get_n_asked (Page *self);
void page_set (Page *self, guint status, const char *fields, const char *body);

/* Asks for the page; @field and @value NULL or one more field of the request. @n_asked: how often
 * the origin was asked for that. */
#define page_get(self, body, n_asked) page_get_at (G_STRLOC, (self), NULL, NULL, (body), (n_asked))
#define page_get_with(self, field, value, body, n_asked)                                           \
  page_get_at (G_STRLOC, (self), (field), (value), (body), (n_asked))
void page_get_at (const char *where, Page *self, const char *field, const char *value,
                  const char *body, guint n_asked);

/* Of the last response: whether it came from the cache, and how its status text begins. */
#define page_assert_cache(self, from_cache, text)                                                  \
  page_assert_cache_at (G_STRLOC, (self), (from_cache), (text))
void page_assert_cache_at (const char *where, Page *self, gboolean from_cache, const char *text);

/* Whether stale answers are asked about in the background: not from a thread that may not call the
 * store. */
gboolean page_asks_behind (Page *self);

/* Registers the test for every kind of store, sync and async; or for those alone that may be called
 * in any thread. */
void page_add_test (const char *path, void (*func) (gboolean async, gconstpointer kind));
void page_add_test_any_thread (const char *path,
                               void (*func) (gboolean async, gconstpointer kind));

G_END_DECLS
