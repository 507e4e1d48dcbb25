/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of the upload workload for libraries that take a GInputStream. Must never cost more than
 * the one memcpy that libcurl's read callback costs. */
#pragma once

#include <gio/gio.h>

/* (transfer full) */
GInputStream *bench_source_new (guint64 size);
