/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store does with its files. There are two: new values go into one until it has half of the
 * size that is allowed; then it becomes the older one, which is only read, and the one before it
 * goes. So the least recently written go first, with no index, no search and no pause. */
#pragma once

#include "db-turn.h"

gboolean db_store_init (DbStore *self, const char *path, GError **error);
void db_store_clear (DbStore *self);

/* NULL is a miss, whatever the reason. */
GBytes *db_store_get (DbStore *self, const char *key);
gboolean
db_store_set (DbStore *self, const char *key, GBytes *value, gint64 keep_until, GError **error);
gboolean db_store_delete (DbStore *self, const char *key, GError **error);
