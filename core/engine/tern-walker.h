/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walker as a step: makes a flow, takes it through the stages, ends it. */
#pragma once

#include "engine/tern-flow.h"

/* Never fails: a request that cannot be sent is the flow's result. */
TernFlow *tern_flow_new (TernSettings *settings, TernRequest *request, const TernHooks *hooks);
void tern_flow_free (TernFlow *self);

/* DONE: the result holds a response. FAILED: @error, and the result's failure. */
TernStep tern_flow_step (gpointer flow, TernWait *wait, GError **error);
