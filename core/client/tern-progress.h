/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader that tells how far the body is, for clients whose progress signal somebody listens to.
 */
#pragma once

#include <tern/tern-client.h>

#include "io/tern-reader.h"

/* Takes @body; @sent is what the request's body came to, @total -1 where it is not known. */
TernReader *tern_progress_reader_new (
    TernReader *body, TernClient *client, TernRequest *request, guint64 sent, gint64 total);
