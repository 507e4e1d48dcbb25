/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes with the calls of a service beside their arguments. */
#pragma once

#include <tern/tern-fetch-service.h>

#include <gio/gunixfdlist.h>

#include "fetch/tern-fetch-secrets.h"

TernFetchSecrets *tern_fetch_service_get_secrets (TernFetchService *self);
/* Takes @path, that of an object which is exported as @id, in place of the one before; NULL is
 * none. */
void tern_fetch_service_take_agent (TernFetchService *self, char *path, guint id);
/* The program's options, or none, with the secrets and the agent; descriptors go into @list. A
 * reference that is not floating; NULL with an error. */
GVariant *tern_fetch_service_pack (TernFetchService *self,
                                   GVariant *options,
                                   GUnixFDList *list,
                                   GError **error);
