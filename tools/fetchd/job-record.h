/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A detached job as text, and back. */
#pragma once

#include "job.h"

char *job_record_write (const Job *job);
/* NULL for what does not read whole. Its account is not charged; *@partition says whose it is. */
Job *job_record_read (const char *path, const char *text, gsize length, char **partition);
