/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a transfer. It has a thread, because a descriptor of a caller's may block for as long
 * as the caller likes (a file system in user space, a pipe that nobody reads), and one caller must
 * not keep the others waiting. The main context starts, cancels and forgets; it never waits for
 * one. */
#include "transfer-private.h"

#include "fetch-error.h"

#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

/* How long a descriptor takes nothing before the job's turn is given to another. */
#define STALL_SECONDS 2
/* How long the end of the program waits for those whose descriptor blocks. */
#define END_MS 3000

static GPrivate current_transfer;
static int n_threads;

TransferSpec *
transfer_spec_new (void)
{
  TransferSpec *spec = g_new0 (TransferSpec, 1);

  spec->body = spec->out = spec->retries = -1;
  spec->timeout = spec->total_timeout = -1;
  return spec;
}

void
transfer_spec_free (TransferSpec *spec)
{
  g_free (spec->uri);
  g_free (spec->method);
  g_clear_pointer (&spec->headers, tern_headers_unref);
  g_free (spec->partition);
  g_free (spec->checksum);
  g_free (spec->content_type);
  if (spec->body >= 0)
    close (spec->body);
  if (spec->out >= 0)
    close (spec->out);
  g_free (spec->etag);
  g_clear_pointer (&spec->secrets, secrets_unref);
  g_free (spec->agent);
  g_free (spec->caller);
  g_free (spec->handle_token);
  g_clear_pointer (&spec->count, count_unref);
  g_free (spec);
}

static Transfer *
transfer_ref (Transfer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
transfer_unref (gpointer data)
{
  Transfer *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->spec, transfer_spec_free);
  g_object_unref (self->client);
  g_object_unref (self->connection);
  g_object_unref (self->cancellable);
  g_free (self->host);
  g_free (self->server);
  g_free (self->etag);
  g_free (self->final_uri);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* ---- telling the main context ---- */

typedef struct
{
  Transfer *transfer;
  TernResponse *response; /* NULL: it is the end */
  GError *error;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  transfer_unref (news->transfer);
  g_clear_object (&news->response);
  g_clear_error (&news->error);
  g_free (news);
}

static gboolean
news_tell (gpointer data)
{
  const News *news = data;
  Transfer *self = news->transfer;

  if (news->response && self->on_head)
    self->on_head (self, news->response, self->data);
  else if (!news->response && self->on_end)
    self->on_end (self, news->error, self->data);
  return G_SOURCE_REMOVE;
}

static void
transfer_tell (Transfer *self, TernResponse *response, const GError *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  News *news = g_new0 (News, 1);

  news->transfer = transfer_ref (self);
  news->response = response ? g_object_ref (response) : NULL;
  news->error = error ? fetch_error_from (error) : NULL;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, news_tell, news, news_free);
  g_source_attach (source, NULL);
}

void
transfer_show_head (Transfer *self, TernResponse *response)
{
  transfer_tell (self, response, NULL);
}

/* ---- the thread ---- */

/* The same code is that of a reader who went away and of a server that broke the connection. */
static void
tell_apart (Transfer *self, GError **error)
{
  GPollFD poll = { .fd = self->spec->out, .events = G_IO_OUT };
  GError *own;

  if (!g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
      || (poll.fd >= 0 && g_poll (&poll, 1, 0) > 0 && (poll.revents & (G_IO_ERR | G_IO_HUP))))
    return;
  own = g_error_new_literal (TERN_FETCH_ERROR, TERN_FETCH_ERROR_INCOMPLETE, (*error)->message);
  g_error_free (*error);
  *error = own;
}

static void
transfer_thread (gpointer data, gpointer unused)
{
  Transfer *self = data;
  g_autoptr (GError) error = NULL;

  g_private_set (&current_transfer, self);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error)
      || (self->spec->secrets && !secrets_load (self->spec->secrets, self->cancellable, &error)))
    transfer_tell (self, NULL, error);
  else
    {
      transfer_set_place (self, self->spec->uri);
      if (!transfer_run (self, &error))
        tell_apart (self, &error);
      /* The reader's end of a pipe is to see its end before it hears of it, or soon after; never is
       * a descriptor kept for longer than the transfer. */
      g_mutex_lock (&self->lock);
      g_clear_pointer (&self->spec, transfer_spec_free);
      g_mutex_unlock (&self->lock);
      transfer_tell (self, NULL, error);
    }
  g_private_set (&current_transfer, NULL);
  g_atomic_int_dec_and_test (&n_threads);
  transfer_unref (self);
}

