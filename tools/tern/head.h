/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of messages as text. */
#pragma once

#include <tern/tern-types.h>

/* Whether the value of a field of that name lets its holder in somewhere. */
gboolean head_is_secret (const char *name);

/* A field's line as it may be shown: with *** for its value or for the password in a URL. */
char *head_hide_secrets (const char *line);

/* Appends the fields, one a line, each line behind @mark; secrets hidden behind *** if wanted. */
void head_append_fields (GString *out, const char *mark, TernHeaders *headers,
                         gboolean hides_secrets);

/* The status line and the fields of a response, as the server sent them, and the empty line. */
char *head_of_response (TernResponse *response);
