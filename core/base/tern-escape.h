/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile bytes made fit for a message to people: printable, valid UTF-8, bounded, without secrets.
 * */
#pragma once

#include <glib.h>

/* The bytes with everything that is not printable UTF-8 as \xNN (\r, \n, \t by name), cut after
 * about 120 bytes. */
char *tern_escape (const char *text, gsize len);

/* The same at the end of @out, however long it is. */
void tern_escape_append (GString *out, const char *text, gsize len);

/* The same for a URI, with all that may be userinfo left out: it may be malformed in any way. */
char *tern_escape_uri (const char *uri);
