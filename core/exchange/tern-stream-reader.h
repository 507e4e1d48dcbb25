/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's GInputStream as a reader: polled where it has a descriptor, else read on the worker
 * pool. */
#pragma once

#include <gio/gio.h>

#include "io/tern-reader.h"

TernReader *tern_stream_reader_new (GInputStream *stream);
/* Opens the file on the worker pool first. */
TernReader *tern_stream_reader_new_file (GFile *file);
