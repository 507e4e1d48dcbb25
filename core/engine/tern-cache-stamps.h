/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether something became invalid since it was asked for: what an origin sent before a change is
 * not to be kept after it. */
#pragma once

#include <glib.h>

/* Another number than before once what lies under the key of that URI became invalid. */
guint tern_cache_stamp_of (const char *key);
void tern_cache_stamp_change (const char *key);
