/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went into a pipe or a socket can be neither read nor written again, so a helper that comes
 * after one that was killed has to know it to the byte. It is in a small file that is mapped: what
 * is stored there is the kernel's at once, and costs no system call. Before a write stands in it
 * how much there may be after it, after the write how much there is. It is never believed after
 * another boot, for then nobody knows which of the stores came to the disk. */
#include "count.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "terncnt1"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* In the byte order of the machine: it is read in the same boot. */
typedef struct
{
  char magic[8];
  char boot[40];
  guint64 done;
  guint64 most;
  guint32 etag_size; /* its NUL included; 0: not known */
  char etag[956];    /* empty for one that is longer, and for none */
} Record;

G_STATIC_ASSERT (sizeof (Record) == 1024);

struct _Count
{
  gatomicrefcount refs;
  GMutex lock; /* between the threads of this process */
  volatile Record *record;
};

/* Empty where the system does not say. */
static void
read_boot (char boot[40])
{
  g_autofree char *text = NULL;

  memset (boot, 0, 40);
  if (g_file_get_contents (BOOT_ID, &text, NULL, NULL))
    strncpy (boot, g_strchomp (text), 39);
}

/* With blocks of its own: a store into a hole of a full disk would be SIGBUS. */
static gboolean
fill (int fd, const Record *record)
{
  gssize n;

  do
    n = write (fd, record, sizeof *record);
  while (n < 0 && errno == EINTR);
  if (n >= 0 && n < (gssize)sizeof *record)
    errno = ENOSPC;
  return n == (gssize)sizeof *record;
}

static void *
make_file (const char *path, const Record *record)
{
  g_autofree char *draft = g_strconcat (path, "~", NULL);
  const int fd = g_open (draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  void *mapped = MAP_FAILED;
  int number;

  if (fd >= 0 && fill (fd, record))
    mapped = mmap (NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED && g_rename (draft, path) < 0)
    {
      number = errno;
      munmap (mapped, sizeof *record);
      mapped = MAP_FAILED;
      errno = number;
    }
  number = errno;
  if (fd >= 0)
    close (fd);
  if (mapped == MAP_FAILED)
    g_unlink (draft);
  errno = number;
  return mapped;
}

/* Nobody believes an entity tag of which a part is there: its size says that it is whole. */
static void
put_etag (volatile Record *record, const char *etag)
{
  const gsize length = strlen (etag);

  record->etag_size = 0;
  atomic_signal_fence (memory_order_seq_cst);
  memset ((char *)record->etag, 0, sizeof record->etag);
  if (length < sizeof record->etag)
    memcpy ((char *)record->etag, etag, length);
  atomic_signal_fence (memory_order_seq_cst);
  record->etag_size = length < sizeof record->etag ? (guint32)length + 1 : 1;
}

Count *
count_new (const char *path, guint64 done, const char *etag)
{
  Record record = { .done = done, .most = done };
  Count *count;
  void *mapped;

  memcpy (record.magic, MAGIC, sizeof record.magic);
  read_boot (record.boot);
  if (etag)
    put_etag (&record, etag);
  mapped = make_file (path, &record);
  if (mapped == MAP_FAILED)
    {
      g_warning ("%s: %s", path, g_strerror (errno));
      g_unlink (path);
      return NULL;
    }
  count = g_new0 (Count, 1);
  g_atomic_ref_count_init (&count->refs);
  g_mutex_init (&count->lock);
  count->record = mapped;
  return count;
}

Count *
count_ref (Count *count)
{
  g_atomic_ref_count_inc (&count->refs);
  return count;
}

void
count_unref (Count *count)
{
  if (!g_atomic_ref_count_dec (&count->refs))
    return;
  munmap ((void *)count->record, sizeof *count->record);
  g_mutex_clear (&count->lock);
  g_free (count);
}

/* The order is what matters where the process ends between the two: what is done never stands for
 * more than was written, nor what may be for less. */
void
count_set (Count *count, guint64 done, guint64 most)
{
  g_mutex_lock (&count->lock);
  if (most >= count->record->most)
    {
      count->record->most = most;
      count->record->done = done;
    }
  else
    {
      count->record->done = done;
      count->record->most = most;
    }
  g_mutex_unlock (&count->lock);
}

void
count_set_etag (Count *count, const char *etag)
{
  g_mutex_lock (&count->lock);
  put_etag (count->record, etag);
  g_mutex_unlock (&count->lock);
}

guint64
count_get_most (Count *count)
{
  guint64 most;

  g_mutex_lock (&count->lock);
  most = count->record->most;
  g_mutex_unlock (&count->lock);
  return most;
}

/* ---- what another left ---- */

static gboolean
load (const char *path, Record *record)
{
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  struct stat status;
  gssize n = -1;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)
      && status.st_size == (off_t)sizeof *record)
    n = read (fd, record, sizeof *record);
  close (fd);
  return n == (gssize)sizeof *record;
}

gboolean
count_read (const char *path, CountState *state)
{
  char boot[40];
  Record record;

  *state = (CountState){ 0 };
  read_boot (boot);
  if (*boot == '\0' || !load (path, &record)
      || memcmp (record.magic, MAGIC, sizeof record.magic) != 0
      || memcmp (record.boot, boot, sizeof boot) != 0 || record.done > record.most)
    return FALSE;
  state->done = record.done;
  state->most = record.most;
  if (record.etag_size > 0 && record.etag_size <= sizeof record.etag
      && record.etag[record.etag_size - 1] == '\0')
    state->etag = g_utf8_make_valid (record.etag, -1);
  return TRUE;
}

void
count_state_clear (CountState *state)
{
  g_clear_pointer (&state->etag, g_free);
}
