/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which proxy the environment's variables name: curl's rules. Pure: the variables come in as a
 * function, and who asks it reads the environment. */
#pragma once

#include <tern/tern-proxy.h>

/* The value of a variable, or NULL; good until the next call. */
typedef const char *(*TernProxyLookup) (const char *name, gpointer data);

/* The proxy for servers of a scheme, with no_proxy as its bypass list; NULL without an error where
 * there is none. Errors: those of tern_proxy_new_from_uri(), with the name of the variable. */
TernProxy *
tern_proxy_rules_choose (const char *scheme, TernProxyLookup lookup, gpointer data, GError **error);
