/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One parsed http or https URI. The same parse names the server, connects to it and checks its
 * certificate, so that none of them can be talked into another host. Immutable, reference counted.
 * */
#pragma once

#include <glib.h>

typedef struct
{
  gatomicrefcount ref_count;
  gboolean secure;      /* https */
  guint16 port;         /* never 0 */
  guint hash;           /* of the origin: secure, host, port */
  const char *host;     /* ASCII, lower case, no brackets, no trailing dot handling */
  const char *authority; /* for the Host field: brackets round IPv6, port unless default */
  const char *target;   /* origin-form: path and query, at least "/" */
  const char *userinfo; /* NULL where there is none; still percent-encoded */
  const char *fragment; /* NULL where there is none */
} TernUri;

/* Parses an absolute URI or IRI. Errors: RELATIVE_URI, UNSUPPORTED_SCHEME, INVALID_URL. */
TernUri *tern_uri_parse (const char *text, GError **error);

/* Resolves a reference (RFC 3986 §5.2); a fragment of @base is inherited (RFC 9110 §10.2.2). */
TernUri *tern_uri_resolve (TernUri *base, const char *reference, GError **error);

/* The same under another host to dial and check: an address with its zone, which the authority must
 * not have. */
TernUri *tern_uri_with_host (const TernUri *uri, const char *host);

TernUri *tern_uri_ref (TernUri *uri);
void tern_uri_unref (TernUri *uri);

/* Scheme, host and port (RFC 6454). */
gboolean tern_uri_same_origin (const TernUri *a, const TernUri *b);

/* Removes "." and ".." segments (RFC 3986 §5.2.4) from a path that is empty or starts with "/", in
 * place; returns its new length. */
gsize tern_uri_remove_dots (char *path, gsize len);

/* Without userinfo; the fragment only when asked. */
char *tern_uri_to_string (const TernUri *uri, gboolean with_fragment);

/* Whether that, without a fragment, is the text. */
gboolean tern_uri_is (const TernUri *uri, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernUri, tern_uri_unref)
