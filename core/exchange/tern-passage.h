/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a transport that reaches a proxy to one that reaches an origin: whatever the proxy of a
 * route speaks, SOCKS or CONNECT. Where the proxy is not to look up the origin's name, that comes
 * first. */
#pragma once

#include <tern/tern-response.h>

#include "base/tern-uri.h"
#include "exchange/tern-exchange-env.h"

typedef struct _TernPassage TernPassage;

/* Whether an exchange with that origin needs one: not without a proxy, and not where the request
 * itself goes to the proxy, with its target in absolute form (RFC 9112 §3.2.2). */
gboolean tern_passage_is_needed (const TernRoute *route, const TernUri *uri);
/* Whether the request goes to the proxy in absolute form. */
gboolean tern_passage_is_absolute (const TernRoute *route, const TernUri *uri);

/* @env's route is that of the proxy; what is needed of @env is copied. @deadline: when all must be
 * over. */
TernPassage *tern_passage_new (const TernExchangeEnv *env, TernUri *uri, gint64 deadline);

/* DONE: the name is looked up where that is to be done here, and what will be said is put together
 * and checked: no packet was sent to the proxy yet. Errors: SERVER_NOT_FOUND, and those of
 * tern_tunnel_new() and tern_socks_new(). */
TernStep tern_passage_prepare (TernPassage *self, TernWait *wait, GError **error);

/* Takes the transport; once, prepared, before the first step. */
void tern_passage_take_transport (TernPassage *self, TernTransport *transport);
/* DONE: the way is open, or there is a refusal. */
TernStep tern_passage_step (TernPassage *self, TernWait *wait, GError **error);

/* Grows whenever something moves, for an idle clock. */
guint64 tern_passage_count_moved (TernPassage *self);
/* What goes on has its own clock, and is never late. */
gboolean tern_passage_is_refused (TernPassage *self);

TernTransport *tern_passage_steal_transport (TernPassage *self);
/* The proxy's answer to CONNECT where it was a no; else NULL (transfer full). */
TernResponse *tern_passage_steal_refusal (TernPassage *self);
void tern_passage_free (TernPassage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPassage, tern_passage_free)
