/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader that tells debug output how many bytes a body came to, and what it failed of. It never
 * shows the bytes. */
#pragma once

#include "client/tern-client-log.h"
#include "io/tern-reader.h"

/* Takes @body; copies @log, whose client and request it keeps. With @tells_errors also a failure is
 * told, for who reads on after the call. */
TernReader *tern_log_reader_new (TernReader *body, const TernClientLog *log, gboolean tells_errors);
