/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the bus is told of a job. */
#pragma once

#include "job.h"

/* One property of org.libtern.Fetch1.Job, floating; and all of them, as a{sv}. */
GVariant *job_property (const Job *job, const char *name);
GVariant *job_properties (const Job *job);
/* Those of @now (a{sv}) that are not the same in @before. */
GVariant *job_properties_difference (GVariant *before, GVariant *now);
