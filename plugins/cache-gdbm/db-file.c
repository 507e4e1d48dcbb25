/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Besides the records a database has one entry of its own, the sheet: a salt, and whether somebody
 * is writing. What libgdbm writes for one change are several writes; a process that dies between
 * them leaves a file that can be read, but not be written, since its free space may be in use. */
#include "db-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db-hash.h"
#include "db-record.h"

/* The format that counts synchronizations, in files of native 64-bit offsets, and a block size that
 * nobody gets unasked: together they tell our files from those of other programs. */
#define NUMSYNC_MAGIC 0x13579ad1
#define OPEN_FLAGS (GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC | GDBM_CLOERROR | GDBM_NUMSYNC)

/* Where our marks are looked for in a file that libgdbm cannot read. The sheet is the first entry
 * that was ever written, so it lies in the fourth block, and the first records lie close to it. */
#define SEARCHED (8 * DB_FILE_BLOCK_SIZE)

/* The key of the sheet; keys of records have 32 bytes. */
static const char sheet_key[24] = "libtern cache in GDBM 1";

typedef struct
{
  guint8 salt[16];
  guint64 is_written; /* somebody is at it; or was, when he died */
  guint64 sum;
} Sheet;

/* As libgdbm 1.21 and newer write it. */
typedef struct
{
  guint32 magic;
  gint32 block_size;
  gint64 directory;
  gint32 directory_size;
  gint32 directory_bits;
  gint32 bucket_size;
  gint32 bucket_elements;
  gint64 end;
} Header;

G_STATIC_ASSERT (sizeof (Header) == 40);

static gboolean
fail (GError **error, const char *what)
{
  int code = gdbm_errno;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s%s%s", what, gdbm_strerror (code),
               gdbm_check_syserr (code) ? ": " : "",
               gdbm_check_syserr (code) ? g_strerror (errno) : "");
  return FALSE;
}

static datum
make_datum (const void *data, gsize len)
{
  return (datum){ .dptr = (char *)data, .dsize = (int)len };
}

static guint64
sum_sheet (const Sheet *sheet)
{
  return db_hash (sheet, G_STRUCT_OFFSET (Sheet, sum), sizeof sheet_key);
}

static void
take_salt (DbFile *self, const guint8 salt[16])
{
  memcpy (self->salt, salt, 16);
  self->seed = db_hash (salt, 16, 0);
}

/* FALSE where there is none, or none that is whole. */
static gboolean
read_sheet (DbFile *self, gboolean *is_written)
{
  datum found = gdbm_fetch (self->db, make_datum (sheet_key, sizeof sheet_key));
  gboolean is_good = FALSE;
  Sheet sheet;

  if (found.dptr != NULL && found.dsize == sizeof sheet)
    {
      memcpy (&sheet, found.dptr, sizeof sheet);
      is_good = sheet.sum == sum_sheet (&sheet);
    }
  free (found.dptr);
  if (!is_good)
    return FALSE;
  take_salt (self, sheet.salt);
  *is_written = sheet.is_written != 0;
  return TRUE;
}

static gboolean
write_sheet (DbFile *self, gboolean is_written, GError **error)
{
  Sheet sheet = { .is_written = is_written };

  memcpy (sheet.salt, self->salt, sizeof sheet.salt);
  sheet.sum = sum_sheet (&sheet);
  if (gdbm_store (self->db, make_datum (sheet_key, sizeof sheet_key),
                  make_datum (&sheet, sizeof sheet), GDBM_REPLACE)
      == 0)
    return TRUE;
  return fail (error, _ ("cannot write the database"));
}

static gboolean
is_all_zeros (const guint8 *bytes, gsize len)
{
  return len == 0 || (bytes[0] == 0 && memcmp (bytes, bytes + 1, len - 1) == 0);
}

/* Whether the file was ours once: its beginning holds the key of the sheet, or a record, or so much
 * of a header as was left when it was cut off. What a power cut leaves unwritten is zeros. */
static gboolean
has_our_mark (int fd)
{
  static const guint32 start[] = { NUMSYNC_MAGIC, DB_FILE_BLOCK_SIZE };
  g_autofree guint8 *bytes = g_malloc (SEARCHED);
  gssize n = pread (fd, bytes, SEARCHED, 0), i = 0;

  if (n <= 0)
    return FALSE;
  if (memmem (bytes, n, sheet_key, sizeof sheet_key) != NULL || db_record_is_in (bytes, n))
    return TRUE;
  while (i < n && i < (gssize)sizeof start && bytes[i] == ((const guint8 *)start)[i])
    i++;
  return is_all_zeros (bytes + i, n - i);
}

/* libgdbm believes some of what a header says, and would, for instance, fill the disk up to where
 * the header puts the end. */
