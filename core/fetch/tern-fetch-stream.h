/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body that comes through a pipe of the helper's, whose end is verified. */
#pragma once

#include <gio/gio.h>

/* Takes @fd; @token is the one that Open was given. */
GInputStream *tern_fetch_stream_new (GDBusConnection *connection, int fd, const char *token);
