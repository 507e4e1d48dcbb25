/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the cache in a GDBM database share: a store in a fresh folder, and looking at
 * its files. They never use libgdbm: what it writes is only bytes here. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"

typedef struct
{
  char *top;  /* removed in the end */
  char *path; /* the database's, in top */
  char *old;  /* the older file's */
  TernCacheStore *store;
} GdbmFixture;

static inline TernCacheStore *
gdbm_store_try (const char *path, const char *options, GError **error)
{
  g_autofree char *uri = g_strdup_printf ("gdbm://%s?%s", path, options);

  return tern_cache_store_open (uri, error);
}

static inline TernCacheStore *
gdbm_store_open (const char *path, const char *options)
{
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = gdbm_store_try (path, options, &error);

  g_assert_no_error (error);
  return store;
}

/* @options: those of the store. */
static inline void
gdbm_set_up (GdbmFixture *f, gconstpointer options)
{
  f->top = tern_test_make_dir ("tern-gdbm");
  f->path = g_build_filename (f->top, "a cache.gdbm", NULL);
  f->old = g_strconcat (f->path, ".old", NULL);
  f->store = gdbm_store_open (f->path, options);
}

static inline void
gdbm_tear_down (GdbmFixture *f, gconstpointer options)
{
  g_clear_object (&f->store);
  tern_test_remove_dir (f->top);
  g_free (f->path);
  g_free (f->old);
  g_free (f->top);
}

static inline gboolean
gdbm_try_set (TernCacheStore *store,
              const char *key,
              const void *data,
              gsize len,
              gint64 keep_until,
              GError **error)
{
  g_autoptr (GBytes) value = g_bytes_new (data, len);

  return tern_cache_store_set (store, key, value, keep_until, error);
}

static inline void
gdbm_set (TernCacheStore *store, const char *key, const void *data, gsize len, gint64 keep_until)
{
  g_autoptr (GError) error = NULL;

  gdbm_try_set (store, key, data, len, keep_until, &error);
  g_assert_no_error (error);
}

static inline void
gdbm_delete (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;

  tern_cache_store_delete (store, key, &error);
  g_assert_no_error (error);
}

static inline GBytes *
gdbm_get (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  GBytes *value = tern_cache_store_get (store, key, &error);

  g_assert_no_error (error);
  return value;
}

static inline gboolean
gdbm_has (TernCacheStore *store, const char *key)
{
  g_autoptr (GBytes) value = gdbm_get (store, key);

  return value != NULL;
}

/* Values of one letter, so that one that is put together from two is seen. */
static inline void
gdbm_set_letters (TernCacheStore *store, const char *key, char letter, gsize len)
{
  g_autofree char *letters = g_strnfill (len, letter);

  gdbm_set (store, key, letters, len, 0);
}

static inline gboolean
gdbm_is_of_one_letter (GBytes *value)
{
  gsize len;
  const char *data = g_bytes_get_data (value, &len);

  for (gsize i = 1; i < len; i++)
    if (data[i] != data[0])
      return FALSE;
  return TRUE;
}

static inline void
gdbm_read_file (const char *path, char **data, gsize *len)
{
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, data, len, &error);
  g_assert_no_error (error);
}

/* A new file: ext4 starts writing to disk what is truncated and written anew. */
static inline void
gdbm_put_file (const char *path, const void *data, gsize len)
{
  int fd;

  unlink (path);
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, len), ==, (gssize)len);
  close (fd);
}

static inline goffset
gdbm_file_size (const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 ? info.st_size : 0;
}