static DbFileState
check_header (int fd, goffset size)
{
  Header header = { 0 };

  if (size == 0)
    return DB_FILE_EMPTY;
  if (pread (fd, &header, sizeof header, 0) < 0 || header.magic != NUMSYNC_MAGIC
      || header.block_size != DB_FILE_BLOCK_SIZE)
    return has_our_mark (fd) ? DB_FILE_DAMAGED : DB_FILE_FOREIGN;
  if (header.bucket_size != DB_FILE_BLOCK_SIZE || header.end < size || size < DB_FILE_EMPTY_SIZE)
    return DB_FILE_DAMAGED;
  return header.end > size ? DB_FILE_UNCLEAN : DB_FILE_GOOD;
}

/* libgdbm closes what it is given, on errors too, so it gets a copy. */
static gboolean
open_copy (DbFile *self, int fd, int flags)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  gdbm_errno = GDBM_FILE_STAT_ERROR;
  if (copy >= 0)
    self->db = gdbm_fd_open (copy, "", DB_FILE_BLOCK_SIZE, flags | OPEN_FLAGS, NULL);
  return self->db != NULL;
}

/* What went wrong may not be the file's fault. */
static DbFileState
judge_error (void)
{
  return gdbm_errno == GDBM_MALLOC_ERROR || gdbm_errno == GDBM_FILE_READ_ERROR
                 || gdbm_errno == GDBM_FILE_STAT_ERROR
             ? DB_FILE_FAILED
             : DB_FILE_DAMAGED;
}

/* Opened, but without a sheet. */
static DbFileState
judge_without_sheet (DbFile *self, int fd)
{
  gboolean is_absent = gdbm_errno == GDBM_ITEM_NOT_FOUND;
  DbFileState state = judge_error ();
  gboolean has_entries;
  datum any;

  if (state == DB_FILE_FAILED)
    return state;
  any = gdbm_firstkey (self->db);
  has_entries = any.dptr != NULL;
  free (any.dptr);
  return is_absent && has_entries && !has_our_mark (fd) ? DB_FILE_FOREIGN : DB_FILE_DAMAGED;
}

DbFileState
db_file_open (DbFile *self, int fd, gboolean is_writer, int sink)
{
  gboolean is_written = FALSE;
  DbFileState state;
  struct stat info;

  *self = (DbFile){ .sink = sink, .is_writer = is_writer };
  if (fstat (fd, &info) != 0 || lseek (fd, 0, SEEK_SET) != 0)
    return DB_FILE_FAILED;
  self->size = info.st_size;
  state = check_header (fd, info.st_size);
  if (state != DB_FILE_GOOD && state != DB_FILE_UNCLEAN)
    return state;
  if (!open_copy (self, fd, is_writer ? GDBM_WRITER : GDBM_READER))
    return judge_error ();
  if (!read_sheet (self, &is_written))
    {
      state = judge_without_sheet (self, fd);
      db_file_close (self);
      return state;
    }
  self->was_written = is_written;
  return is_written ? DB_FILE_UNCLEAN : state;
}

/* libgdbm does not open a file that grew when its header was not written any more. The sheet lies
 * behind its key. */
gboolean
db_file_was_written (int fd)
{
  g_autofree guint8 *bytes = g_malloc (SEARCHED);
  gssize n = pread (fd, bytes, SEARCHED, 0);
  const guint8 *at = n > 0 ? memmem (bytes, n, sheet_key, sizeof sheet_key) : NULL;
  Sheet sheet;

  if (at == NULL || bytes + n - at < (gssize)(sizeof sheet_key + sizeof sheet))
    return FALSE;
  memcpy (&sheet, at + sizeof sheet_key, sizeof sheet);
  return sheet.sum == sum_sheet (&sheet) && sheet.is_written != 0;
}

/* An empty database in memory, since libgdbm syncs what it makes, which would be to the disk. */
static gboolean
make_template (DbFile *self, guint8 bytes[DB_FILE_EMPTY_SIZE], GError **error)
{
  int fd = memfd_create ("libtern-gdbm", MFD_CLOEXEC);
  gboolean done = fd >= 0 && open_copy (self, fd, GDBM_WRCREAT);

  if (!done)
    fail (error, _ ("cannot make a database"));
  else
    done = write_sheet (self, FALSE, error);
  if (self->db != NULL)
    gdbm_close (self->db);
  self->db = NULL;
  if (done && pread (fd, bytes, DB_FILE_EMPTY_SIZE, 0) != DB_FILE_EMPTY_SIZE)
    done = fail (error, _ ("cannot make a database"));
  if (fd >= 0)
    close (fd);
  return done;
}

