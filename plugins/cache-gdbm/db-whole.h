/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a store as a whole. Each of these has its turn like any other call, and looks at
 * all there is before the next one comes. */
#pragma once

#include <tern/tern-plugin.h>

#include "db-turn.h"

/* Both call @func when nothing is locked any more. */
gboolean
db_whole_foreach (DbStore *self, TernCacheStoreFunc func, gpointer user_data, GError **error);
gboolean
db_whole_verify (DbStore *self, TernCacheDamageFunc func, gpointer user_data, GError **error);
gboolean db_whole_usage (DbStore *self, guint64 *n_keys, guint64 *size, GError **error);
gboolean db_whole_clear (DbStore *self, GError **error);
