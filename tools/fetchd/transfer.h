/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One body on its way from a server into a descriptor, in a thread of its own. */
#pragma once

#include "count.h"
#include "descriptor.h"
#include "secrets.h"

#include <gio/gio.h>
#include <tern/tern-types.h>

typedef struct _Transfer Transfer;

/* What is fetched, where to and for whom. */
typedef struct
{
  char *uri;
  char *method;
  TernHeaders *headers;
  char *partition;
  char *checksum;
  guint64 max_size;
  int retries;
  double timeout; /* negative: the client's, as below */
  double total_timeout;
  char *content_type;
  int body;            /* -1: the request has none */
  gboolean any_status; /* every status is an answer, not only those of success */
  int out;             /* -1: the body is read and goes nowhere */
  DescriptorKind kind;
  guint64 base;     /* where in a regular file the body begins */
  guint64 offset;   /* a descriptor that holds that much already, */
  char *etag;       /* of an entity with this tag */
  Secrets *secrets; /* NULL for none */
  char *agent;      /* NULL for none: an object of @caller's */
  char *caller;
  char *handle_token;
  Count *count; /* of what goes into a pipe or a socket; NULL where nobody counts */
} TransferSpec;

typedef struct
{
  guint64 done;
  gint64 total; /* -1 where it is not known */
  char *etag;   /* NULL where it is not known */
  char *final_uri;
} TransferProgress;

/* Both are called in the main context, and not after transfer_forget (). @on_head may be NULL. The
 * error is one of TERN_FETCH_ERROR. */
typedef void (*TransferHeadFunc) (Transfer *transfer, TernResponse *response, gpointer data);
typedef void (*TransferEndFunc) (Transfer *transfer, const GError *error, gpointer data);

TransferSpec *transfer_spec_new (void);
void transfer_spec_free (TransferSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransferSpec, transfer_spec_free)

/* Takes @spec. The caller holds what is returned until it forgets it. */
Transfer *transfer_start (TernClient *client,
                          GDBusConnection *connection,
                          TransferSpec *spec,
                          TransferHeadFunc on_head,
                          TransferEndFunc on_end,
                          gpointer data);
void transfer_cancel (Transfer *transfer);
/* Nobody is told any more; the transfer ends if it has not, and closes what it holds. */
void transfer_forget (Transfer *transfer);

/* To be cleared with transfer_progress_clear (). */
void transfer_get_progress (Transfer *transfer, TransferProgress *progress);
void transfer_progress_clear (TransferProgress *progress);
/* Whether it waits for who reads the descriptor, and has for some seconds. */
gboolean transfer_is_stalled (Transfer *transfer);
/* How many threads are busy with transfers, the forgotten ones that cannot end included. */
guint transfer_count_threads (void);

/* Waits for them at the end of the program, but not for long: no write is to be cut off. */
void transfer_wait_threads (void);

/* What the signals of the client do for the transfer of the thread that emits them. */
void transfer_connect_client (TernClient *client);
