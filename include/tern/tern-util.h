/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pure helpers that programs may use on their own. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_HTTP_PORT 80
#define TERN_HTTPS_PORT 443

TERN_AVAILABLE_IN_ALL
char *tern_uri_normalize (const char *uri, GError **error);
TERN_AVAILABLE_IN_ALL
char *tern_iri_to_uri (const char *iri);
TERN_AVAILABLE_IN_ALL
GHashTable *tern_cache_control_parse (const char *value);
TERN_AVAILABLE_IN_ALL
char *tern_cache_safe_name (const char *key);
TERN_AVAILABLE_IN_ALL
gint64 tern_http_date_parse (const char *text);
TERN_AVAILABLE_IN_ALL
char *tern_http_date_format (gint64 unix_time);

G_END_DECLS