gboolean
db_file_create (DbFile *self, int fd, int sink, GError **error)
{
  g_autofree guint8 *bytes = g_malloc (DB_FILE_EMPTY_SIZE);
  guint8 salt[16];

  *self = (DbFile){ .sink = sink, .is_writer = TRUE, .size = DB_FILE_EMPTY_SIZE };
  gdbm_errno = GDBM_FILE_OPEN_ERROR;
  if (getentropy (salt, sizeof salt) != 0)
    return fail (error, _ ("cannot make a database"));
  take_salt (self, salt);
  if (!make_template (self, bytes, error))
    return FALSE;
  gdbm_errno = GDBM_FILE_WRITE_ERROR;
  if (pwrite (fd, bytes, DB_FILE_EMPTY_SIZE, 0) == DB_FILE_EMPTY_SIZE
      && lseek (fd, 0, SEEK_SET) == 0 && open_copy (self, fd, GDBM_WRITER))
    return TRUE;
  return fail (error, _ ("cannot make a database"));
}

/* libgdbm syncs what a writer closes: a hundred times what the rest takes, with the file locked.
 * A cache need not survive a power cut, only be found out; so at the time of closing there is
 * something else behind the descriptor. */
void
db_file_close (DbFile *self)
{
  if (self->db == NULL)
    return;
  if (self->is_writer && dup3 (self->sink, gdbm_fdesc (self->db), O_CLOEXEC) < 0)
    g_debug ("gdbm: dup3: %s", g_strerror (errno));
  gdbm_close (self->db);
  self->db = NULL;
}

/* A key of libgdbm's. Its own hash is weak, and where many keys meet in one bucket the directory
 * is doubled and doubled again; behind a salt no server can choose keys that do. */
void
db_file_hash_key (DbFile *self, const char *key, guint8 hashed[32])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize len = 32;

  g_checksum_update (sum, self->salt, sizeof self->salt);
  g_checksum_update (sum, (const guint8 *)key, strlen (key));
  g_checksum_get_digest (sum, hashed, &len);
}

static DbFileFound
judge (DbFile *self, const datum *found, const char *key, gint64 now, gint64 *keep_until)
{
  const guint8 *record = (const guint8 *)found->dptr;

  if (!db_record_check (record, found->dsize, key, strlen (key), self->seed))
    return DB_FILE_USELESS;
  if (db_record_get_kind (record) == DB_RECORD_TOMBSTONE)
    return DB_FILE_TOMBSTONE;
  *keep_until = db_record_get_keep_until (record);
  return *keep_until != 0 && *keep_until < now ? DB_FILE_USELESS : DB_FILE_VALUE;
}

DbFileFound
db_file_find (DbFile *self, const char *key, gint64 now, GBytes **value, gint64 *keep_until)
{
  gsize skip = DB_RECORD_HEAD_SIZE + strlen (key);
  guint8 hashed[32];
  DbFileFound result;
  datum found;

  db_file_hash_key (self, key, hashed);
  found = gdbm_fetch (self->db, make_datum (hashed, sizeof hashed));
  if (found.dptr == NULL)
    return gdbm_errno == GDBM_ITEM_NOT_FOUND ? DB_FILE_ABSENT : DB_FILE_USELESS;
  result = judge (self, &found, key, now, keep_until);
  if (result == DB_FILE_VALUE)
    *value = g_bytes_new_with_free_func (found.dptr + skip, found.dsize - skip, free, found.dptr);
  else
    free (found.dptr);
  return result;
}

gboolean
db_file_has (DbFile *self, const char *key)
{
  guint8 hashed[32];

  db_file_hash_key (self, key, hashed);
  gdbm_errno = GDBM_NO_ERROR;
  return gdbm_exists (self->db, make_datum (hashed, sizeof hashed)) || gdbm_errno != GDBM_NO_ERROR;
}

static gboolean
mark (DbFile *self, GError **error)
{
  if (!self->is_marked)
    self->is_marked = write_sheet (self, TRUE, error);
  return self->is_marked;
}

gboolean
db_file_store (DbFile *self, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  DbRecordKind kind = value != NULL ? DB_RECORD_VALUE : DB_RECORD_TOMBSTONE;
  g_autofree guint8 *record = NULL;
  guint8 hashed[32];
  gsize len;

  if (!mark (self, error))
    return FALSE;
  db_file_hash_key (self, key, hashed);
  record = db_record_make (kind, key, value, keep_until, self->seed, &len);
  if (gdbm_store (self->db, make_datum (hashed, sizeof hashed), make_datum (record, len),
                  GDBM_REPLACE)
      == 0)
    return TRUE;
  return fail (error, _ ("cannot write the database"));
}

gboolean
db_file_delete (DbFile *self, const char *key, GError **error)
{
  guint8 hashed[32];

  /* What is not there needs no writing. */
  if (!db_file_has (self, key))
    return TRUE;
  db_file_hash_key (self, key, hashed);
  if (!mark (self, error))
    return FALSE;
  if (gdbm_delete (self->db, make_datum (hashed, sizeof hashed)) == 0)
    return TRUE;
  return fail (error, _ ("cannot write the database"));
}

gboolean
db_file_finish (DbFile *self, GError **error)
{
  if (!self->is_marked)
    return TRUE;
  if (!write_sheet (self, FALSE, error))
    return FALSE;
  self->is_marked = FALSE;
  return TRUE;
}
