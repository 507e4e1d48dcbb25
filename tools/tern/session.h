/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client of one run of the program, set up as its options say. */
#pragma once

#include "session-options.h"

#include <gio/gio.h>
#include <tern/tern-types.h>

/* The two parts of NAME[:PASSWORD], the second asked for where it is not there; to be wiped and
 * freed. NULL with an error of usage where nobody can be asked. */
char *session_get_password (const char *user,
                            char **name,
                            GCancellable *cancellable,
                            GError **error);

/* Credentials and certificates are for the servers of @urls, and no other. An error of
 * G_OPTION_ERROR is one of usage. */
TernClient *session_make_client (const SessionOptions *options,
                                 char **urls,
                                 GCancellable *cancellable,
                                 GError **error);

/* Gives @client logins like those of @options for the server of @url, without any secret in them
 * and without asking for one: it then says when it would log in. */
gboolean session_pretend_login (TernClient *client,
                                const SessionOptions *options,
                                const char *url,
                                GError **error);
