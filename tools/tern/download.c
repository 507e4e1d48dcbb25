/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern download: some at once with one client, in one main context. They may end in any order; what
 * is said of them comes in that of the command line, each in one piece. */
#include "download.h"

#include "color.h"
#include "exit-code.h"
#include "interrupt.h"
#include "progress.h"
#include "report.h"
#include "result.h"
#include "session.h"
#include "transfer.h"
#include "verbose.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>

typedef struct
{
  const DownloadOptions *options;
  GCancellable *cancellable;
  GHashTable *names;   /* of the files, where there are several */
  GHashTable *running; /* their URLs */
  Transfer *transfers;
  guint n;
  guint n_running;
  guint first; /* all before it have begun */
  guint told;  /* of so many has been said what came of them */
  int exit_code;
} Downloads;

static void
on_done (Transfer *transfer, gpointer data)
{
  Downloads *self = data;

  self->n_running--;
  g_hash_table_remove (self->running, transfer->plan->url);
}

/* The same URL twice has one partial file: the second waits for the first, and others may go
 * before it. */
static void
start_some (Downloads *self)
{
  const guint most = download_options_get_parallel (self->options);

  for (guint i = self->first; i < self->n && self->n_running < most; i++)
    {
      Transfer *transfer = &self->transfers[i];

      if (i == self->first && transfer->state != TRANSFER_QUEUED)
        self->first++;
      if (transfer->state != TRANSFER_QUEUED || interrupt_exit_code ()
          || !g_hash_table_add (self->running, transfer->plan->url))
        continue;
      self->n_running++;
      transfer_start (transfer, self->cancellable, on_done, self);
    }
}

static void
tell_some (Downloads *self, gboolean is_last)
{
  for (guint i = self->told; i < self->n; i++)
    {
      Transfer *transfer = &self->transfers[i];
      const gboolean is_over = transfer->state == TRANSFER_OVER;

      if (!is_over && !is_last)
        return;
      self->told = i + 1;
      if (!is_over)
        continue; /* nor was it begun */
      transfer_tell (transfer);
      if (self->exit_code == TERN_EXIT_OK)
        self->exit_code = transfer->result.exit_code;
    }
}

static int
run_all (Downloads *self)
{
  start_some (self);
  while (self->n_running > 0)
    {
      tell_some (self, FALSE);
      g_main_context_iteration (NULL, TRUE);
      start_some (self);
    }
  tell_some (self, TRUE);
  return interrupt_exit_code () ? interrupt_exit_code () : self->exit_code;
}

/* As many connections as were asked for, also to one host. */
static void
allow_connections (TernClient *client, guint n)
{
  if (tern_client_get_max_connections_per_host (client) < n)
    tern_client_set_max_connections_per_host (client, n);
  if (tern_client_get_max_connections (client) < n)
    tern_client_set_max_connections (client, n);
}

static TernClient *
make_client (const DownloadOptions *options, char **urls, GCancellable *cancellable, int *exit_code)
{
  g_autoptr (GError) error = NULL;
  TernClient *client = session_make_client (&options->session, urls, cancellable, &error);

  if (client)
    {
      allow_connections (client, download_options_get_parallel (options));
      if (options->transfer.verbose)
        verbose_watch (client);
      return client;
    }
  *exit_code = interrupt_exit_code ();
  if (!*exit_code)
    *exit_code = result_refuse (error, urls, options->show.json);
  return NULL;
}

static void
run_with (Downloads *self, TernClient *client)
{
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->running = g_hash_table_new (g_str_hash, g_str_equal);
  progress_begin (self->options->transfer.progress);
  progress_watch (client);
  for (guint i = 0; i < self->n; i++)
    {
      Transfer *transfer = &self->transfers[i];

      transfer->client = client;
      transfer->names = self->n > 1 ? self->names : NULL;
      transfer->progress = progress_add (transfer->plan->shown_url);
    }
  self->exit_code = run_all (self);
  progress_end (interrupt_exit_code () != 0);
  g_hash_table_unref (self->running);
  g_hash_table_unref (self->names);
}

static int
run (const DownloadOptions *options, char **arguments)
{
  const guint n = g_strv_length (arguments);
  g_autofree Transfer *transfers = g_new0 (Transfer, n);
  g_autofree char **urls = g_new0 (char *, n + 1);
  Downloads self = { .options = options, .transfers = transfers, .n = n };
  g_autoptr (TernClient) client = NULL;

  self.cancellable = interrupt_begin ();
  for (guint i = 0; i < n; i++)
    {
      transfer_init (&transfers[i], options, arguments[i]);
      urls[i] = transfers[i].plan->url;
    }
  client = make_client (options, urls, self.cancellable, &self.exit_code);
  if (client)
    run_with (&self, client);
  for (guint i = 0; i < n; i++)
    transfer_clear (&transfers[i]);
  return self.exit_code;
}

int
download_run (const void *values, char **arguments)
{
  const DownloadOptions *options = values;
  g_autoptr (GError) error = NULL;

  color_begin (options->show.color);
  if (download_options_check (options, g_strv_length (arguments), &error))
    return run (options, arguments);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
