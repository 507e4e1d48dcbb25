/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ordered, case-insensitive multi-map of header fields. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_HEADERS (tern_headers_get_type ())

TERN_AVAILABLE_IN_ALL
GType tern_headers_get_type (void);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_headers_new (void);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_headers_copy (const TernHeaders *headers);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_headers_ref (TernHeaders *headers);
TERN_AVAILABLE_IN_ALL
void tern_headers_unref (TernHeaders *headers);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_append (TernHeaders *headers, const char *name, const char *value);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_append_bytes (TernHeaders *headers, const char *name, GBytes *value);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_set (TernHeaders *headers, const char *name, const char *value);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_remove (TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
const char *tern_headers_get (const TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
GBytes *tern_headers_get_bytes (const TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
char *tern_headers_get_combined (const TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
char **tern_headers_get_all (const TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_has (const TernHeaders *headers, const char *name);
TERN_AVAILABLE_IN_ALL
guint tern_headers_get_n (const TernHeaders *headers);
TERN_AVAILABLE_IN_ALL
gboolean tern_headers_get_nth (const TernHeaders *headers, guint i, const char **name,
                               const char **value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernHeaders, tern_headers_unref)

G_END_DECLS
