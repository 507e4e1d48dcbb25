/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending on a connection: what all calls that send have in common. */
#pragma once

#include "connection/tern-connection-op.h"

/* Opens the connection where needed and sends what the operation was given. */
TernStep tern_connection_send_step (TernConnectionOp *self, TernWait *wait, GError **error);

/* An operation that sends bytes which are no head. */
TernConnectionOp *tern_connection_send_new_raw (TernConnection *connection);

/* Ends the head that was put together and makes it the operation's. FALSE where it may not be sent;
 * then nothing will be. */
gboolean tern_connection_send_take_head (TernConnectionOp *self, GError **error);
void tern_connection_send_take_bytes (TernConnectionOp *self, GBytes *bytes);

/* UNSUPPORTED_FILE_MODE for what cannot be read. */
TernReader *tern_connection_send_open_stream (GInputStream *stream, GError **error);
TernReader *tern_connection_send_open_file (GFile *file, gint64 *length, GError **error);
