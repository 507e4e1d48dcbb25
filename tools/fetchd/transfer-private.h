/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of a transfer share: the thread's side of it. */
#pragma once

#include "transfer.h"

struct _Transfer
{
  gatomicrefcount refs;
  TernClient *client;
  GDBusConnection *connection;
  TransferSpec *spec;
  GCancellable *cancellable;

  /* The main context's alone. */
  TransferHeadFunc on_head;
  TransferEndFunc on_end;
  gpointer data;

  /* The thread's alone. */
  char *host;          /* of what is being asked, without a port */
  char *server;        /* the same as host:port */
  gboolean is_exposed; /* a redirect has led from https to http */
  guint n_answers;     /* how often this server was answered from the secrets */

  GMutex lock;
  /* Under the lock. */
  guint64 done;
  gint64 total;
  char *etag;
  char *final_uri;
  gint64 blocked_since; /* the descriptor takes nothing since then; 0 when it does */
};

void transfer_set_progress (Transfer *self, guint64 done, gint64 total);
void transfer_set_facts (Transfer *self, const char *etag, const char *final_uri);
/* Tells the main context of the head. */
void transfer_show_head (Transfer *self, TernResponse *response);

/* transfer-body.c: the whole work of one transfer. */
gboolean transfer_run (Transfer *self, GError **error);
/* transfer-write.c: all of @data into the pipe, waiting where it has to. */
gboolean transfer_write (Transfer *self, const guint8 *data, gsize size, GError **error);
/* transfer-download.c: the same for what goes into a descriptor of the caller's. */
gboolean transfer_download (Transfer *self, GError **error);
/* transfer-ask.c. Called for each URI that is asked, before it is. */
void transfer_set_place (Transfer *self, const char *uri);
TernCredentials *transfer_answer (Transfer *self, TernChallenge *challenge, guint attempt);
