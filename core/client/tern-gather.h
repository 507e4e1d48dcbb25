/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a whole body into memory as one step. */
#pragma once

#include "base/tern-block.h"
#include "io/tern-reader.h"

TernStep tern_gather_step (TernBlock *block, TernReader *body, TernWait *wait, GError **error);
