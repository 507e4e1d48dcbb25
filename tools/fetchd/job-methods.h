/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What callers ask of a job of theirs. */
#pragma once

#include "jobs.h"

/* Answers @invocation. @job may be NULL: it has gone since the message came. */
void job_methods_call (Jobs *jobs,
                       Job *job,
                       const char *method,
                       GVariant *arguments,
                       GDBusMethodInvocation *invocation);
