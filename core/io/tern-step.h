/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one shape of everything that waits. A step does all it can without blocking; when it must
 * wait it fills in a TernWait and returns WAIT; it is called again when something there is ready.
 * It must never block, sleep, or touch a main context. */
#pragma once

#include "io/tern-wait.h"

typedef enum
{
  TERN_STEP_DONE,
  TERN_STEP_WAIT,
  TERN_STEP_FAILED,
} TernStep;

typedef TernStep (*TernStepFunc) (gpointer self, TernWait *wait, GError **error);
