/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that both sinks make. They never block for long, and never raise a signal. */
#pragma once

#include <glib.h>

/* Whether @more bytes behind @offset go into the file system and under the process's limit of file
 * sizes; unknown is yes. */
gboolean tern_download_system_check_room (
    int fd, guint64 offset, guint64 more, const char *shown, GError **error);

/* write() at the position, or pwrite() where @offset is not -1; the number of bytes, or -1 with
 * the error. Past the limit of file sizes, where the system would kill the process, it is an error
 * as well. */
gssize tern_download_system_write (
    int fd, gint64 offset, gconstpointer data, gsize len, const char *shown, GError **error);

/* write() to what may have nobody at its other end: that is an error, and no signal. -1 with no
 * error where it would block. */
gssize tern_download_system_write_pipe (
    int fd, gconstpointer data, gsize len, const char *shown, GError **error);
