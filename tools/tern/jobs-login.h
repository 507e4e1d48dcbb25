/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login of a job. */
#pragma once

#include "jobs.h"

#include <tern/tern-fetch-service.h>

extern const Option jobs_login_options[];

/* What the user says, for the server of @uri alone. */
gboolean jobs_login_add (TernFetchService *service,
                         const JobsOptions *options,
                         const char *uri,
                         GError **error);
