/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached jobs on disk: a file for each, written anew and put in place of the old one, so that a
 * helper that is killed at any instant leaves the old one or the new one. A new job is there before
 * its caller hears of it, and the entity tag of what it fetches as soon as that is known; how far a
 * job is, is written every other second. That is enough for a file; of a pipe there is a count
 * beside it. The folder is one helper's at a time: another, on another bus or on its way out, would
 * take what runs for interrupted and write over it. */
#include "keep.h"

#include "job-record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <tern/tern.h>
#include <unistd.h>

#define WRITE_SECONDS 2
/* How long a helper may take to end, and a little more (transfer.c). */
#define LOCK_WAIT_MS 4000
#define KEEP_SECONDS (30 * 24 * 3600)
#define SUFFIX ".job"
#define COUNT ".count"
#define DRAFT "~"
#define RECORD_MOST (4 << 20)

struct _Keep
{
  char *folder;
  int lock; /* of the folder; -1 where it cannot be opened */
  gboolean is_ours;
  Jobs *jobs;
  Callers *callers;
  GHashTable *dirty;   /* jobs */
  GHashTable *written; /* Job → the mark of what is on disk, to tell progress from the rest */
  guint timer;
};

static char *
file_of (Keep *keep, const Job *job, const char *suffix)
{
  g_autofree char *name = g_strconcat (job->path + strlen (JOB_ROOT "/"), suffix, NULL);

  return g_build_filename (keep->folder, name, NULL);
}

