/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashes bodies, piece by piece. A stream is put back to where its body begins, so that it can be
 * sent. */
#include "engine/tern-body-hash.h"

#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>

#define PIECE (64 * 1024)

typedef struct
{
  const struct nettle_hash *hash;
  union
  {
    struct md5_ctx md5;
    struct sha256_ctx sha256;
    struct sha512_ctx sha512;
  } context;
} Hasher;

typedef struct
{
  char *algorithm;
  TernBodySource body;
  char *hex;
} Work;

static gboolean
hasher_init (Hasher *self, const char *algorithm)
{
  static const struct
  {
    const char *name;
    const struct nettle_hash *hash;
  } known[] = {
    { "MD5", &nettle_md5 },
    { "SHA-256", &nettle_sha256 },
    { "SHA-512-256", &nettle_sha512_256 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (g_ascii_strcasecmp (algorithm, known[i].name) != 0)
        continue;
      self->hash = known[i].hash;
      self->hash->init (&self->context);
      return TRUE;
    }
  return FALSE;
}

static char *
hasher_end (Hasher *self)
{
  const gsize size = self->hash->digest_size;
  guint8 digest[SHA512_DIGEST_SIZE];
  GString *hex = g_string_new (NULL);

  self->hash->digest (&self->context, size, digest);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

char *
tern_body_hash_bytes (const char *algorithm, gconstpointer data, gsize len)
{
  Hasher hasher;

  if (!hasher_init (&hasher, algorithm))
    return NULL;
  if (len > 0)
    hasher.hash->update (&hasher.context, len, data);
  return hasher_end (&hasher);
}

/* @length: how much of the stream is the body; -1 is all of it. */
static gboolean
hash_stream (Hasher *hasher, GInputStream *stream, gint64 length)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  gssize n = 0;

  while (length != 0)
    {
      n = g_input_stream_read (stream, piece, length < 0 ? PIECE : MIN (PIECE, length), NULL, NULL);
      if (n <= 0)
        break;
      hasher->hash->update (&hasher->context, n, piece);
      length -= length > 0 ? n : 0;
    }
  return n >= 0;
}

static gboolean
seek_start (const TernBodySource *body)
{
  return g_seekable_seek (G_SEEKABLE (body->stream), body->start, G_SEEK_SET, NULL, NULL);
}

/* Nothing else is sent either, and who opens a pipe may wait for ever. */
static gboolean
is_plain (GFile *file)
{
  return !g_file_is_native (file)
         || g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_REGULAR;
}

static void
work_run (gpointer data)
{
  Work *work = data;
  const TernBodySource *body = &work->body;
  g_autoptr (GFileInputStream) file = NULL;
  gboolean is_read = FALSE;
  Hasher hasher;

  if (!hasher_init (&hasher, work->algorithm))
    return;
  if (body->kind == TERN_SOURCE_FILE)
    {
      file = is_plain (body->file) ? g_file_read (body->file, NULL, NULL) : NULL;
      is_read = file && hash_stream (&hasher, G_INPUT_STREAM (file), -1);
    }
  else if (body->kind == TERN_SOURCE_STREAM && tern_body_source_can_rewind (body))
    is_read = seek_start (body) && hash_stream (&hasher, body->stream, body->length)
              && seek_start (body);
  if (is_read)
    work->hex = hasher_end (&hasher);
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->algorithm);
  tern_body_source_clear (&work->body);
  g_free (work->hex);
  g_free (work);
}

TernJob *
tern_body_hash_start (const char *algorithm, const TernBodySource *body, TernWake *wake)
{
  Work *work = g_new0 (Work, 1);

  work->algorithm = g_strdup (algorithm);
  tern_body_source_copy (body, &work->body);
  return tern_job_start (TERN_LANE_STREAM, work_run, work, work_free, wake);
}

char *
tern_body_hash_steal (TernJob *job)
{
  Work *work = tern_job_get_data (job);

  return g_steal_pointer (&work->hex);
}
