/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a failure as they are gathered on the way up. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

struct _TernFailure
{
  gatomicrefcount ref_count;
  TernPhase phase;
  TernResponse *response;
  TernResponse *previous; /* of the redirects that led here; of a response it is its own */
  GBytes *partial_body;
  gint64 expected; /* bytes of the body, -1 where that is not known */
  gint64 received;
  char *line;
};

TernFailure *tern_failure_new (TernPhase phase);

/* The phase as people call it ("looking up the name"), translated. */
const char *tern_phase_describe (TernPhase phase);
