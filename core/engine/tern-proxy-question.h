/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking a GProxyResolver, as a step: the program's own in the thread that asked, the desktop's on
 * the worker pool. A resolver that fails is an error, never a direct connection. */
#pragma once

#include "engine/tern-proxy-finder.h"
#include "io/tern-step.h"

typedef struct _TernProxyQuestion TernProxyQuestion;

/* Takes references. */
TernProxyQuestion *tern_proxy_question_new (TernProxyFinder *finder, TernUri *uri, gint64 deadline);

/* DONE: @routes (transfer full), NULL for a direct connection. Errors: PROXY_UNAVAILABLE, and
 * TIMED_OUT when @deadline is over. */
TernStep tern_proxy_question_step (TernProxyQuestion *self,
                                   TernWait *wait,
                                   GPtrArray **routes,
                                   GError **error);

/* Drops it; who is still looking is not waited for. */
void tern_proxy_question_free (TernProxyQuestion *self);
