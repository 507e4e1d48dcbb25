/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets by descriptor. The text is a sequence of fields that a NUL ends each:
 *
 *   password HOST NAME PASSWORD      token HOST TOKEN
 *
 * HOST is a host or host:port, and never empty: a secret is for somebody. They are kept in memory
 * that is wiped, shown in no log and written to no file. */
#include "secrets.h"

#include "caller-limits.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

typedef struct
{
  gboolean is_token;
  char *host;
  GBytes *name;
  GBytes *secret;
} Secret;

struct _Secrets
{
  gatomicrefcount refs;
  GMutex lock;
  int fd; /* -1 once it is read */
  GError *error;
  GPtrArray *list;
};

/* The compiler may not leave this out, however little it sees of who reads the memory. */
static void
wipe (gpointer data, gsize length)
{
  explicit_bzero (data, length);
}

static void
wiped_free (gpointer data)
{
  GByteArray *array = data;

  wipe (array->data, array->len);
  g_byte_array_unref (array);
}

static GBytes *
bytes_new_wiped (const char *data, gsize length)
{
  GByteArray *array = g_byte_array_sized_new (length + 1);

  g_byte_array_append (array, (const guint8 *)data, length);
  return g_bytes_new_with_free_func (array->data, length, wiped_free, array);
}

static void
secret_free (gpointer data)
{
  Secret *secret = data;

  g_free (secret->host);
  g_clear_pointer (&secret->name, g_bytes_unref);
  g_clear_pointer (&secret->secret, g_bytes_unref);
  g_free (secret);
}

Secrets *
secrets_new (int fd)
{
  Secrets *secrets = g_new0 (Secrets, 1);

  g_atomic_ref_count_init (&secrets->refs);
  g_mutex_init (&secrets->lock);
  secrets->fd = fd;
  secrets->list = g_ptr_array_new_with_free_func (secret_free);
  return secrets;
}

Secrets *
secrets_ref (Secrets *secrets)
{
  g_atomic_ref_count_inc (&secrets->refs);
  return secrets;
}

void
secrets_unref (Secrets *secrets)
{
  if (!g_atomic_ref_count_dec (&secrets->refs))
    return;
  if (secrets->fd >= 0)
    close (secrets->fd);
  g_clear_error (&secrets->error);
  g_ptr_array_unref (secrets->list);
  g_mutex_clear (&secrets->lock);
  g_free (secrets);
}

/* Reads at most LIMIT_SECRETS bytes and waits for the writer, but not longer than ten seconds. */
static gssize
read_all (int fd, char *buffer, GCancellable *cancellable, GError **error)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gsize length = 0;

  while (length < LIMIT_SECRETS)
    {
      GPollFD polls[2] = { { .fd = fd, .events = G_IO_IN } };
      const gboolean can_cancel = g_cancellable_make_pollfd (cancellable, &polls[1]);
      const gint64 left = (end - g_get_monotonic_time ()) / 1000;
      const int ready = left > 0 ? g_poll (polls, can_cancel ? 2 : 1, (int)left) : 0;
      gssize n;

      if (can_cancel)
        g_cancellable_release_fd (cancellable);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return -1;
      if (ready == 0)
        {
          g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                               _ ("The descriptor of secrets has no end"));
          return -1;
        }
      n = read (fd, buffer + length, LIMIT_SECRETS - length);
      if (n == 0)
        return (gssize)length;
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        {
          g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                       _ ("The descriptor of secrets cannot be read: %s"), g_strerror (errno));
          return -1;
        }
      length += n > 0 ? (gsize)n : 0;
    }
  g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
               _ ("The descriptor of secrets holds %d bytes and more"), LIMIT_SECRETS);
  return -1;
}

/* The next field, up to its NUL; NULL when there is none. */
static const char *
next_field (const char **cursor, const char *end)
{
  const char *start = *cursor;
  const char *stop = start < end ? memchr (start, '\0', end - start) : NULL;

  if (!stop)
    return NULL;
  *cursor = stop + 1;
  return start;
}

static gboolean
parse (Secrets *secrets, const char *text, gsize length)
{
  const char *cursor = text, *end = text + length;

  while (cursor < end)
    {
      const char *kind = next_field (&cursor, end);
      const gboolean is_token = kind && strcmp (kind, "token") == 0;
      const char *host = kind ? next_field (&cursor, end) : NULL;
      const char *name = host && !is_token ? next_field (&cursor, end) : NULL;
      const char *value = is_token ? (host ? next_field (&cursor, end) : NULL)
                                   : (name ? next_field (&cursor, end) : NULL);
      Secret *secret;

      if (!value || *host == '\0' || (!is_token && strcmp (kind, "password") != 0))
        return FALSE;
      secret = g_new0 (Secret, 1);
      secret->is_token = is_token;
      secret->host = g_strdup (host);
      secret->name = name ? bytes_new_wiped (name, strlen (name)) : NULL;
      secret->secret = bytes_new_wiped (value, strlen (value));
      g_ptr_array_add (secrets->list, secret);
    }
  return TRUE;
}

gboolean
secrets_load (Secrets *secrets, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&secrets->lock);

  if (secrets->fd >= 0)
    {
      g_autofree char *buffer = g_malloc0 (LIMIT_SECRETS);
      const gssize length = read_all (secrets->fd, buffer, cancellable, &secrets->error);

      if (length >= 0 && !parse (secrets, buffer, (gsize)length))
        g_set_error_literal (&secrets->error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                             _ ("What the descriptor of secrets holds does not read"));
      wipe (buffer, LIMIT_SECRETS);
      close (secrets->fd);
      secrets->fd = -1;
    }
  if (!secrets->error)
    return TRUE;
  if (error)
    *error = g_error_copy (secrets->error);
  return FALSE;
}

TernCredentials *
secrets_find (Secrets *secrets, const char *server, const char *host, gboolean as_token, guint nth)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&secrets->lock);

  for (guint i = 0; i < secrets->list->len; i++)
    {
      const Secret *secret = g_ptr_array_index (secrets->list, i);

      if (secret->is_token != as_token
          || (g_ascii_strcasecmp (secret->host, server)
              && (!host || g_ascii_strcasecmp (secret->host, host))))
        continue;
      if (nth-- > 0)
        continue;
      if (secret->is_token)
        {
          g_autofree char *token = g_strndup (g_bytes_get_data (secret->secret, NULL),
                                              g_bytes_get_size (secret->secret));
          TernCredentials *credentials = tern_credentials_new_token (token);

          wipe (token, strlen (token));
          return credentials;
        }
      return tern_credentials_new_bytes (secret->name, secret->secret);
    }
  return NULL;
}
