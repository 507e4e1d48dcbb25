/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body that several read. Whoever of them finds no byte waiting takes the baton, reads from the
 * network once, straight into his own buffer, hands what came to the writer and puts the baton
 * down, also where he had to wait: then he has the descriptor among his own wishes, as each of the
 * others has, so that nobody depends on a reader who may be cancelled, go or never read again. No
 * lock is held while anything is read or written. */
#include "engine/tern-cache-fetch.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"
#include "engine/tern-cache-window.h"
#include "exchange/tern-deadline.h"

/* Of what lies before the place of a reader who is ahead. */
#define SCRATCH_SIZE (16 * 1024)
/* So much of that in one go: a main context is not held up for longer. */
#define STRIDE (1024 * 1024)

struct _TernCacheFetch
{
  gatomicrefcount ref_count;
  TernCacheStore *store;
  TernCacheWriter *writer; /* also of what was written, to the end */
  TernCacheDraft *draft;
  gboolean shared;
  void (*over) (gpointer data);
  gpointer over_data;

  TernReader *source; /* of who has the baton; NULL behind the end */

  GMutex lock;    /* for all that follows */
  gboolean held;  /* somebody has the baton */
  gboolean keeps; /* the writer takes what comes */
  gboolean ended;
  gboolean closed; /* the last reader has gone before the end */
  gboolean spoiled;
  gboolean committed;
  gboolean told; /* that it is over */
  GError *failed;
  guint64 length;         /* how much has come */
  guint64 stored;         /* how much of it the writer has */
  gint64 left;            /* by the word of the server, -1 where it said nothing */
  TernCacheWindow window; /* what has come since the writer fails */
  TernHeaders *trailers;
  GPtrArray *readers; /* (element-type FetchReader): borrowed */
  guint n_reserved;   /* for those who are about to read */
};

typedef struct
{
  TernReader reader;
  TernCacheFetch *fetch;
  guint64 at;
  TernDeadline clock;
  char *host;
  TernWake *wake; /* under the fetch's lock: fired when it is worth to look again */
  gboolean blind; /* the same: it waits for the baton and for nothing else */
} FetchReader;

/* ---- life ---- */

