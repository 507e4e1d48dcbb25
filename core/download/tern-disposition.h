/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a server says to a name that a file may have. Pure. Whatever comes in, what goes out is
 * one path component that is neither hidden nor special, valid UTF-8 and fits into a folder. */
#pragma once

#include <glib.h>

/* What is put behind the name of a file that is not whole yet, and of what is known of that. */
#define TERN_DISPOSITION_PARTIAL ".tern-part"
#define TERN_DISPOSITION_STATE ".state"

/* The longest name, in bytes: it leaves room for what is put behind it. */
#define TERN_DISPOSITION_NAME_MOST 200

/* The file name of a Content-Disposition field (RFC 6266) as it stands there, in valid UTF-8; NULL
 * where there is none. @value is any bytes without a NUL. */
char *tern_disposition_parse (const char *value);

/* The name that the last segment of a URI's path gives, decoded; NULL where there is none. */
char *tern_disposition_name_of_uri (const char *uri);

/* Makes a name of any text; NULL where nothing is left of it. */
char *tern_disposition_clean (const char *name);

/* The first of those that gives a name, else "download". Either may be NULL. */
char *tern_disposition_suggest (const char *value, const char *uri);