Transfer *
transfer_start (TernClient *client,
                GDBusConnection *connection,
                TransferSpec *spec,
                TransferHeadFunc on_head,
                TransferEndFunc on_end,
                gpointer data)
{
  static GThreadPool *pool;
  Transfer *self = g_new0 (Transfer, 1);

  if (!pool)
    pool = g_thread_pool_new (transfer_thread, NULL, -1, FALSE, NULL);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->client = g_object_ref (client);
  self->connection = g_object_ref (connection);
  self->spec = spec;
  self->cancellable = g_cancellable_new ();
  self->on_head = on_head;
  self->on_end = on_end;
  self->data = data;
  self->done = spec->offset;
  self->total = -1;
  g_atomic_int_inc (&n_threads);
  g_thread_pool_push (pool, transfer_ref (self), NULL);
  return self;
}

void
transfer_cancel (Transfer *self)
{
  g_cancellable_cancel (self->cancellable);
}

void
transfer_forget (Transfer *self)
{
  self->on_head = NULL;
  self->on_end = NULL;
  g_cancellable_cancel (self->cancellable);
  transfer_unref (self);
}

guint
transfer_count_threads (void)
{
  return (guint)g_atomic_int_get (&n_threads);
}

void
transfer_wait_threads (void)
{
  for (guint waited = 0; transfer_count_threads () > 0 && waited < END_MS; waited += 2)
    g_usleep (2000);
}

/* ---- how far it is ---- */

void
transfer_set_progress (Transfer *self, guint64 done, gint64 total)
{
  g_mutex_lock (&self->lock);
  self->done = done;
  self->total = total;
  g_mutex_unlock (&self->lock);
}

void
transfer_set_facts (Transfer *self, const char *etag, const char *final_uri)
{
  g_mutex_lock (&self->lock);
  if (etag)
    {
      g_free (self->etag);
      self->etag = g_utf8_make_valid (etag, -1);
    }
  if (final_uri)
    {
      g_free (self->final_uri);
      self->final_uri = g_utf8_make_valid (final_uri, -1);
    }
  g_mutex_unlock (&self->lock);
}

void
transfer_get_progress (Transfer *self, TransferProgress *progress)
{
  g_mutex_lock (&self->lock);
  progress->done = self->done;
  progress->total = self->total;
  progress->etag = g_strdup (self->etag);
  progress->final_uri = g_strdup (self->final_uri);
  g_mutex_unlock (&self->lock);
}

void
transfer_progress_clear (TransferProgress *progress)
{
  g_clear_pointer (&progress->etag, g_free);
  g_clear_pointer (&progress->final_uri, g_free);
}

gboolean
transfer_is_stalled (Transfer *self)
{
  const gint64 now = g_get_monotonic_time ();
  GPollFD poll = { .fd = -1, .events = G_IO_OUT };
  gboolean stalled;

  g_mutex_lock (&self->lock);
  if (self->spec && self->spec->out >= 0 && self->spec->kind != DESCRIPTOR_FILE)
    poll.fd = self->spec->out;
  if (poll.fd < 0 || g_poll (&poll, 1, 0) != 0)
    self->blocked_since = 0;
  else if (self->blocked_since == 0)
    self->blocked_since = now;
  stalled = self->blocked_since != 0 && now - self->blocked_since > STALL_SECONDS * G_USEC_PER_SEC;
  g_mutex_unlock (&self->lock);
  return stalled;
}

/* ---- the client's signals ---- */

static TernCredentials *
on_authenticate (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  Transfer *self = g_private_get (&current_transfer);

  return self ? transfer_answer (self, challenge, tern_request_get_authentication_attempt (request))
              : NULL;
}

/* Redirects are followed out of sight: who asks for credentials is who was asked last. */
static void
on_redirected (TernClient *client, TernResponse *previous, const char *next, gpointer data)
{
  Transfer *self = g_private_get (&current_transfer);

  if (self)
    transfer_set_place (self, next);
}

void
transfer_connect_client (TernClient *client)
{
  g_signal_connect (client, "authenticate", G_CALLBACK (on_authenticate), NULL);
  g_signal_connect (client, "redirected", G_CALLBACK (on_redirected), NULL);
}
