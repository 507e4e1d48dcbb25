/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment's proxy variables for GIO and for every program that asks a GProxyResolver. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_ENVIRONMENT_PROXY_RESOLVER (tern_environment_proxy_resolver_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernEnvironmentProxyResolver,
                      tern_environment_proxy_resolver,
                      TERN,
                      ENVIRONMENT_PROXY_RESOLVER,
                      GObject)

TERN_AVAILABLE_IN_ALL
TernEnvironmentProxyResolver *tern_environment_proxy_resolver_new (void);

G_END_DECLS
