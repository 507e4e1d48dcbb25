/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor of the program's as the sink of a download. What is there already stays its own: on
 * failure nothing is taken back. */
#pragma once

#include "download/tern-download-sink.h"

/* @held bytes of the content lie right before its position. Keeps a duplicate of @fd. */
TernDownloadSink *tern_download_descriptor_new (int fd, guint64 held, GError **error);
