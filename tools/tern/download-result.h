/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came of one download, and how it is told. */
#pragma once

#include <gio/gio.h>
#include <tern/tern-types.h>

typedef struct
{
  const char *shown_url;
  TernDownload *download; /* NULL when it failed */
  TernResponse *response; /* the last one that was of use; or NULL */
  GError *error;
  TernFailure *failure; /* where it was a request that failed; or NULL */
  gint64 body_time; /* microseconds since that response */
  guint64 received;
  int exit_code;
} DownloadResult;

/* The object of --json, on one line. */
gboolean download_result_print (const DownloadResult *self, GError **error);

/* What a failed download means. */
int download_result_exit_code (const DownloadResult *self, gboolean cache_only);
