/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two ways of calling a connector share. */
#pragma once

#include <tern/tern-connector.h>

/* What a connector gave, if it is a stream that can be used; else NULL and an error that names the
 * connector and the host. Takes @stream and @cause, which may both be NULL. */
GIOStream *tern_connector_judge (
    TernConnector *self, const char *host, GIOStream *stream, GError *cause, GError **error);
