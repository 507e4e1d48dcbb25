/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment's proxy variables of this process, beside the public
 * tern_proxy_new_from_environment(). */
#pragma once

#include <glib.h>

/* A number for what the variables say: 0 where none is set, another one (as good as surely) after
 * any of them changed. Cheap enough to be asked for each request. */
guint64 tern_proxy_environment_stamp (void);
