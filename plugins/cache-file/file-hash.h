/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check sum of the records: XXH64, because it keeps up with the page cache where a CRC or a
 * cryptographic hash would cost more than the read. It finds damage, not forgery. Pure. */
#pragma once

#include <glib.h>

guint64 file_hash (const void *data, gsize len, guint64 seed);
