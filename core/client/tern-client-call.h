/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a client as one step, which either driver runs: the flow, and for a fetch the whole
 * body. */
#pragma once

#include "client/tern-client-private.h"
#include "engine/tern-flow.h"

typedef struct _TernClientCall TernClientCall;

TernClientCall *
tern_client_call_new (TernClient *client, TernRequest *request, gboolean whole_body);
void tern_client_call_free (TernClientCall *self);

/* An error stays one, whatever the client's errors-as-responses says. */
void tern_client_call_keep_errors (TernClientCall *self);

TernStep tern_client_call_step (gpointer call, TernWait *wait, GError **error);

/* After the driver: settles what the request knows of its failure, and gives @error its last words.
 */
void tern_client_call_settle (TernClientCall *self, GError **error);

/* After DONE (transfer full); @content only of a fetch. */
TernResponse *tern_client_call_steal (TernClientCall *self, GBytes **content);
