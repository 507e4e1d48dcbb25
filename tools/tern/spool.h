/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps a body until it can be printed as a part of a JSON object. */
#pragma once

#include <glib.h>

/* A file without a name; -1 with an error. */
int spool_open (GError **error);

/* Writes the member "body" (text) or "body_base64" (anything else) of an object to @out_fd, the
 * comma before it included. Reads the spool from its beginning. */
gboolean spool_print (int spool_fd, int out_fd, GError **error);