TernCacheFetch *
tern_cache_fetch_new (TernReader *source,
                      TernCacheStore *store,
                      TernCacheWriter *writer,
                      TernCacheDraft *draft,
                      gboolean shared)
{
  TernCacheFetch *self = g_new0 (TernCacheFetch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->source = source;
  self->store = g_object_ref (store);
  self->writer = writer;
  self->draft = draft;
  self->shared = shared;
  self->keeps = TRUE;
  self->left = tern_reader_get_remaining (source);
  self->readers = g_ptr_array_new ();
  return self;
}

TernCacheFetch *
tern_cache_fetch_ref (TernCacheFetch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_cache_fetch_unref (TernCacheFetch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->source, tern_reader_free);
  g_object_unref (self->writer);
  tern_cache_draft_free (self->draft);
  g_object_unref (self->store);
  tern_cache_window_clear (&self->window);
  g_clear_pointer (&self->trailers, tern_headers_unref);
  g_clear_error (&self->failed);
  g_ptr_array_unref (self->readers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
tern_cache_fetch_set_over (TernCacheFetch *self, void (*over) (gpointer data), gpointer data)
{
  self->over = over;
  self->over_data = data;
}

static void
tell_over (TernCacheFetch *self)
{
  gboolean told;

  g_mutex_lock (&self->lock);
  told = self->told;
  self->told = TRUE;
  g_mutex_unlock (&self->lock);
  if (!told && self->over)
    self->over (self->over_data);
}

/* With the lock held: the writer takes nothing more; what comes is kept for who is behind. */
static void
stop_keeping (TernCacheFetch *self)
{
  if (!self->keeps)
    return;
  self->keeps = FALSE;
  tern_cache_window_init (&self->window, self->stored);
}

void
tern_cache_fetch_spoil (TernCacheFetch *self)
{
  gboolean remove;

  g_mutex_lock (&self->lock);
  /* Who has the baton writes as he began, and looks at this before he commits and after. */
  self->spoiled = TRUE;
  remove = self->committed;
  self->committed = FALSE;
  g_mutex_unlock (&self->lock);
  if (remove)
    tern_cache_draft_remove (self->draft, self->store);
  tell_over (self);
}

/* ---- who is woken ---- */

/* With the lock held: those who are to look again; @blind_only: who waits for the baton alone. */
static GPtrArray *
collect_wakes (TernCacheFetch *self, gboolean blind_only)
{
  GPtrArray *wakes = NULL;

  for (guint i = 0; i < self->readers->len; i++)
    {
      FetchReader *reader = self->readers->pdata[i];

      if (!reader->wake || (blind_only && !reader->blind))
        continue;
      if (!wakes)
        wakes = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_wake_unref);
      g_ptr_array_add (wakes, g_steal_pointer (&reader->wake));
    }
  return wakes;
}

static void
fire_wakes (GPtrArray *wakes)
{
  if (!wakes)
    return;
  for (guint i = 0; i < wakes->len; i++)
    tern_wake_fire (wakes->pdata[i]);
  g_ptr_array_unref (wakes);
}

/* With the lock held. */
static void
wish_for_wake (FetchReader *self, TernWait *wait, gboolean blind)
{
  g_clear_pointer (&self->wake, tern_wake_unref);
  self->wake = tern_wake_ref (tern_wait_get_wake (wait));
  self->blind = blind;
  wait->may_block = FALSE;
}

/* ---- with the baton ---- */

/* FALSE where the writer takes no more: from then on the store is no part of it. */
static void
hand_to_writer (TernCacheFetch *self, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;
  gboolean keeps;

  g_mutex_lock (&self->lock);
  keeps = self->keeps;
  g_mutex_unlock (&self->lock);
  if (!keeps || tern_cache_parts_write (self->writer, data, len, &error))
    return;
  tern_log (TERN_LOG_CACHE, "store: %s", error->message);
  g_mutex_lock (&self->lock);
  stop_keeping (self);
  g_mutex_unlock (&self->lock);
  tell_over (self);
}

/* The last byte is there. */
static void
commit (TernCacheFetch *self, guint64 length)
{
  gboolean keeps, spoiled;

  g_mutex_lock (&self->lock);
  keeps = self->keeps && !self->spoiled;
  g_mutex_unlock (&self->lock);
  if (!keeps || !tern_cache_draft_commit (self->draft, self->store, self->writer, length))
    return;
  g_mutex_lock (&self->lock);
  spoiled = self->spoiled;
  self->committed = !spoiled;
  g_mutex_unlock (&self->lock);
  if (spoiled)
    tern_cache_draft_remove (self->draft, self->store);
}

/* One read of the network; what came is in @buffer and, as far as the store can, in the writer.
 * @ahead: the reader wants none of it. */
static TernStep
pull (FetchReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, gboolean ahead)
{
  TernCacheFetch *self = reader->fetch;
  GError *cause = NULL;
  GPtrArray *wakes;
  TernHeaders *trailers = NULL;
  gint64 left = -1;
  gboolean ended;
  TernStep step;

  step = tern_reader_read (self->source, buffer, len, n, wait, &cause);
  if (step == TERN_STEP_DONE && *n > 0)
    hand_to_writer (self, buffer, *n);
  if (step != TERN_STEP_FAILED)
    left = tern_reader_get_remaining (self->source);
  ended = step == TERN_STEP_DONE && (*n == 0 || left == 0);
  if (ended)
    {
      trailers = tern_reader_get_trailers (self->source);
      if (trailers)
        tern_headers_ref (trailers);
      commit (self, self->length + *n);
    }
  if (ended || step == TERN_STEP_FAILED)
    {
      g_clear_pointer (&self->source, tern_reader_free);
      tell_over (self);
    }
  g_mutex_lock (&self->lock);
  self->held = FALSE;
  self->ended = ended;
  self->failed = cause;
  self->trailers = trailers;
  self->left = left;
  if (step == TERN_STEP_WAIT)
    {
      if (self->shared)
        wish_for_wake (reader, wait, FALSE);
    }
  else
    {
      if (!ahead)
        reader->at += *n;
      self->length += *n;
      if (self->keeps)
        self->stored = self->length;
      else if (self->readers->len > 1)
        tern_cache_window_append (&self->window, buffer, *n);
      else
        tern_cache_window_trim (&self->window, self->length);
    }
  wakes = collect_wakes (self, step == TERN_STEP_WAIT);
  g_mutex_unlock (&self->lock);
  fire_wakes (wakes);
  return step;
}

/* ---- reading ---- */

/* With the lock held: what nobody is behind of goes. */
static void
trim_window (TernCacheFetch *self)
{
  guint64 behind = self->length;

  for (guint i = 0; i < self->readers->len; i++)
    behind = MIN (behind, ((FetchReader *)self->readers->pdata[i])->at);
  tern_cache_window_trim (&self->window, behind);
}

static TernStep
fail_behind (FetchReader *self, const GError *cause, GError **error)
{
  if (cause)
    g_propagate_error (error, g_error_copy (cause));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE,
                 _ ("%s: the cache could not keep the body, and others have read on (%s)"),
                 G_OBJECT_TYPE_NAME (self->fetch->store), self->host);
  return TERN_STEP_FAILED;
}

/* What has come already; called with the lock held, which it lets go. */
static TernStep
take (FetchReader *self, void *buffer, gsize len, gsize *n, GError **error)
{
  TernCacheFetch *fetch = self->fetch;
  g_autoptr (GError) cause = NULL;
  gsize got;

  if (self->at >= fetch->stored)
    {
      got = tern_cache_window_copy (&fetch->window, self->at, buffer, len);
      self->at += got;
      if (got > 0)
        trim_window (fetch);
      g_mutex_unlock (&fetch->lock);
    }
  else
    {
      const gsize want = MIN (len, fetch->stored - self->at);
      gssize read;

      g_mutex_unlock (&fetch->lock);
      read = tern_cache_parts_read (fetch->writer, self->at, buffer, want, &cause);
      got = MAX (read, 0);
      g_mutex_lock (&fetch->lock);
      self->at += got;
      g_mutex_unlock (&fetch->lock);
    }
  if (got == 0)
    return fail_behind (self, cause, error);
  *n = got;
  tern_deadline_moved (&self->clock);
  return TERN_STEP_DONE;
}

/* Somebody else reads from the network. */
static TernStep
wait_for_baton (FetchReader *self, TernWait *wait, GError **error)
{
  if (!tern_deadline_arm (&self->clock, wait, TERN_PHASE_RECEIVE, self->host, error)
      || !tern_deadline_check (&self->clock, TERN_PHASE_RECEIVE, self->host, error))
    return TERN_STEP_FAILED;
  return TERN_STEP_WAIT;
}

/* With the baton; @again: what came is to be looked at like by anybody else. */
static TernStep
read_on (FetchReader *self,
         void *buffer,
         gsize len,
         gsize *n,
         gboolean *again,
         guint64 ahead,
         TernWait *wait,
         GError **error)
{
  char scratch[SCRATCH_SIZE];
  gsize got = 0;
  TernStep step;

  if (self->fetch->shared)
    wait->may_block = FALSE;
  if (ahead > 0)
    step = pull (self, scratch, MIN (sizeof scratch, ahead), &got, wait, TRUE);
  else
    step = pull (self, buffer, len, &got, wait, FALSE);
  if (step == TERN_STEP_WAIT)
    return tern_deadline_check (&self->clock, TERN_PHASE_RECEIVE, self->host, error)
               ? TERN_STEP_WAIT
               : TERN_STEP_FAILED;
  tern_deadline_moved (&self->clock);
  *again = step == TERN_STEP_FAILED || ahead > 0;
  if (!*again)
    *n = got;
  return TERN_STEP_DONE;
}

/* Puts the baton down and comes back at once. */
static TernStep
take_breath (FetchReader *self, TernWait *wait)
{
  g_mutex_lock (&self->fetch->lock);
  self->fetch->held = FALSE;
  g_mutex_unlock (&self->fetch->lock);
  wait->may_block = FALSE;
  tern_wait_add_deadline (wait, g_get_monotonic_time ());
  return TERN_STEP_WAIT;
}

static TernStep
fetch_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  FetchReader *self = (FetchReader *)reader;
  TernCacheFetch *fetch = self->fetch;
  gboolean again = TRUE;
  TernStep step = TERN_STEP_DONE;
  gsize strides = STRIDE / SCRATCH_SIZE;

  *n = 0;
  while (again && step == TERN_STEP_DONE && len > 0)
    {
      guint64 ahead;
      gboolean in_time;

      again = FALSE;
      g_mutex_lock (&fetch->lock);
      g_clear_pointer (&self->wake, tern_wake_unref);
      if (self->at < fetch->length)
        return take (self, buffer, len, n, error);
      if (fetch->failed || fetch->ended)
        {
          if (fetch->failed)
            g_propagate_error (error, g_error_copy (fetch->failed));
          step = fetch->failed ? TERN_STEP_FAILED : TERN_STEP_DONE;
          g_mutex_unlock (&fetch->lock);
          return step;
        }
      if (fetch->held)
        {
          wish_for_wake (self, wait, TRUE);
          g_mutex_unlock (&fetch->lock);
          return wait_for_baton (self, wait, error);
        }
      ahead = self->at - fetch->length;
      in_time = tern_deadline_arm (&self->clock, wait, TERN_PHASE_RECEIVE, self->host, error);
      fetch->held = in_time;
      g_mutex_unlock (&fetch->lock);
      if (!in_time)
        return TERN_STEP_FAILED;
      if (ahead > 0 && strides-- == 0)
        return take_breath (self, wait);
      step = read_on (self, buffer, len, n, &again, ahead, wait, error);
    }
  return step;
}

