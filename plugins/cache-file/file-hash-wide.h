/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sum of a block on processors that can do more at once. See file-hash.h, which chooses. */
#pragma once

#include <glib.h>

#if defined HAVE_XXHASH && defined __x86_64__ && defined __GNUC__
#define FILE_HASH_WIDE

/* Not to be called where the processor has no AVX2. */
guint64 file_hash_wide (const void *data, gsize len, guint64 seed);
#endif
