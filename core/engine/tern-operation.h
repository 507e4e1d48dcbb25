/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Doing what stages ask for; the deciding is never here. */
#pragma once

#include <tern/tern-cache.h>

#include "engine/tern-op.h"

void tern_operation_clear (TernOperation *self);

/* Starts or goes on with flow->op. Never FAILED: what goes wrong is part of the outcome. */
TernStep tern_operation_perform (gpointer flow, TernWait *wait);

/* A store operation outside of a flow, for a body that was read to its end: in place where the
 * store allows it, else on the worker pool without anybody waiting. Takes @key and @value (NULL
 * deletes). */
void
tern_operation_store_later (TernCacheStore *store, char *key, GBytes *value, gint64 keep_until);
