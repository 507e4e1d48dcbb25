/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file as the sink of a download. It grows under another name, locked against a second download,
 * and gets its own name when it is whole. It must never replace what it was not told to. */
#pragma once

#include <gio/gio.h>

#include "download/tern-download-sink.h"

/* @uri is what is asked for, @place a digest of it. Where an earlier download left something that
 * can be gone on with, @state is that (else its length is 0, and nothing of it is set). */
TernDownloadSink *tern_download_file_new (GFile *destination,
                                          const TernUri *uri,
                                          const char *place,
                                          gboolean overwrite,
                                          TernDownloadState *state,
                                          GError **error);

/* Where it lies in the end; NULL before it has its name, and of another sink. */
const char *tern_download_file_get_path (const TernDownloadSink *sink);
