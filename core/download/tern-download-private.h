/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came of a download, as it is filled in before the program sees it. */
#pragma once

#include <tern/tern-download.h>
#include <tern/tern-response.h>

struct _TernDownload
{
  GObject parent_instance;

  GFile *file;
  guint64 size;
  guint64 resumed_from;
  char *checksum;
  char *etag;
  TernResponse *response;
};
