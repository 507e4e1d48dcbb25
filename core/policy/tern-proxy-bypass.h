/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which hosts go past a proxy: the entries of no_proxy, as curl reads them, and with ports. Pure.
 */
#pragma once

#include <glib.h>

/* Whether any entry fits. Each may be a list of its own (commas, blanks). @host is a name or an
 * address, with or without brackets; an entry with a port fits only where @port is that one. */
gboolean tern_proxy_bypass_covers (const char *const *entries, const char *host, guint port);

/* The entries of a list, without what stands between them. */
char **tern_proxy_bypass_split (const char *list);
