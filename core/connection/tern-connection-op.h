/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of the program's that waits: its step, and the two ways to run it. There is one at a
 * time on a connection. */
#pragma once

#include "connection/tern-connection-private.h"
#include "connection/tern-opener.h"
#include "exchange/tern-deadline.h"

typedef struct _TernConnectionOp TernConnectionOp;

struct _TernConnectionOp
{
  TernConnection *connection;
  TernStep (*step) (TernConnectionOp *self, TernWait *wait, GError **error);
  GError *refusal;  /* the call was not in order: it fails with this */
  guint generation; /* of the connection when the call began */
  gboolean is_busy; /* it has no right to the connection: another call is under way */
  TernPhase phase;
  TernDeadline deadline;
  TernOpener *opener;
  TernResponse *proxy_response; /* that refused a tunnel; the connection's */
  TernTransport *end;

  /* What is to be sent. */
  GByteArray *head;
  GBytes *bytes;
  TernReader *upload;
  gint64 length; /* as of TernSend */
  gboolean is_sender;
  gboolean is_request; /* what is sent begins with a head */
  gboolean is_sending;
  gboolean is_sent; /* all of it */
  TernSend send;

  gboolean is_fatal; /* the answer failed, not the waiting for it */
  TernResponse *response;
};

/* Claims the connection; where it is taken the operation is refused. */
TernConnectionOp *
tern_connection_op_new (TernConnection *connection,
                        TernStep (*step) (TernConnectionOp *self, TernWait *wait, GError **error));

/* Runs it to its end and frees it, but for its response, which is stored at @response. */
gboolean tern_connection_op_run (TernConnectionOp *self,
                                 TernResponse **response,
                                 GCancellable *cancellable,
                                 GError **error);

/* The same without blocking. */
void tern_connection_op_run_async (TernConnectionOp *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data,
                                   gpointer tag);
gboolean tern_connection_op_finish (GAsyncResult *result, TernResponse **response, GError **error);

/* DONE: there is an open link (tern-connection-open.c). */
TernStep tern_connection_open_step (TernConnectionOp *self, TernWait *wait, GError **error);
