/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Doing what stages ask for; the deciding is never here. */
#pragma once

#include "engine/tern-op.h"

void tern_operation_clear (TernOperation *self);

/* Starts or goes on with flow->op. Never FAILED: what goes wrong is part of the outcome. */
TernStep tern_operation_perform (gpointer flow, TernWait *wait);