static gboolean
write_file (const char *path, const char *text)
{
  g_autofree char *draft = g_strconcat (path, DRAFT, NULL);
  const int fd = g_open (draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const char *end = text + strlen (text);
  gssize n = 0;

  if (fd < 0)
    return FALSE;
  while (text < end && ((n = write (fd, text, (gsize)(end - text))) >= 0 || errno == EINTR))
    text += n > 0 ? n : 0;
  n = close (fd);
  if (text == end && n == 0 && g_rename (draft, path) == 0)
    return TRUE;
  g_unlink (draft);
  return FALSE;
}

/* Without the tag nothing could go on, however much is there. Never 0. */
static gpointer
mark_of (const Job *job)
{
  return GUINT_TO_POINTER (1 + 2 * (guint)job->state + (job->etag && *job->etag ? 1 : 0));
}

static void
write_job (Keep *keep, Job *job)
{
  g_autofree char *path = file_of (keep, job, SUFFIX);
  g_autofree char *text = job_record_write (job);

  if (!write_file (path, text))
    g_warning ("a job cannot be kept in %s: %s", keep->folder, g_strerror (errno));
  g_hash_table_insert (keep->written, job, mark_of (job));
  g_hash_table_remove (keep->dirty, job);
}

static void
write_dirty (Keep *keep)
{
  g_autofree gpointer *jobs = g_hash_table_get_keys_as_array (keep->dirty, NULL);

  for (guint i = 0; jobs[i]; i++)
    write_job (keep, jobs[i]);
}

static gboolean
on_timer (gpointer data)
{
  Keep *keep = data;

  keep->timer = 0;
  write_dirty (keep);
  return G_SOURCE_REMOVE;
}

static void
drop_count (Keep *keep, Job *job)
{
  g_autofree char *path = file_of (keep, job, COUNT);

  g_clear_pointer (&job->count, count_unref);
  g_unlink (path);
}

/* Before the first byte is written there is a count. One that is there is kept: an earlier run may
 * still be at its last write, and nobody else would know of that. */
static void
tend_count (Keep *keep, Job *job)
{
  if (job->count && (!job_is_stream (job) || job->state == JOB_DONE))
    drop_count (keep, job);
  if (job->count || !job_is_stream (job) || (job->state != JOB_QUEUED && !job->told))
    return;
  g_autofree char *path = file_of (keep, job, COUNT);

  job->count = count_new (path, job->done, job->etag);
}

static void
on_changed (Job *job, gpointer data)
{
  Keep *keep = data;

  if (!job->options->detached)
    return;
  tend_count (keep, job);
  /* A change of state is written at once, how far it is later. */
  if (g_hash_table_lookup (keep->written, job) != mark_of (job))
    {
      write_job (keep, job);
      return;
    }
  g_hash_table_add (keep->dirty, job);
  if (!keep->timer)
    keep->timer = g_timeout_add_seconds (WRITE_SECONDS, on_timer, keep);
}

static void
on_removed (Job *job, const char *owner, gpointer data)
{
  Keep *keep = data;

  if (owner || !job->options->detached)
    return;
  g_autofree char *path = file_of (keep, job, SUFFIX);

  g_unlink (path);
  drop_count (keep, job);
  g_hash_table_remove (keep->dirty, job);
  g_hash_table_remove (keep->written, job);
}

/* ---- the beginning ---- */

static gboolean
is_path (const char *path)
{
  return g_variant_is_object_path (path);
}

/* What is known of the last instant of the helper that was. A count of less than the state knew is
 * none. */
static void
read_count (Keep *keep, Job *job)
{
  g_autofree char *path = file_of (keep, job, COUNT);
  g_auto (CountState) state;

  if (!count_read (path, &state) || !job_is_stream (job) || state.done < job->done)
    return;
  job->done = state.done;
  job->most = state.most;
  job->unknown = state.done != state.most;
  if (!state.etag)
    return;
  g_free (job->etag);
  job->etag = g_steal_pointer (&state.etag);
}

static Job *
read_job (Keep *keep, const char *name)
{
  g_autofree char *file = g_build_filename (keep->folder, name, NULL);
  g_autofree char *text = NULL, *partition = NULL;
  g_autofree char *id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  g_autofree char *path = g_strconcat (JOB_ROOT "/", id, NULL);
  GStatBuf status;
  gsize length;
  Job *job = NULL;

  if (is_path (path) && g_lstat (file, &status) == 0 && S_ISREG (status.st_mode)
      && status.st_size <= RECORD_MOST && g_file_get_contents (file, &text, &length, NULL))
    job = job_record_read (path, text, length, &partition);
  if (job && job->created < g_get_real_time () / G_USEC_PER_SEC - KEEP_SECONDS)
    g_clear_pointer (&job, job_free);
  if (!job)
    {
      g_unlink (file);
      return NULL;
    }
  job->account = callers_take_account (keep->callers, partition);
  read_count (keep, job);
  return job;
}

/* A count whose job is no more, and what was not in place yet when the helper was killed. */
static void
remove_litter (Keep *keep, const char *name)
{
  g_autofree char *path = g_build_filename (keep->folder, name, NULL);
  g_autofree char *record = NULL;

  if (g_str_has_suffix (name, COUNT))
    record = g_strdup_printf ("%.*s" SUFFIX, (int)(strlen (path) - strlen (COUNT)), path);
  else if (!g_str_has_suffix (name, SUFFIX DRAFT) && !g_str_has_suffix (name, COUNT DRAFT))
    return;
  if (!record || !g_file_test (record, G_FILE_TEST_EXISTS))
    g_unlink (path);
}

static int
by_age (gconstpointer a, gconstpointer b)
{
  const Job *one = *(const Job *const *)a, *other = *(const Job *const *)b;

  return (one->created > other->created) - (one->created < other->created);
}

static void
read_all (Keep *keep)
{
  /* What was allowed once is not refused now. */
  const Limits any = { .jobs = G_MAXUINT, .memory = G_MAXUINT64 };
  g_autoptr (GDir) dir = g_dir_open (keep->folder, 0, NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      Job *job = g_str_has_suffix (name, SUFFIX) ? read_job (keep, name) : NULL;

      if (job)
        g_ptr_array_add (list, job);
    }
  if (dir)
    g_dir_rewind (dir);
  while (dir && (name = g_dir_read_name (dir)))
    remove_litter (keep, name);
  g_ptr_array_sort (list, by_age);
  for (guint i = 0; i < list->len; i++)
    {
      Job *job = g_ptr_array_index (list, i);

      job->charged = 2 * strlen (job->uri);
      account_add_job (job->account, &any, job->charged, NULL);
      g_hash_table_insert (keep->written, job, mark_of (job));
      jobs_add (keep->jobs, job, NULL);
    }
}

/* A folder that cannot be opened takes nothing from anybody, and where the file system knows no
 * locks there is none to be had. */
static gboolean
lock_folder (Keep *keep)
{
  if (keep->lock < 0)
    keep->lock = g_open (keep->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  return keep->lock < 0 || flock (keep->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

gboolean
keep_take (Keep *keep, GError **error)
{
  if (keep->is_ours)
    return TRUE;
  if (!lock_folder (keep))
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                           _ ("Another helper, on another bus, has the detached jobs"));
      return FALSE;
    }
  keep->is_ours = TRUE;
  read_all (keep);
  return TRUE;
}

Keep *
keep_new (const char *folder, Jobs *jobs, Callers *callers)
{
  Keep *keep = g_new0 (Keep, 1);
  const JobsListener listener = { .changed = on_changed, .removed = on_removed, .data = keep };

  keep->folder = g_strdup (folder);
  keep->lock = -1;
  keep->jobs = jobs;
  keep->callers = callers;
  keep->dirty = g_hash_table_new (NULL, NULL);
  keep->written = g_hash_table_new (NULL, NULL);
  if (g_mkdir_with_parents (folder, 0700) < 0)
    g_warning ("detached jobs cannot be kept in %s: %s", folder, g_strerror (errno));
  jobs_listen (jobs, &listener);
  for (guint waited = 0; !keep_take (keep, NULL) && waited < LOCK_WAIT_MS; waited += 20)
    g_usleep (20000);
  if (!keep->is_ours)
    g_warning ("another helper has the detached jobs in %s", folder);
  return keep;
}

/* The lock stays until the process has ended: transfers may still be at their last write then. */
void
keep_free (Keep *keep)
{
  g_clear_handle_id (&keep->timer, g_source_remove);
  write_dirty (keep);
  g_hash_table_unref (keep->dirty);
  g_hash_table_unref (keep->written);
  g_free (keep->folder);
  g_free (keep);
}
