/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaces the meta of an entry and leaves its body alone. */
#pragma once

#include "file-store.h"

/* Does nothing, without an error, where the meta is not @before. */
gboolean file_meta_replace (FileStore *store,
                            const char *key,
                            GBytes *before,
                            GBytes *meta,
                            gint64 keep_until,
                            GError **error);
