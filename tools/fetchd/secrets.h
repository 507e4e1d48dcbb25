/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller wrote into a descriptor of secrets: names, passwords and tokens, each for a host.
 */
#pragma once

#include <gio/gio.h>
#include <tern/tern-types.h>

typedef struct _Secrets Secrets;

/* Takes @fd. Nothing is read before it is asked for, for the writer may take its time. */
Secrets *secrets_new (int fd);
Secrets *secrets_ref (Secrets *secrets);
void secrets_unref (Secrets *secrets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secrets, secrets_unref)

/* Reads the descriptor to its end, the first time; may be called from any thread and may block. */
gboolean secrets_load (Secrets *secrets, GCancellable *cancellable, GError **error);
/* What fits this scheme and this "host:port", or @host where it is not NULL, the @nth that does;
 * NULL when there is none. */
TernCredentials *
secrets_find (Secrets *secrets, const char *server, const char *host, gboolean as_token, guint nth);
