/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes through all that a store holds. Others may add and remove at the same time. */
#pragma once

#include "file-store.h"

gboolean
file_list_foreach (FileStore *store, TernCacheStoreFunc func, gpointer user_data, GError **error);
gboolean file_list_usage (FileStore *store, guint64 *n_keys, guint64 *size, GError **error);
gboolean file_list_clear (FileStore *store, GError **error);
gboolean
file_list_verify (FileStore *store, TernCacheDamageFunc func, gpointer user_data, GError **error);
