/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs that this user gave to the fetch helper: their tokens, and where their files are. */
#pragma once

#include <glib.h>

typedef struct _JobsFile JobsFile;

/* Opens and locks; NULL with an error. */
JobsFile *jobs_file_open (GError **error);
/* Writes what was changed; FALSE with an error. Unlocks and frees in any case. */
gboolean jobs_file_close (JobsFile *self, GError **error);

/* The numbers of all, in their order; to be freed. */
char **jobs_file_list (JobsFile *self);
/* Both NULL where there is none of that number; to be freed. */
char *jobs_file_get_token (JobsFile *self, const char *number);
char *jobs_file_get_path (JobsFile *self, const char *number);
/* A new number, to be freed, for a job with a new secret. */
char *jobs_file_add (JobsFile *self, const char *path);
void jobs_file_remove (JobsFile *self, const char *number);
