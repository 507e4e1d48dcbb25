/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A quick sum over bytes, by which a record is known to be as it was written. Pure. */
#pragma once

#include <glib.h>

/* The same on every machine, for it is stored. Against accidents alone: who can write into a store
 * can write a right sum, too. */
guint32 tern_cache_sum (const void *data, gsize len);