static gint64
fetch_get_remaining (TernReader *reader)
{
  FetchReader *self = (FetchReader *)reader;
  TernCacheFetch *fetch = self->fetch;
  gint64 remaining;

  g_mutex_lock (&fetch->lock);
  remaining = fetch->ended ? 0 : fetch->left;
  if (remaining >= 0)
    remaining += (gint64)(fetch->length - self->at);
  g_mutex_unlock (&fetch->lock);
  return remaining;
}

static TernHeaders *
fetch_get_trailers (TernReader *reader)
{
  TernCacheFetch *fetch = ((FetchReader *)reader)->fetch;
  TernHeaders *trailers;

  g_mutex_lock (&fetch->lock);
  trailers = fetch->trailers;
  g_mutex_unlock (&fetch->lock);
  return trailers;
}

static void
fetch_spoil (TernReader *reader)
{
  tern_cache_fetch_spoil (((FetchReader *)reader)->fetch);
}

/* With the lock held, which it lets go. Where nobody is left, nobody wants the rest. */
static void
close_if_left (TernCacheFetch *self)
{
  const gboolean closes = self->readers->len == 0 && self->n_reserved == 0 && !self->closed
                          && !self->ended && !self->failed;

  self->closed |= closes;
  if (!self->keeps)
    trim_window (self);
  g_mutex_unlock (&self->lock);
  if (!closes)
    return;
  tell_over (self);
  g_clear_pointer (&self->source, tern_reader_free);
}

