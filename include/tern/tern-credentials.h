/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A name and a password, or a token. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_CREDENTIALS (tern_credentials_get_type ())

TERN_AVAILABLE_IN_ALL
GType tern_credentials_get_type (void);
TERN_AVAILABLE_IN_ALL
TernCredentials *tern_credentials_new (const char *name, const char *password);
TERN_AVAILABLE_IN_ALL
TernCredentials *tern_credentials_new_bytes (GBytes *name, GBytes *password);
TERN_AVAILABLE_IN_ALL
TernCredentials *tern_credentials_new_token (const char *token);
TERN_AVAILABLE_IN_ALL
TernCredentials *tern_credentials_ref (TernCredentials *credentials);
TERN_AVAILABLE_IN_ALL
void tern_credentials_unref (TernCredentials *credentials);
TERN_AVAILABLE_IN_ALL
GBytes *tern_credentials_get_name (const TernCredentials *credentials);
TERN_AVAILABLE_IN_ALL
GBytes *tern_credentials_get_password (const TernCredentials *credentials);
TERN_AVAILABLE_IN_ALL
const char *tern_credentials_get_token (const TernCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCredentials, tern_credentials_unref)

G_END_DECLS
