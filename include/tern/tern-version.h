/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which version of the library a program was built against, and which one it runs with. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_MAJOR_VERSION 1
#define TERN_MINOR_VERSION 0
#define TERN_MICRO_VERSION 0

#define TERN_CHECK_VERSION(major, minor, micro)                                                    \
  (TERN_MAJOR_VERSION > (major)                                                                    \
   || (TERN_MAJOR_VERSION == (major) && TERN_MINOR_VERSION > (minor))                              \
   || (TERN_MAJOR_VERSION == (major) && TERN_MINOR_VERSION == (minor)                              \
       && TERN_MICRO_VERSION >= (micro)))

TERN_AVAILABLE_IN_ALL
guint tern_get_major_version (void);
TERN_AVAILABLE_IN_ALL
guint tern_get_minor_version (void);
TERN_AVAILABLE_IN_ALL
guint tern_get_micro_version (void);

G_END_DECLS