void
tern_cache_fetch_reserve (TernCacheFetch *self, guint n)
{
  g_mutex_lock (&self->lock);
  self->n_reserved += n;
  g_mutex_unlock (&self->lock);
}

void
tern_cache_fetch_release (TernCacheFetch *self)
{
  g_mutex_lock (&self->lock);
  self->n_reserved--;
  close_if_left (self);
}

static void
fetch_free (TernReader *reader)
{
  FetchReader *self = (FetchReader *)reader;
  TernCacheFetch *fetch = self->fetch;

  g_mutex_lock (&fetch->lock);
  g_ptr_array_remove_fast (fetch->readers, self);
  g_clear_pointer (&self->wake, tern_wake_unref);
  close_if_left (fetch);
  tern_cache_fetch_unref (fetch);
  g_free (self->host);
  g_free (self);
}

static const TernReaderClass fetch_class = {
  .read = fetch_read,
  .get_remaining = fetch_get_remaining,
  .get_trailers = fetch_get_trailers,
  .spoil = fetch_spoil,
  .free = fetch_free,
};

TernReader *
tern_cache_fetch_attach (
    TernCacheFetch *self, guint64 at, gint64 idle_timeout, gint64 total_deadline, const char *host)
{
  FetchReader *reader;
  gboolean possible;

  g_mutex_lock (&self->lock);
  possible = !self->closed && !self->failed && (self->keeps || at >= self->window.start);
  if (possible)
    {
      reader = g_new0 (FetchReader, 1);
      reader->reader.klass = &fetch_class;
      reader->fetch = tern_cache_fetch_ref (self);
      reader->at = at;
      tern_deadline_init (&reader->clock, idle_timeout, total_deadline);
      reader->host = g_strdup (host);
      g_ptr_array_add (self->readers, reader);
    }
  g_mutex_unlock (&self->lock);
  return possible ? &reader->reader : NULL;
}
