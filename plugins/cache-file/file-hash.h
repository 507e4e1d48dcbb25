/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check sums of the records: of the xxHash family, because they keep up with the page cache
 * where a CRC or a cryptographic hash would cost more than the read. They find damage, not forgery.
 * Pure. */
#pragma once

#include <glib.h>

/* XXH64, of what is small. */
guint64 file_hash (const void *data, gsize len, guint64 seed);

/* Of a block of a body: XXH3 where its header was there when the plugin was built, which takes half
 * the time, else XXH64. A record says by its version which of them it has. */
guint64 file_hash_block (const void *data, gsize len, guint64 seed);
/* The same, with what every processor can do. */
guint64 file_hash_narrow (const void *data, gsize len, guint64 seed);

#ifdef HAVE_XXHASH
#define FILE_HASH_VERSION 5
#else
#define FILE_HASH_VERSION 4
#endif
