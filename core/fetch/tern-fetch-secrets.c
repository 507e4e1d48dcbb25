/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets on their way to the helper: through a descriptor, so that no message on the bus holds any
 * and who watches the bus sees none. They are kept in memory that is wiped, and in no file. */
#include "fetch/tern-fetch-secrets.h"

#include <tern/tern-fetch-error.h>

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/tern-i18n.h"

/* What the helper reads is shorter than that. */
#define TOO_MUCH 65536

void
tern_fetch_secrets_init (TernFetchSecrets *self)
{
  g_mutex_init (&self->lock);
  self->fields = NULL;
}

/* Growing copies: what was there before is wiped, not only freed. */
static void
wipe (GByteArray *fields)
{
  if (!fields)
    return;
  explicit_bzero (fields->data, fields->len);
  g_byte_array_unref (fields);
}

void
tern_fetch_secrets_reset (TernFetchSecrets *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  g_clear_pointer (&self->fields, wipe);
}

void
tern_fetch_secrets_clear (TernFetchSecrets *self)
{
  tern_fetch_secrets_reset (self);
  g_mutex_clear (&self->lock);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION, message);
  return FALSE;
}

/* A NUL ends a field, and cannot be in one. */
static gboolean
is_field (GBytes *bytes)
{
  gsize size = 0;
  const char *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  return size == 0 || !memchr (data, '\0', size);
}

static void
append (GByteArray *out, const void *data, gsize size)
{
  if (size > 0)
    g_byte_array_append (out, data, (guint)size);
  g_byte_array_append (out, (const guint8 *)"", 1);
}

static void
append_bytes (GByteArray *out, GBytes *bytes)
{
  gsize size = 0;
  const void *data = g_bytes_get_data (bytes, &size);

  append (out, data, size);
}

gboolean
tern_fetch_secrets_add (TernFetchSecrets *self,
                        const char *kind,
                        const char *domain,
                        GBytes *name,
                        GBytes *secret,
                        GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  const gsize before = self->fields ? self->fields->len : 0;
  gsize size = strlen (kind) + g_bytes_get_size (secret) + (name ? g_bytes_get_size (name) : 0) + 4;
  GByteArray *all;

  if (!domain || *domain == '\0')
    return refuse (error, _ ("Whom a secret is for has to be said: a host, or host:port"));
  if (!is_field (name) || !is_field (secret))
    return refuse (error, _ ("A name or a secret with a NUL byte cannot be sent"));
  if (size > TOO_MUCH || before + size + strlen (domain) >= TOO_MUCH)
    return refuse (error, _ ("There are too many secrets for the fetch helper"));
  /* It never grows in its place, which would leave a copy behind. */
  size += before + strlen (domain);
  all = g_byte_array_sized_new ((guint)size);
  if (before > 0)
    g_byte_array_append (all, self->fields->data, (guint)before);
  append (all, kind, strlen (kind));
  append (all, domain, strlen (domain));
  if (name)
    append_bytes (all, name);
  append_bytes (all, secret);
  wipe (g_steal_pointer (&self->fields));
  self->fields = all;
  return TRUE;
}

static int
fail (int fd, GError **error)
{
  const int number = errno;

  g_set_error (error, G_IO_ERROR, (int)g_io_error_from_errno (number),
               _ ("Secrets cannot be passed to the fetch helper: %s"), g_strerror (number));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* A file without a name, whose content the helper and nobody else gets to see, and which is as it
 * is: whoever has the descriptor cannot write to it. It is read from its beginning. */
int
tern_fetch_secrets_open (TernFetchSecrets *self, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gsize done = 0;
  int fd;

  if (!self->fields)
    return -1;
  fd = memfd_create ("tern-fetch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return fail (fd, error);
  while (done < self->fields->len)
    {
      const gssize n
          = pwrite (fd, self->fields->data + done, self->fields->len - done, (off_t)done);

      if (n < 0 && errno != EINTR)
        return fail (fd, error);
      done += n > 0 ? (gsize)n : 0;
    }
  if (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
    return fail (fd, error);
  return fd;
}
