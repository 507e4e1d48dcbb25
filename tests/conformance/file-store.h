/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the cache in files share: a store in a fresh folder, and looking at its
 * files. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"

typedef struct
{
  char *top;    /* removed in the end */
  char *folder; /* the store's, in top */
  TernCacheStore *store;
} FileFixture;

static inline TernCacheStore *
file_store_open (const char *folder, const char *options)
{
  g_autofree char *uri = g_strdup_printf ("file://%s?%s", folder, options);
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = tern_cache_store_open (uri, &error);

  g_assert_no_error (error);
  return store;
}

/* @options: those of the store. */
static inline void
file_set_up (FileFixture *f, gconstpointer options)
{
  f->top = tern_test_make_dir ("tern-files");
  f->folder = g_build_filename (f->top, "a folder", NULL);
  f->store = file_store_open (f->folder, options);
}

static inline void
file_tear_down (FileFixture *f, gconstpointer options)
{
  g_clear_object (&f->store);
  tern_test_remove_dir (f->top);
  g_free (f->folder);
  g_free (f->top);
}

static inline void
file_set (TernCacheStore *store, const char *key, const void *data, gsize len, gint64 keep_until)
{
  g_autoptr (GBytes) value = g_bytes_new (data, len);
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_set (store, key, value, keep_until, &error));
  g_assert_no_error (error);
}

static inline GBytes *
file_get (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  GBytes *value = tern_cache_store_get (store, key, &error);

  g_assert_no_error (error);
  return value;
}

static inline gboolean
file_has (TernCacheStore *store, const char *key)
{
  g_autoptr (GBytes) value = file_get (store, key);

  return value != NULL;
}

/* The file of a key, by the documented rule for its name. */
static inline char *
file_path (FileFixture *f, const char *key)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name = g_strconcat (digest, ".tern", NULL);

  return g_build_filename (f->folder, name, NULL);
}

/* Of a record: when it was last used stands in it, too. */
#define FILE_USED_AT 56

static inline void
file_age_stamp (const char *path, gint64 then)
{
  const guint64 stamp = GUINT64_TO_LE ((guint64)then);
  int fd = open (path, O_RDWR | O_CLOEXEC);
  char magic[7];

  if (fd < 0)
    return; /* may be anything but a record */
  if (pread (fd, magic, sizeof magic, 0) == sizeof magic && memcmp (magic, "TERNval", 7) == 0)
    g_assert_cmpint (pwrite (fd, &stamp, sizeof stamp, FILE_USED_AT), ==, sizeof stamp);
  g_assert_cmpint (close (fd), ==, 0);
}

static inline void
file_age (const char *path, gint64 seconds)
{
  const struct timespec then = { .tv_sec = g_get_real_time () / G_USEC_PER_SEC - seconds };
  const struct timespec times[2] = { then, then };

  file_age_stamp (path, then.tv_sec);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), ==, 0);
}

/* As it is, without a detour through another file. It is not emptied first: ext4 then writes it to
 * disk when it is closed. */
static inline void
file_put (const char *path, const void *data, gsize len)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, len), ==, len);
  g_assert_cmpint (ftruncate (fd, len), ==, 0);
  g_assert_cmpint (close (fd), ==, 0);
}

/* The number of files, and what they take in whole blocks. */
static inline guint
file_count (FileFixture *f, guint64 *size)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  guint n = 0;

  *size = 0;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);
      struct stat info;

      g_assert_cmpint (lstat (path, &info), ==, 0);
      *size += (info.st_size + 4095) / 4096 * 4096;
      n++;
    }
  return n;
}
